// @ts-check
/** This program's Hessian products, with the memory of a run: `node hvp.mjs FILE [BACKEND]`. */
import { openHessian } from '../../dist/hessian/hessian.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { backendCalled, savedBytesOfRun } from '../backend.mjs';
import { lenetProblem } from '../lenet.mjs';
import { serve } from './serve.mjs';

const [file, name] = process.argv.slice(2);
const { tensors } = readSafetensors(file);
const values = (/** @type {string} */ tensor) => /** @type {Float32Array} */ (tensors[tensor].data);
const problem = lenetProblem(await backendCalled(name));
const samples = tensors.x.shape[0];
const data = { x: values('x'), y: values('y'), samples };
const operator = openHessian(problem, data, await savedBytesOfRun(problem)).at(values('theta'));
const vector = Float64Array.from(values('vector'));
let product = await operator.apply(vector);
await serve(
  problem.backend.version,
  async (repeats) => {
    for (let i = 0; i < repeats; i++) product = await operator.apply(vector);
  },
  () => product,
);
