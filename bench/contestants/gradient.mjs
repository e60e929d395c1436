// @ts-check
/** This program's gradients of the mean loss: `node gradient.mjs FILE [BACKEND]`. */
import { openFullBatch } from '../../dist/models/full-batch.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { backendCalled } from '../backend.mjs';
import { lenetProblem } from '../lenet.mjs';
import { serve } from './serve.mjs';

const [file, name] = process.argv.slice(2);
const { tensors } = readSafetensors(file);
const values = (/** @type {string} */ tensor) => /** @type {Float32Array} */ (tensors[tensor].data);
const problem = lenetProblem(await backendCalled(name));
const objective = openFullBatch(problem, { x: values('x'), y: values('y'), samples: tensors.x.shape[0] });
const theta = values('theta');
let { gradient } = await objective.valueAndGradient(theta);
await serve(
  problem.backend.version,
  async (repeats) => {
    for (let i = 0; i < repeats; i++) ({ gradient } = await objective.valueAndGradient(theta));
  },
  () => gradient,
);
