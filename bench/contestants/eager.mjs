// @ts-check
/**
 * Hessian products of tfjs-node op by op, as a user of it would have them, were its second derivatives right: with this
 * program's repair. `node eager.mjs FILE`.
 */
import { createRequire } from 'node:module';
import { hessianProduct } from '../../dist/models/problem.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { dropTape } from '../../dist/tensor/second-order.js';
import { backendCalled } from '../backend.mjs';
import { lenetProblem } from '../lenet.mjs';
import { serve } from './serve.mjs';

const problem = lenetProblem(await backendCalled());
const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node');
const { tensors } = readSafetensors(process.argv[2]);
const tensorOf = (/** @type {string} */ name) => tf.tensor(tensors[name].data, tensors[name].shape, 'float32');
const [theta, x, y, vector] = ['theta', 'x', 'y', 'vector'].map(tensorOf);
const product = hessianProduct(problem);
const samples = tensors.x.shape[0];
let last = new Float32Array(problem.size);

function work(/** @type {number} */ repeats) {
  for (let i = 0; i < repeats; i++) {
    tf.tidy(() => (last = product(theta, x, y, vector)[0].dataSync()));
    dropTape(tf);
  }
}

work(1);
await serve(`tfjs-node ${tf.version['tfjs-node'] ?? tf.version.tfjs}`, work, () =>
  last.map((value) => value / samples),
);
