/** The recorded window on disk: weights and velocity after every update, in parts that are read a block at a time. */
import { rmSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { ITEM_BYTES } from '../store/dtypes.ts';
import { RUN_FILES, runPath, trajectoryPath, trajectoryPaths } from '../store/run-directory.ts';
import { createSafetensors, openSafetensors, type SafetensorsWriter } from '../store/safetensors.ts';
import type { Precision, Reals } from '../tensor/types.ts';

/** About this many bytes a part, so that a damaged one costs little and a reader needs no more than a part at a time. */
const PART_BYTES = 2 ** 28;
/** Rows are gathered up to about this many bytes before they are written. */
const BLOCK_BYTES = 2 ** 22;

/** A window on its way to the disk, update by update. Exactly one of `finish` and `abort` ends it. */
export interface TrajectoryWriter {
  /** The state after the next update [d]. @throws RangeError where the window is full; StorageError where nothing can be written */
  add(theta: Reals, velocity: Reals): void;
  /** @throws RangeError unless all announced updates were added */
  finish(): void;
  /** Removes what was written of an unfinished window. Nothing happens after `finish`. */
  abort(): void;
}

/**
 * Starts the trajectory of a window of so many updates, in the run's precision.
 *
 * @param partBytes of one file, about
 */
export function createTrajectory(
  directory: string,
  updates: number,
  size: number,
  precision: Precision,
  partBytes = PART_BYTES,
): TrajectoryWriter {
  const single = precision === 'float32';
  const array = single ? Float32Array : Float64Array;
  const rowBytes = size * (single ? 4 : 8);
  const rowsPerPart = Math.max(1, Math.floor(partBytes / (2 * rowBytes)));
  const rowsPerBlock = Math.max(1, Math.min(Math.floor(BLOCK_BYTES / rowBytes), rowsPerPart));
  const theta = new array(rowsPerBlock * size);
  const velocity = new array(rowsPerBlock * size);
  let part: SafetensorsWriter | undefined;
  let first = 0; // update with which the part begins
  let written = 0; // rows of the part on disk
  let gathered = 0;

  const rowsOfPart = () => Math.min(rowsPerPart, updates - first);
  function flush(): void {
    if (gathered === 0) return;
    if (!part) {
      const shape = [rowsOfPart(), size];
      const dtype = single ? 'F32' : 'F64';
      const tensors = { theta: { dtype, shape }, velocity: { dtype, shape } } as const;
      part = createSafetensors(trajectoryPath(directory, Math.floor(first / rowsPerPart)), tensors, {
        firstUpdate: first,
      });
    }
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
    finish() {
      if (first !== updates)
        throw new RangeError(`a window of ${updates} updates was given ${first + written + gathered}`);
    },
    abort() {
      part?.abort();
      if (first === updates) return;
      for (let done = 0; done * rowsPerPart < first; done++) rmSync(trajectoryPath(directory, done), { force: true });
    },
  };
}

/** A block of consecutive updates. */
export interface TrajectoryBlock {
  /** Number of the first update, from 0. */
  readonly first: number;
  readonly rows: number;
  /** [rows, d] */
  readonly theta: Reals;
  readonly velocity: Reals;
}

/**
 * Reads the window in blocks, in the order of time; those of a part are as equal as can be. A block's memory is that of the
 * block before: fresh memory for each takes as long as reading.
 *
 * @param rowsPerBlock at most
 * @throws DataError where the trajectory is absent or damaged, or does not have so many updates of this size
 */
export function* readTrajectory(
  directory: string,
  updates: number,
  size: number,
  rowsPerBlock: number,
): Generator<TrajectoryBlock> {
  const paths = trajectoryPaths(directory);
  if (paths.length === 0)
    throw new DataError(`there is no ${runPath(directory, RUN_FILES.trajectory)}: record the window again`);
  let memory: ArrayBuffer[] | undefined;
  let next = 0;
  for (const path of paths) {
    const file = openSafetensors(path);
    try {
      const { shape, dtype } = file.tensors.theta ?? { shape: [], dtype: 'F32' };
      if (file.metadata.firstUpdate !== next || shape[1] !== size)
        throw new DataError(
          `${path} holds weights of shape [${shape.join(', ')}] from update ${String(file.metadata.firstUpdate)} on; expected [updates, ${size}] from update ${next} on`,
        );
      memory ??= [0, 1].map(() => new ArrayBuffer(Math.min(rowsPerBlock, updates) * size * ITEM_BYTES[dtype]));
      const evenly = Math.ceil(shape[0] / Math.ceil(shape[0] / rowsPerBlock));
      for (let row = 0; row < shape[0]; row += evenly) {
        const rows = Math.min(evenly, shape[0] - row);
        const theta = file.readRows('theta', row, rows, memory[0]).data as Reals;
        const velocity = file.readRows('velocity', row, rows, memory[1]).data as Reals;
        yield { first: next + row, rows, theta, velocity };
      }
      next += shape[0];
    } finally {
      file.close();
    }
  }
  if (next !== updates)
    throw new DataError(`${runPath(directory, RUN_FILES.trajectory)} holds ${next} updates; the window has ${updates}`);
}

/** Rows that make a block of a few megabytes. */
export const blockRows = (size: number): number => Math.max(1, Math.floor(BLOCK_BYTES / (4 * size)));
