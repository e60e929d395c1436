/** A run does not begin on a device that computes wrongly. Channel: a back end whose products are made wrong on purpose. */
import { expect, it } from 'vitest';
import { refuseWrongDevice } from '../../../src/experiment/back-ends/wrong-device.ts';
import { openBackend } from '../../../src/tensor/backend.ts';
import { problemOf } from '../../store/scratch.ts';
import { withWrongProducts } from './tries.ts';

const right = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const device = { ...right, isDevice: true };

it.each([
  // Not back end cpu, which has no float64 and is far slower than TensorFlow on the processor.
  [
    'tensorflow',
    'have TensorFlow compute on the processor (CUDA_VISIBLE_DEVICES=-1, or set-up with EPOCHNOISE_LIBTENSORFLOW=cpu)',
  ],
  ['webgpu', 'use --set backend=tensorflow'],
] as const)('refuses wrong products of a device of back end %s, with a way out', async (name, wayOut) => {
  const wrong = { ...withWrongProducts(device), name, version: 'some 1.0' };
  expect(await problemOf(() => refuseWrongDevice(wrong))).toBe(
    `exit 2: back end ${name} (some 1.0) computes wrong derivatives, a Hessian product is 0.10 of its length off finite differences: update the driver of the device, or ${wayOut}`,
  );
});

it('takes right ones, and asks nothing of what is no device', async () => {
  await refuseWrongDevice(device);
  await refuseWrongDevice(withWrongProducts(right));
});
