// @ts-check
/** This program's Hessian products: `node hvp.mjs FILE`. */
import os from 'node:os';
import { openHessian } from '../../dist/hessian/hessian.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { lenetProblem } from '../lenet.mjs';
import { serve } from './serve.mjs';

const { tensors } = readSafetensors(process.argv[2]);
const values = (/** @type {string} */ name) => /** @type {Float32Array} */ (tensors[name].data);
const problem = lenetProblem(os.availableParallelism());
const samples = tensors.x.shape[0];
const operator = openHessian(problem, { x: values('x'), y: values('y'), samples }).at(values('theta'));
const vector = Float64Array.from(values('vector'));
let product = await operator.apply(vector);
await serve(
  problem.backend.version,
  async (repeats) => {
    for (let i = 0; i < repeats; i++) product = await operator.apply(vector);
  },
  () => product,
);
