/** Drivers of graphics devices have faults that nobody sees: a run on one begins with a product that is known otherwise. */
import { ConfigurationError } from '../../errors.ts';
import type { Backend } from '../../tensor/backend.ts';
import { selfTest } from './self-test.ts';

/** @throws ConfigurationError where the back end is a device whose Hessian products are not those of finite differences */
export async function refuseWrongDevice(backend: Backend): Promise<void> {
  if (!backend.isDevice) return;
  const { passed, error } = await selfTest(backend);
  if (passed) return;
  const wayOut =
    backend.name === 'tensorflow'
      ? 'have TensorFlow compute on the processor (CUDA_VISIBLE_DEVICES=-1, or set-up with EPOCHNOISE_LIBTENSORFLOW=cpu)'
      : 'use --set backend=tensorflow';
  throw new ConfigurationError(
    `back end ${backend.name} (${backend.version}) computes wrong derivatives, a Hessian product is ${error.toPrecision(2)} of its length off finite differences: update the driver of the device, or ${wayOut}`,
  );
}
