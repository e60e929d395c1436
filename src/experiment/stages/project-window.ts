/** The window's path in the coordinates of the eigendirections. */
import { Disposables } from '../../disposables.ts';
import type { Report } from '../../progress.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { createSafetensors } from '../../store/safetensors.ts';
import type { Backend } from '../../tensor/backend.ts';
import { openProjection, projectionBackend } from '../../tensor/projection.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Context } from '../context.ts';
import { measured, measuredSteps } from '../profile.ts';
import { readTrajectory } from '../trajectory.ts';
import type { Workbench } from '../workbench.ts';

/** Updates multiplied at once: about so many bytes of weights, but enough rows to keep the directions' numbers busy. */
export const BLOCK_BYTES = 2 ** 26;
export const FEWEST_ROWS = 64;
export const MOST_ROWS = 512;

/**
 * Writes `projections.safetensors`: the recorded window along the eigendirections.
 *
 * @param mean θ̄ [d]
 * @param directions unit rows [k, d]
 * @throws DataError where the trajectory is absent, damaged, or of another window
 */
export async function projectWindow(
  { directory, experiment, voice }: Context,
  { problem, batchesPerEpoch }: Workbench,
  mean: Float64Array,
  directions: Float32Array,
): Promise<void> {
  const updates = experiment.record.epochs * batchesPerEpoch;
  await projectTrajectory(directory, updates, mean, directions, problem.backend, voice.begin('projections'));
}

/**
 * θ − θ̄ and v along the directions after every update [K, k], read from the disk in blocks. θ̄ is subtracted in float64;
 * what is multiplied is float64, or for many large directions the float32 nearest to that. Memory: the directions as the
 * back end keeps them, and a few blocks of 64 to 512 updates.
 *
 * @param mean θ̄ [d]
 * @param directions unit rows [k, d]
 */
export async function projectTrajectory(
  directory: string,
  updates: number,
  mean: Float64Array,
  directions: Float32Array,
  backend: Backend,
  report: Report,
): Promise<void> {
  const size = mean.length;
  const count = directions.length / size;
  const within = projectionBackend(backend, count, size);
  const array = within.precision === 'float32' ? Float32Array : Float64Array;
  const most = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(BLOCK_BYTES / (4 * size))));
  // Blocks of one length: each other one would be another graph. The last has rows at its end that mean nothing.
  const rows = Math.ceil(updates / Math.ceil(updates / most));
  const both = new array(2 * rows * size);
  const velocities = both.subarray(rows * size);
  const shape = [updates, count];
  const held = new Disposables();
  try {
    const projection = measured(
      'matrix products',
      held.add(openProjection(within, directions, count, size)),
      'project',
    );
    const file = createSafetensors(runPath(directory, RUN_FILES.projections), {
      theta: { dtype: 'F32', shape },
      velocity: { dtype: 'F32', shape },
    });
    held.add({ dispose: () => file.abort() });
    let written = 0;
    let gathered = 0;

    const write = async () => {
      // One product for both: the more rows, the less of its time goes into arranging the directions.
      const along = projection.project(both, 2 * rows);
      const those = (first: number) => Float32Array.from(along.subarray(first * count, (first + gathered) * count));
      file.writeRows('theta', written, those(0));
      file.writeRows('velocity', written, those(rows));
      written += gathered;
      gathered = 0;
      await report(written, updates);
    };

    const read = readTrajectory(directory, updates, size, rows);
    for (const block of measuredSteps('trajectory read', read))
      for (let taken = 0; taken < block.rows;) {
        const next = Math.min(block.rows - taken, rows - gathered);
        const [from, to] = [taken * size, (taken + next) * size];
        subtract(block.theta.subarray(from, to), mean, both.subarray(gathered * size));
        velocities.set(block.velocity.subarray(from, to), gathered * size);
        taken += next;
        gathered += next;
        if (gathered === rows || written + gathered === updates) await write();
      }
    file.finish();
  } finally {
    held.dispose();
  }
}

/** Rows minus the same vector each; rounded to what the difference is kept in. */
function subtract(rows: Reals, vector: Float64Array, difference: Reals): void {
  for (let start = 0; start < rows.length; start += vector.length)
    for (let i = 0; i < vector.length; i++) difference[start + i] = rows[start + i] - vector[i];
}
