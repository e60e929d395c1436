// @ts-check
/** This program's Hessian products: `node hvp.mjs FILE [BACKEND]`. */
import { openHessian } from '../../dist/hessian/hessian.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { backendCalled } from '../backend.mjs';
import { lenetProblem } from '../lenet.mjs';
import { serve } from './serve.mjs';

const [file, name] = process.argv.slice(2);
const { tensors } = readSafetensors(file);
const values = (/** @type {string} */ tensor) => /** @type {Float32Array} */ (tensors[tensor].data);
const problem = lenetProblem(await backendCalled(name));
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
