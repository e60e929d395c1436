// @ts-check
/** The network of most cases: LeNet with tanh and average pooling on 32×32×3 images, ten classes. */
import { lenet } from '../dist/models/lenet.js';
import { lossFor } from '../dist/models/losses.js';
import { defineProblem } from '../dist/models/problem.js';

/** Its parameters with padding valid. */
export const LENET_SIZE = 62_006;
const inputShape = [32, 32, 3];

/** @param {import('../dist/tensor/backend.js').Backend} backend @param {'valid' | 'same'} padding */
export function lenetProblem(backend, padding = 'valid') {
  const model = lenet(inputShape, 10, { padding, activation: 'tanh', pooling: 'average' });
  const loss = lossFor('cross-entropy', 'classes');
  return defineProblem({ backend, model, loss, inputShape, outputs: 10, weightDecay: 0 });
}
