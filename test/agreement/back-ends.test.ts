/** Every back end that is there against float64, webgpu in software; device.test.ts has the graphics device. */
import { openBackend } from '../../src/tensor/backend.ts';
import { openSoftware, skipped } from '../tensor/webgpu/software.ts';
import { agreeWithFloat64 } from './agrees.ts';

const openNative = (stateInSession: boolean) =>
  openBackend({ name: 'tensorflow', precision: 'float32', threads: 1, stateInSession });

// tensorflow computes on a GPU of NVIDIA's where its library is built for CUDA and sees one.
agreeWithFloat64([
  ['tensorflow', '', () => openNative(false)],
  // As on a GPU.
  ['tensorflow, state in the session', '', () => openNative(true)],
  ['webgpu in software', skipped, openSoftware],
  ['cpu', '', () => openBackend({ name: 'cpu', precision: 'float32', threads: 1 })],
]);
