/** The window on its way to the disk: weights and velocity after every update, in parts. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DataError } from '../../errors.ts';
import { attempt } from '../../store/atomic.ts';
import { trajectoryPath, trajectoryPaths } from '../../store/run-directory.ts';
import { createSafetensors, type SafetensorsWriter } from '../../store/safetensors.ts';
import type { Precision } from '../../tensor/types.ts';
import type { Unfinished, WindowRecorder } from './recorder.ts';

/** About this many bytes a part, so that a damaged one costs little and a reader needs no more than a part at a time. */
const PART_BYTES = 2 ** 28;
/** Rows are gathered up to about this many bytes before they are written. */
const BLOCK_BYTES = 2 ** 22;

/**
 * Starts the trajectory of a window of so many updates, in the run's precision, or goes on with it.
 *
 * @param partBytes of one file, about
 * @param unfinished where the part in the making lies, and the updates that an earlier process has recorded
 * @throws DataError where one of these is not there any more
 */
export function createTrajectory(
  directory: string,
  updates: number,
  size: number,
  precision: Precision,
  partBytes = PART_BYTES,
  unfinished?: Unfinished,
): WindowRecorder {
  const single = precision === 'float32';
  const array = single ? Float32Array : Float64Array;
  const rowBytes = size * (single ? 4 : 8);
  const rowsPerPart = Math.max(1, Math.floor(partBytes / (2 * rowBytes)));
  const rowsPerBlock = Math.max(1, Math.min(Math.floor(BLOCK_BYTES / rowBytes), rowsPerPart));
  const theta = new array(rowsPerBlock * size);
  const velocity = new array(rowsPerBlock * size);
  const recorded = unfinished?.updates ?? 0;
  let part: SafetensorsWriter | undefined;
  // Update with which the part begins; the last part may be shorter than the others.
  let first = recorded === updates ? updates : recorded - (recorded % rowsPerPart);
  let written = recorded - first; // rows of the part on disk
  let gathered = 0;
  let isKept = recorded > 0;

  const rowsOfPart = () => Math.min(rowsPerPart, updates - first);
  const pathOfPart = () => trajectoryPath(directory, first / rowsPerPart);
  const removeParts = () => trajectoryPaths(directory).forEach((path) => rmSync(path, { force: true }));
  if (recorded === 0) attempt(directory, removeParts);
  else takeOver();

  /** The parts that an earlier process has finished must be there; one that it had begun may have been finished since. */
  function takeOver(): void {
    for (let number = 0; number < first / rowsPerPart; number++) {
      const path = trajectoryPath(directory, number);
      if (!existsSync(path)) throw new DataError(`no file ${path}`);
    }
    if (written === 0) return;
    const [path, beside] = [pathOfPart(), besideOf(pathOfPart())!];
    if (!existsSync(beside) && existsSync(path)) attempt(path, () => renameSync(path, beside));
    part = openPart();
  }

  function besideOf(path: string): string | undefined {
    return unfinished && join(unfinished.folder, basename(path));
  }

  function openPart(): SafetensorsWriter {
    const shape = [rowsOfPart(), size];
    const dtype = single ? 'F32' : 'F64';
    const tensors = { theta: { dtype, shape }, velocity: { dtype, shape } } as const;
    const path = pathOfPart();
    const beside = besideOf(path);
    return createSafetensors(
      path,
      tensors,
      { firstUpdate: first },
      beside ? { path: beside, rows: written } : undefined,
    );
  }

  function flush(): void {
    if (gathered === 0) return;
    part ??= openPart();
    part.writeRows('theta', written, theta.subarray(0, gathered * size));
    part.writeRows('velocity', written, velocity.subarray(0, gathered * size));
    written += gathered;
    gathered = 0;
    if (written < rowsOfPart()) return;
    part.finish();
    part = undefined;
    first += written;
    written = 0;
  }

  return {
    add(nextTheta, nextVelocity) {
      if (first + written + gathered === updates) throw new RangeError(`a window of ${updates} updates is full`);
      theta.set(nextTheta, gathered * size);
      velocity.set(nextVelocity, gathered * size);
      gathered++;
      if (gathered === rowsPerBlock || written + gathered === rowsOfPart()) flush();
    },
    sync() {
      flush();
      part?.sync();
      isKept = true;
    },
    finish() {
      if (first !== updates)
        throw new RangeError(`a window of ${updates} updates was given ${first + written + gathered}`);
    },
    abort() {
      if (isKept) part?.leave();
      else part?.abort();
      if (first < updates && !isKept) removeParts();
    },
  };
}

/** Bytes of a trajectory. */
export const trajectoryBytes = (updates: number, size: number, precision: Precision): number =>
  2 * updates * size * (precision === 'float32' ? 4 : 8);

/** Rows that make a block of a few megabytes. */
export const blockRows = (size: number): number => Math.max(1, Math.floor(BLOCK_BYTES / (4 * size)));
