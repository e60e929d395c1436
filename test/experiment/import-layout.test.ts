/** PyTorch's order of the weights. By hand: what stands where in its tensors. */
import { expect, it } from 'vitest';
import { placesInPytorch } from '../../src/experiment/import/layout.ts';
import { lenet } from '../../src/models/lenet.ts';

it('dense weights are turned over, vectors stay', () => {
  // PyTorch: [out, in] = [[0, 1, 2], [3, 4, 5]], then the bias [6, 7].
  const shapes = [
    { name: 'dense0/kernel', shape: [3, 2] },
    { name: 'dense0/bias', shape: [2] },
  ];
  expect([...placesInPytorch(shapes)]).toEqual([0, 3, 1, 4, 2, 5, 6, 7]);
});

it('kernels [out, in, height, width] become [height, width, in, out]', () => {
  const places = placesInPytorch([{ name: 'conv', shape: [2, 3, 4, 5] }]);
  const at = (height: number, width: number, input: number, output: number) =>
    places[((height * 3 + width) * 4 + input) * 5 + output];
  expect(at(1, 2, 3, 4)).toBe(((4 * 4 + 3) * 2 + 1) * 3 + 2);
  expect(at(0, 1, 2, 3)).toBe(((3 * 4 + 2) * 2 + 0) * 3 + 1);
});

it('every weight of a network of convolutions has one place', () => {
  const { shapes } = lenet([32, 32, 3], 10, { padding: 'valid', activation: 'tanh', pooling: 'average' });
  const places = placesInPytorch(shapes);
  expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length: 62_006 }, (_, i) => i));
});
