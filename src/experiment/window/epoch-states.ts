/**
 * States of a window between epochs, which is what is kept of one that is run again: where it can be entered, and what it
 * is held against.
 */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../errors.ts';
import { attempt } from '../../store/atomic.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { createSafetensors, openSafetensors, type SafetensorsReader } from '../../store/safetensors.ts';
import type { State } from '../../sgd/motion.ts';
import type { Precision, Reals } from '../../tensor/types.ts';
import type { Unfinished, WindowRecorder } from './recorder.ts';

/** States up to about so many bytes are kept: of every epoch, or of every so many, and in any case the last one. */
const MOST_BYTES = 2 ** 27;

/** A window by its epochs. */
export interface EpochCount {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
}

/** Bytes of one state. */
const stateBytes = (size: number, precision: Precision) => 2 * size * (precision === 'float32' ? 4 : 8);

/** After how many updates states are kept: ends of epochs, evenly apart, the end of the window among them. */
export function keptUpdates({ epochs, batchesPerEpoch }: EpochCount, size: number, precision: Precision): number[] {
  const most = Math.max(1, Math.floor(MOST_BYTES / stateBytes(size, precision)));
  const apart = Math.ceil(epochs / most);
  const kept: number[] = [];
  for (let epoch = epochs; epoch > 0; epoch -= apart) kept.push(epoch * batchesPerEpoch);
  return kept.reverse();
}

/** Bytes that they take. */
export const epochStatesBytes = (count: EpochCount, size: number, precision: Precision): number =>
  keptUpdates(count, size, precision).length * stateBytes(size, precision);

/**
 * Starts `epochs.safetensors`, or goes on with it.
 *
 * @throws DataError where what an earlier process has recorded is not there any more
 */
export function createEpochStates(
  directory: string,
  count: EpochCount,
  size: number,
  precision: Precision,
  unfinished: Unfinished,
): WindowRecorder {
  const kept = keptUpdates(count, size, precision);
  const updates = count.epochs * count.batchesPerEpoch;
  const states = { dtype: precision === 'float32' ? 'F32' : 'F64', shape: [kept.length, size] } as const;
  const rows = kept.filter((update) => update <= unfinished.updates).length;
  const path = runPath(directory, RUN_FILES.epochs);
  const beside = join(unfinished.folder, RUN_FILES.epochs);
  // It may have been finished after what is gone on with.
  if (rows > 0 && !existsSync(beside) && existsSync(path)) attempt(path, () => renameSync(path, beside));
  const file = createSafetensors(
    path,
    { updates: { dtype: 'I32', shape: [kept.length] }, theta: states, velocity: states },
    {},
    { path: beside, rows },
  );
  file.writeRows('updates', 0, Int32Array.from(kept));
  let done = unfinished.updates;
  let written = rows;
  let isKept = done > 0;
  return {
    add(theta, velocity) {
      if (done === updates) throw new RangeError(`a window of ${updates} updates is full`);
      if (++done !== kept[written]) return;
      file.writeRows('theta', written, theta);
      file.writeRows('velocity', written, velocity);
      written++;
    },
    sync() {
      file.sync();
      isKept = true;
    },
    finish() {
      if (done !== updates) throw new RangeError(`a window of ${updates} updates was given ${done}`);
      file.finish();
    },
    abort() {
      if (isKept) file.leave();
      else file.abort();
    },
  };
}

/** The states of a recorded window, read one at a time. Close them. */
export interface EpochStates {
  /** After how many updates each was. */
  readonly updates: Int32Array;
  /** The state with this number. */
  read(index: number): State;
  close(): void;
}

/** @throws DataError where `epochs.safetensors` is absent or damaged, or of another window */
export function openEpochStates(directory: string, updates: number, size: number): EpochStates {
  const path = runPath(directory, RUN_FILES.epochs);
  const file = openSafetensors(path);
  try {
    const kept = file.read('updates').data as Int32Array;
    const { shape } = file.tensors.theta ?? { shape: [] };
    if (kept[kept.length - 1] !== updates || shape[0] !== kept.length || shape[1] !== size)
      throw new DataError(
        `${path} holds states of shape [${shape.join(', ')}] up to update ${kept[kept.length - 1]}; expected [epochs, ${size}] up to ${updates}`,
      );
    return reader(file, kept);
  } catch (error) {
    file.close();
    throw error;
  }
}

function reader(file: SafetensorsReader, updates: Int32Array): EpochStates {
  const row = (name: string, index: number) => file.readRows(name, index, 1).data as Reals;
  return {
    updates,
    read: (index) => ({ theta: row('theta', index), velocity: row('velocity', index) }),
    close: () => file.close(),
  };
}
