/** Back end `cpu`: tfjs in plain JavaScript, float32. */
import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../errors.ts';
import type { Backend } from './backend.ts';
import { derivativesOf } from './derivatives.ts';
import { compileEager, linearizeEager, storeEager } from './eager.ts';
import { makeCurrent } from './library.ts';
import { oneByOne } from './one-by-one.ts';
import { checkedOpsOf } from './ops.ts';
import { enableSecondOrder } from './second-order.ts';
import type { Precision } from './types.ts';

const require = createRequire(import.meta.url);

/** @throws ConfigurationError at float64, which it does not have, and where the package is not whole */
export function openCpu(precision: Precision): Backend {
  if (precision === 'float64')
    throw new ConfigurationError(
      'precision float64 was asked for on back end cpu, which has no doubles: use back end tensorflow, or float32',
    );
  const tf = require('@tensorflow/tfjs') as typeof tfjs;
  if (!tf.findBackend('cpu')) throw new ConfigurationError('tfjs has no cpu back end: install the packages again');
  makeCurrent(tf, 'cpu');
  // tfjs would advise the native library at the first use; whoever chose this back end knows.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  enableSecondOrder(tf);
  return {
    name: 'cpu',
    precision,
    version: `tfjs ${tf.version_core}`,
    threads: 1,
    isDevice: false,
    largestTensor: Infinity,
    stateInSession: false,
    ops: checkedOpsOf(tf),
    derivatives: derivativesOf(tf),
    store: (values, shape) => storeEager(tf, values, shape),
    compile: (fn, inputs) => compileEager(tf, fn, inputs),
    compileTogether: oneByOne((fn, inputs) => compileEager(tf, fn, inputs)),
    linearize: (fn, statics, dynamics) => linearizeEager(tf, fn, statics, dynamics),
  };
}
