// @ts-check
/** This program's Hessian products: `node hvp.mjs FILE`. */
import os from 'node:os';
import { openHessian } from '../../dist/hessian/hessian.js';
import { lenet } from '../../dist/models/lenet.js';
import { lossFor } from '../../dist/models/losses.js';
import { defineProblem } from '../../dist/models/problem.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { openBackend } from '../../dist/tensor/backend.js';
import { serve } from './serve.mjs';

const { tensors } = readSafetensors(process.argv[2]);
const values = (/** @type {string} */ name) => /** @type {Float32Array} */ (tensors[name].data);
const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: os.availableParallelism() });
const inputShape = [32, 32, 3];
const model = lenet(inputShape, 10, { padding: 'valid', activation: 'tanh', pooling: 'average' });
const loss = lossFor('cross-entropy', 'classes');
const problem = defineProblem({ backend, model, loss, inputShape, outputs: 10, weightDecay: 0 });
const samples = tensors.x.shape[0];
const operator = openHessian(problem, { x: values('x'), y: values('y'), samples }).at(values('theta'));
const vector = Float64Array.from(values('vector'));
let product = operator.apply(vector);
await serve(
  backend.version,
  (repeats) => {
    for (let i = 0; i < repeats; i++) product = operator.apply(vector);
  },
  () => product,
);
