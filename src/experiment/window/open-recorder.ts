/** The recorder of a window by how it is kept, new or gone on with. */
import { rmSync } from 'node:fs';
import { DataError } from '../../errors.ts';
import { type EpochsDone, loadEpochs } from '../../sgd/epochs-done.ts';
import { attempt } from '../../store/atomic.ts';
import type { Checkpoint } from '../../store/checkpoint.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import type { SafetensorsFile } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import type { Workbench } from '../workbench.ts';
import { createEpochStates, epochStatesBytes } from './epoch-states.ts';
import type { WindowRecorder } from './recorder.ts';
import type { Store } from './store-choice.ts';
import { createTrajectory, trajectoryBytes } from './trajectory.ts';

/** A window that is being recorded. */
export interface BegunWindow {
  readonly checkpoint: Checkpoint;
  readonly recorder: WindowRecorder;
  /** What an earlier process has done of it, and the file that says so; null where it begins. */
  readonly known: { readonly done: EpochsDone; readonly file: SafetensorsFile } | null;
}

/**
 * Checkpoint of a window; each way of keeping it has its own. One that is to be run again is of one back end throughout: no
 * other would come to the same weights.
 */
export const windowCheckpoint = (
  { checkpoint, experiment }: Pick<Context, 'checkpoint' | 'experiment'>,
  store: Store,
): Checkpoint => checkpoint(store === 'replay' ? `window-replay-${experiment.backend}` : `window-${store}`);

/** Begins a window, or goes on with it where all is there that it takes. */
export function beginWindow(context: Context, bench: Workbench, store: Store): BegunWindow {
  const checkpoint = windowCheckpoint(context, store);
  const other = store === 'trajectory' ? RUN_FILES.epochs : RUN_FILES.trajectory;
  attempt(context.directory, () => rmSync(runPath(context.directory, other), { recursive: true, force: true }));
  const known = loadEpochs(checkpoint);
  if (known)
    try {
      const updates = updatesOf(known.done, bench);
      return { checkpoint, recorder: openRecorder(context, bench, store, checkpoint, updates), known };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      checkpoint.clear();
    }
  return { checkpoint, recorder: openRecorder(context, bench, store, checkpoint, 0), known: null };
}

/** Bytes that recording has still to write: states, and the batches. */
export function bytesToRecord(context: Context, { problem, batchesPerEpoch }: Workbench, store: Store): number {
  const { record, sgd, precision } = context.experiment;
  const { epochs } = record;
  const updates = epochs * batchesPerEpoch;
  const done = loadEpochs(windowCheckpoint(context, store))?.done;
  const left = 1 - (done ? updatesOf(done, { batchesPerEpoch }) / updates : 0);
  const states =
    store === 'trajectory'
      ? trajectoryBytes(updates, problem.size, precision)
      : epochStatesBytes({ epochs, batchesPerEpoch }, problem.size, precision);
  return left * states + 4 * updates * sgd.batchSize;
}

const updatesOf = ({ epoch, batches }: EpochsDone, { batchesPerEpoch }: Pick<Workbench, 'batchesPerEpoch'>): number =>
  epoch * batchesPerEpoch + batches;

function openRecorder(
  { directory, experiment: { record, precision } }: Context,
  { problem: { size }, batchesPerEpoch }: Workbench,
  store: Store,
  checkpoint: Checkpoint,
  updates: number,
): WindowRecorder {
  const { epochs } = record;
  const unfinished = { folder: checkpoint.pathOf('.'), updates };
  return store === 'trajectory'
    ? createTrajectory(directory, epochs * batchesPerEpoch, size, precision, undefined, unfinished)
    : createEpochStates(directory, { epochs, batchesPerEpoch }, size, precision, unfinished);
}
