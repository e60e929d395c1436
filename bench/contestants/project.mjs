// @ts-check
/** This program's projections of a recorded window: `node project.mjs FOLDER FILE stream|memory [BACKEND]`. */
import fs from 'node:fs';
import path from 'node:path';
import { projectStates } from '../../dist/experiment/stages/project-window.js';
import { openStoredWindow } from '../../dist/experiment/window/stored.js';
import { silent } from '../../dist/progress.js';
import { RUN_FILES, runPath, trajectoryPaths } from '../../dist/store/run-directory.js';
import { openSafetensors, readSafetensors } from '../../dist/store/safetensors.js';
import { partsOf } from '../../dist/tensor/lanes.js';
import { backendCalled } from '../backend.mjs';
import { serve } from './serve.mjs';

const [folder, file, way, name] = process.argv.slice(2);
const { tensors } = readSafetensors(file);
const mean = /** @type {Float64Array} */ (tensors.mean.data);
const directions = /** @type {Float32Array} */ (tensors.directions.data);
const size = mean.length;
const count = directions.length / size;
const updates = trajectoryPaths(folder).reduce((sum, part) => sum + rowsOf(part), 0);
const backend = await backendCalled(name);

/** @param {string} part */
function rowsOf(part) {
  const reader = openSafetensors(part);
  const [rows] = reader.tensors.theta.shape;
  reader.close();
  return rows;
}

/** The whole work of a run: blocks from the disk, results to the disk. */
async function stream() {
  // A folder of its own for what is written; what is read is linked.
  const own = fs.mkdtempSync(path.join(folder, 'ours-'));
  fs.symlinkSync(runPath(folder, RUN_FILES.trajectory), runPath(own, RUN_FILES.trajectory));
  await serve(
    backend.version,
    async (repeats) => {
      for (let i = 0; i < repeats; i++) {
        const window = openStoredWindow(own, updates, size);
        await projectStates(own, window, mean, directions, backend, silent);
        window.dispose();
      }
    },
    () => {
      const projected = readSafetensors(runPath(own, RUN_FILES.projections)).tensors;
      return joined([projected.theta.data, projected.velocity.data]);
    },
  );
}

/** The product alone, all of it at once and both factors on the back end. */
async function memory() {
  const rows = new Float32Array(2 * updates * size);
  const window = openStoredWindow(folder, updates, size);
  for await (const block of window.states(0, updates)) {
    for (let at = 0; at < block.theta.length; at++) rows[block.first * size + at] = block.theta[at] - mean[at % size];
    rows.set(block.velocity, (updates + block.first) * size);
  }
  window.dispose();
  // Every native op has one thread: as many products side by side as there are threads.
  const parts = partsOf(2 * updates, backend.threads).map(({ first, count: length }) =>
    backend.store(rows.subarray(first * size, (first + length) * size), [length, size]),
  );
  const factors = [backend.store(directions, [count, size]), ...parts];
  const product = backend.compile(
    (b, ...lanes) => lanes.map((a) => backend.ops.matMul(/** @type {any} */ (a), /** @type {any} */ (b), false, true)),
    factors,
  );
  let along = await product.run(...factors);
  await serve(
    backend.version,
    async (repeats) => {
      for (let i = 0; i < repeats; i++) along = await product.run(...factors);
    },
    () => joined(along),
  );
}

/** @param {any[]} parts */
function joined(parts) {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

await (way === 'memory' ? memory() : stream());
