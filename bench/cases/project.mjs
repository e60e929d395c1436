// @ts-check
/**
 * A recorded window of LeNet along 1,000 directions, read from the disk in blocks: θ − θ̄ (subtracted in float64) and v,
 * written to a file. Beside it, the same product with both factors in memory: what the machine's matrix product can do.
 */
import path from 'node:path';
import { createTrajectory } from '../../dist/experiment/window/trajectory.js';
import { randomStream } from '../../dist/random.js';
import { writeSafetensors } from '../../dist/store/safetensors.js';
import { compare } from '../compare.mjs';
import { Contestant } from '../contestant.mjs';
import { here } from '../files.mjs';
import { LENET_SIZE } from '../lenet.mjs';

export const DIRECTIONS = 1000;
export const UPDATES = 1000;
/** Numbers are taken from a pool of this many: drawing them all would take longer than the benchmark. */
const POOL = 1_000_003;

/** @param {string | null} python @param {{ rounds: number | null, folder: string }} options */
export async function projectCase(python, { rounds, folder }) {
  const file = path.join(folder, 'work.safetensors');
  writeRecorded(folder, file, DIRECTIONS);
  const start = (/** @type {string} */ name, /** @type {string} */ program, /** @type {string[]} */ [script, way]) =>
    new Contestant(name, program, [here(`contestants/${script}`), folder, file, way], folder);
  const ours = [
    start('epochnoise', process.execPath, ['project.mjs', 'stream']),
    start('its matrix product, factors in memory', process.execPath, ['project.mjs', 'memory']),
  ];
  const peers = python
    ? [
        start('PyTorch, same blocks from safetensors', python, ['project.py', 'torch']),
        start('NumPy, same blocks from safetensors', python, ['project.py', 'numpy']),
        start('NumPy, float64', python, ['project.py', 'numpy64']),
      ]
    : [];
  const title = `Projections of ${UPDATES} updates of LeNet (${LENET_SIZE} parameters, θ and v) on ${DIRECTIONS} directions, from the disk`;
  return [await compare({ title, tolerance: 1e-6, contestants: [...ours, ...peers], folder, rounds })];
}

/**
 * A walk about weights of size 0.1, and unit directions.
 *
 * @param {string} folder
 * @param {string} file
 * @param {number} count
 */
export function writeRecorded(folder, file, count) {
  const random = randomStream(1, 'bench/project');
  const pool = new Float32Array(POOL).map(() => random.normal());
  const some = (/** @type {number} */ count, scale = 1) => {
    const from = random.integer(POOL);
    return Float32Array.from({ length: count }, (_, i) => scale * pool[(from + i) % POOL]);
  };
  const center = some(LENET_SIZE, 0.1);
  const mean = new Float64Array(LENET_SIZE);
  const trajectory = createTrajectory(folder, UPDATES, LENET_SIZE, 'float32');
  for (let update = 0; update < UPDATES; update++) {
    const theta = some(LENET_SIZE, 1e-3).map((away, i) => center[i] + away);
    for (let i = 0; i < LENET_SIZE; i++) mean[i] += theta[i] / UPDATES;
    trajectory.add(theta, some(LENET_SIZE, 1e-4));
  }
  trajectory.finish();
  const directions = new Float32Array(count * LENET_SIZE);
  for (let row = 0; row < count; row++) directions.set(some(LENET_SIZE, 1 / Math.sqrt(LENET_SIZE)), row * LENET_SIZE);
  writeSafetensors(file, {
    mean: { shape: [LENET_SIZE], data: mean },
    directions: { shape: [count, LENET_SIZE], data: directions },
  });
}
