import { expect, it } from 'vitest';
import { cudaAdvice, cudaLine } from '../../../src/experiment/doctor/cuda.ts';

const none = { version: null, gpus: [], library: false };
const card = { version: '535.104.05', gpus: ['NVIDIA A100'], library: true };
const AGAIN = 'node scripts/setup.mjs --retry';

it.each([
  [{ devices: { cudaBuild: false, gpus: 0 }, driver: none, says: 's' }, 'CUDA: this library is built for the CPU'],
  [{ devices: null, driver: card, says: 's' }, 'CUDA: TensorFlow cannot be asked; s'],
  [{ devices: { cudaBuild: true, gpus: 0 }, driver: none, says: 's' }, 'CUDA: TensorFlow sees no GPU; s'],
  [{ devices: { cudaBuild: true, gpus: 1 }, driver: card, says: 's' }, 'CUDA: TensorFlow sees 1 GPU; s'],
  [{ devices: { cudaBuild: true, gpus: 2 }, driver: card, says: 's' }, 'CUDA: TensorFlow sees 2 GPUs; s'],
])('%j in a line', (finding, line) => expect(cudaLine(finding)).toBe(line));

it('a GPU beside a library for the CPU is told how to come to its own', () => {
  expect(cudaAdvice({ devices: { cudaBuild: false, gpus: 0 }, driver: card, says: '' }, AGAIN)).toEqual([
    'this machine has NVIDIA A100, but the library is built for the CPU; to take the CUDA build: EPOCHNOISE_LIBTENSORFLOW=cuda node scripts/setup.mjs --retry',
  ]);
  expect(cudaAdvice({ devices: { cudaBuild: false, gpus: 0 }, driver: none, says: '' }, AGAIN)).toEqual([]);
  expect(cudaAdvice({ devices: null, driver: card, says: '' }, AGAIN)).toEqual([]);
  expect(cudaAdvice({ devices: { cudaBuild: true, gpus: 1 }, driver: card, says: '' }, AGAIN)).toEqual([]);
  expect(cudaAdvice({ devices: { cudaBuild: true, gpus: 0 }, driver: card, says: '' }, AGAIN)).toEqual([]);
});
