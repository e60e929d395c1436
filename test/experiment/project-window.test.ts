/** Projections of a recorded window against loops in doubles. */
import { describe, expect, it } from 'vitest';
import { projectStates } from '../../src/experiment/stages/project-window.ts';
import { openStoredWindow } from '../../src/experiment/window/stored.ts';
import { createTrajectory } from '../../src/experiment/window/trajectory.ts';
import { silent } from '../../src/progress.ts';
import { randomStream } from '../../src/random.ts';
import { RUN_FILES, runPath, trajectoryPaths } from '../../src/store/run-directory.ts';
import { readSafetensors } from '../../src/store/safetensors.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { scratchFolder } from '../store/scratch.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });

/** Weights of size 1 that fluctuate by 1e-3 about a common point, and directions of length 1. */
function window(updates: number, size: number, count: number, partBytes?: number) {
  const random = randomStream(1, `test/project-window/${size}`);
  const normals = (length: number, scale: number) => new Float32Array(length).map(() => scale * random.normal());
  const directory = scratchFolder();
  const center = normals(size, 1);
  const theta = Array.from({ length: updates }, () => normals(size, 1e-3).map((away, i) => center[i] + away));
  const velocity = Array.from({ length: updates }, () => normals(size, 1e-4));
  const trajectory = createTrajectory(directory, updates, size, 'float32', partBytes);
  theta.forEach((row, update) => trajectory.add(row, velocity[update]));
  trajectory.finish();
  const mean = Float64Array.from(center, (_, i) => theta.reduce((sum, row) => sum + row[i], 0) / updates);
  return { directory, theta, velocity, mean, directions: normals(count * size, 1 / Math.sqrt(size)) };
}

/** The largest error of θ and of v along some directions, in units of the length of what is projected. */
async function largestErrors(updates: number, size: number, count: number, partBytes?: number) {
  const { directory, theta, velocity, mean, directions } = window(updates, size, count, partBytes);
  const recorded = openStoredWindow(directory, updates, size);
  await projectStates(directory, recorded, mean, directions, backend, silent);
  recorded.dispose();
  const { tensors } = readSafetensors(runPath(directory, RUN_FILES.projections));
  const errorOf = (name: 'theta' | 'velocity', rows: readonly Float32Array[], middle: Float64Array) => {
    expect(tensors[name]).toMatchObject({ dtype: 'F32', shape: [updates, count] });
    let largest = 0;
    for (const [update, row] of rows.entries()) {
      const length = Math.sqrt(row.reduce((sum, value, i) => sum + (value - middle[i]) ** 2, 0));
      for (const direction of [0, 1, count >> 1, count - 1]) {
        let along = 0;
        for (let i = 0; i < size; i++) along += directions[direction * size + i] * (row[i] - middle[i]);
        const error = Math.abs(Number(tensors[name].data[update * count + direction]) - along);
        largest = Math.max(largest, error / length);
      }
    }
    return largest;
  };
  const parts = trajectoryPaths(directory).length;
  return {
    parts,
    theta: errorOf('theta', theta, mean),
    velocity: errorOf('velocity', velocity, new Float64Array(size)),
  };
}

describe('projections of a window', () => {
  it('are exact to the rounding of what is stored, across parts and blocks', async () => {
    // Rows of 2·50·4 bytes: 300 to a part.
    const { parts, theta, velocity } = await largestErrors(1100, 50, 3, 120_000);
    expect(parts).toBe(4);
    // A projection is at most a few tenths of the length, and is rounded to 2⁻²⁵ of itself.
    expect(theta).toBeLessThan(2 ** -25);
    expect(velocity).toBeLessThan(2 ** -25);
  });

  // In float32. Rounding its numbers changes the displacement by 2⁻²⁵ of its length; θ was rounded to 2⁻²⁵ of its own, here a
  // thousand times longer, when it was recorded: 1e-7 of the displacement along each direction.
  it('on many large directions lose less than the displacement does by being float32', async () => {
    const { theta, velocity } = await largestErrors(40, 20_000, 500);
    expect(theta).toBeLessThan(2 ** -25);
    expect(velocity).toBeLessThan(2 ** -25);
  });
});
