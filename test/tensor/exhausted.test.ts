import { expect, it } from 'vitest';
import { heldByLibrary } from '../../src/tensor/backend.ts';
import { withoutJargon } from '../../src/tensor/exhausted.ts';
import { real } from '../../src/tensor/types.ts';
import { single } from './back-ends.ts';

const WAY_OUT = ': end what else uses it, or lower --memory, and resume the run, on this back end or on another';

// More than there are addresses for. TensorFlow asks for ten seconds before it gives up.
it('a product that no memory holds is refused in a sentence, and leaves nothing', { timeout: 60_000 }, async () => {
  const { ops } = single;
  const before = heldByLibrary();
  const rows = 2 ** 24;
  const product = single.compile(
    (left, right) => [ops.sum(ops.matMul(left as never, right as never))],
    [real(rows, 1), real(1, rows)],
    [real(1, 1), real(1, 1)],
  );
  await expect(product.run(new Float32Array(rows), new Float32Array(rows))).rejects.toThrow(
    /^back end tensorflow has too little memory on [CG]PU:0 for float \[16777216,16777216\]: end what else uses it, or lower --memory, /,
  );
  product.dispose();
  expect(heldByLibrary()).toEqual(before);
});

it.each([
  [
    'OOM when allocating tensor with shape[50000,6272] and type double on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc\n\t [[{{node s2}}]]\nHint: …',
    'on GPU:0 for double [50000,6272]',
  ],
  [
    'Session fail to run with error: Dst tensor is not initialized.\n\t [[{{node x}}]]',
    '(Dst tensor is not initialized)',
  ],
  ...[
    'failed to create cublas handle: the resource allocation failed',
    'failed to create cublas handle: CUBLAS_STATUS_ALLOC_FAILED',
    'Could not create cudnn handle: CUDNN_STATUS_ALLOC_FAILED',
    'Failed to allocate memory for the batch of pointers',
  ].map((said) => [`Session fail to run with error: ${said}\n\t [[{{node s2}}]]`, `(${said})`]),
])('%s', (said, meant) => {
  expect((withoutJargon(new Error(said)) as Error).message).toBe(
    `back end tensorflow has too little memory ${meant}${WAY_OUT}`,
  );
});

it.each([
  'indices[0] = 9 is not in [0, 4)',
  'CUDNN_STATUS_EXECUTION_FAILED\nin tensorflow/stream_executor/cuda/cuda_dnn.cc',
  'CUBLAS_STATUS_NOT_SUPPORTED',
])('another error is left as it is: %s', (said) => {
  const error = new Error(said);
  expect(withoutJargon(error)).toBe(error);
});
