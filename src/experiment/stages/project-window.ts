/** The window's path in the coordinates of the eigendirections. */
import { Disposables } from '../../disposables.ts';
import { DataError } from '../../errors.ts';
import type { Report } from '../../progress.ts';
import { AT_THE_END, type Checkpoint } from '../../store/checkpoint.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { createSafetensors, type SafetensorsWriter } from '../../store/safetensors.ts';
import type { Backend } from '../../tensor/backend.ts';
import { openProjection, projectionBackend } from '../../tensor/projection.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Context } from '../context.ts';
import { measured, measuredSteps } from '../profile.ts';
import { openWindow } from '../window/open.ts';
import type { RecordedWindow } from '../window/recorded.ts';
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
 * @throws DataError where the window is absent, damaged, or another one
 */
export async function projectWindow(
  context: Context,
  bench: Workbench,
  mean: Float64Array,
  directions: Float32Array,
): Promise<void> {
  const { directory, voice } = context;
  const window = openWindow(context, bench);
  try {
    const report = voice.begin('projections');
    const checkpoint = context.checkpoint('projections');
    await projectStates(directory, window, mean, directions, bench.problem.backend, report, checkpoint);
  } finally {
    window.dispose();
  }
}

/**
 * θ − θ̄ and v along the directions after every update [K, k], in blocks. θ̄ is subtracted in float64; what is multiplied is
 * float64, or for many large directions the float32 nearest to that. Memory: the directions as the back end keeps them, and
 * a few blocks of 64 to 512 updates.
 *
 * @param mean θ̄ [d]
 * @param directions unit rows [k, d]
 * @param checkpoint blocks that are done are kept by it, if there is one
 */
export async function projectStates(
  directory: string,
  window: RecordedWindow,
  mean: Float64Array,
  directions: Float32Array,
  backend: Backend,
  report: Report,
  checkpoint?: Checkpoint,
): Promise<void> {
  const { updates, size } = window;
  const count = directions.length / size;
  const within = projectionBackend(backend, count, size);
  const array = within.precision === 'float32' ? Float32Array : Float64Array;
  const most = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(BLOCK_BYTES / (4 * size))));
  // Blocks of one length: each other one would be another graph. The last has rows at its end that mean nothing.
  const rows = Math.ceil(updates / Math.ceil(updates / most));
  const both = new array(2 * rows * size);
  const velocities = both.subarray(rows * size);
  const held = new Disposables();
  try {
    const projection = measured(
      'matrix products',
      held.add(openProjection(within, directions, count, size)),
      'project',
    );
    const { file, known } = openProjections(directory, updates, count, checkpoint);
    let isKept = known > 0;
    held.add({ dispose: () => (isKept ? file.leave() : file.abort()) });
    let written = known;
    let gathered = 0;
    const tell = () => report(written, updates);

    const write = async () => {
      // One product for both: the more rows, the less of its time goes into arranging the directions.
      const along = await projection.project(both, 2 * rows);
      const those = (first: number) => Float32Array.from(along.subarray(first * count, (first + gathered) * count));
      file.writeRows('theta', written, those(0));
      file.writeRows('velocity', written, those(rows));
      written += gathered;
      gathered = 0;
      if (checkpoint?.isDue()) {
        file.sync();
        checkpoint.save({}, { rows: written });
        isKept = true;
      }
      await tell();
    };

    for await (const block of measuredSteps('window read', window.states(known, updates, tell)))
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
    if (checkpoint?.isDue(AT_THE_END)) checkpoint.save({}, { rows: updates });
  } finally {
    held.dispose();
  }
}

/** The file, and how many of its rows an earlier process has written: none where they are not there any more. */
function openProjections(
  directory: string,
  updates: number,
  count: number,
  checkpoint?: Checkpoint,
): { readonly file: SafetensorsWriter; readonly known: number } {
  const path = runPath(directory, RUN_FILES.projections);
  const tensor = { dtype: 'F32', shape: [updates, count] } as const;
  const open = (rows: number) => {
    const unfinished = checkpoint && { path: checkpoint.pathOf(RUN_FILES.projections), rows };
    return { file: createSafetensors(path, { theta: tensor, velocity: tensor }, {}, unfinished), known: rows };
  };
  const known = Number(checkpoint?.load()?.metadata.rows ?? 0);
  try {
    return open(known);
  } catch (error) {
    if (known === 0 || !(error instanceof DataError)) throw error;
    return open(0);
  }
}

/** Rows minus the same vector each; rounded to what the difference is kept in. */
function subtract(rows: Reals, vector: Float64Array, difference: Reals): void {
  for (let start = 0; start < rows.length; start += vector.length)
    for (let i = 0; i < vector.length; i++) difference[start + i] = rows[start + i] - vector[i];
}
