import type * as tfjs from '@tensorflow/tfjs-core';
export function registerKernels(_tf: typeof tfjs): void {}
