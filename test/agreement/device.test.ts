/** Back end webgpu on the graphics device of this machine, where there is one: the one that EPOCHNOISE_WEBGPU names, or the fastest. */
import { openBackend } from '../../src/tensor/backend.ts';
import { preparedDevice, prepareWebgpu } from '../../src/tensor/webgpu/open.ts';
import { agreeWithFloat64 } from './agrees.ts';

const skipped: string = await prepareWebgpu().then(
  () => {
    const { name, isSoftware } = preparedDevice()!;
    return isSoftware ? ` (skipped: ${name} is no graphics device)` : '';
  },
  (error: Error) => ` (skipped: ${error.message})`,
);

agreeWithFloat64([
  ['webgpu, the device', skipped, () => openBackend({ name: 'webgpu', precision: 'float32', threads: 1 })],
]);
