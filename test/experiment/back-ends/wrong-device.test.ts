/** A run does not begin on a device that computes wrongly. Channel: a back end whose products are made wrong on purpose. */
import { expect, it } from 'vitest';
import { refuseWrongDevice } from '../../../src/experiment/back-ends/wrong-device.ts';
import { openBackend } from '../../../src/tensor/backend.ts';
import { problemOf } from '../../store/scratch.ts';
import { withWrongProducts } from './tries.ts';

const right = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const device = { ...right, isDevice: true };

it('refuses wrong products of a device', async () => {
  expect(await problemOf(() => refuseWrongDevice(withWrongProducts(device)))).toMatch(
    /^exit 2: back end tensorflow \(tensorflow \S+\) computes wrong derivatives, a Hessian product is 0\.10 of its length off finite differences: update the driver of the device, or use --set backend=cpu$/,
  );
});

it('takes right ones, and asks nothing of what is no device', async () => {
  await refuseWrongDevice(device);
  await refuseWrongDevice(withWrongProducts(right));
});
