/** A window that was recorded elsewhere: one safetensors file, or a folder of parts in the order of their names. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../errors.ts';
import { toFloat64 } from '../../store/dtypes.ts';
import { openSafetensors, type SafetensorsReader } from '../../store/safetensors.ts';
import type { Precision, Reals } from '../../tensor/types.ts';
import type { InOurOrder } from './layout.ts';

/** The state before the first update of the window, [d] each. */
export interface Opening {
  readonly theta: Float64Array;
  /** The last step before it: θ ← θ + v. */
  readonly velocity: Float64Array;
}

/** What a recording holds, as far as its heads tell. */
export interface Recording {
  readonly path: string;
  readonly files: readonly string[];
  /** K. */
  readonly updates: number;
  /** d. */
  readonly size: number;
  /** Of the weights: F64 is float64, all else float32. */
  readonly precision: Precision;
  /** Whether velocities are there; else each is the difference of two states. */
  readonly hasVelocity: boolean;
  /** S where batches are there: samples of one update. */
  readonly batchSize: number | null;
  /** What the first file says of itself. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A recording whose weights are brought into the order of the model. */
export interface OrderedRecording extends Recording {
  readonly inOrder: InOurOrder;
}

/** Rows of the weights that are in memory at a time. */
const BLOCK_BYTES = 2 ** 24;

/**
 * Looks at a recording without reading its states.
 *
 * @throws DataError where it is missing, or lacks what a window needs
 */
export function inspectRecording(path: string): Recording {
  const files = filesOf(path);
  let recording: Recording | null = null;
  for (const file of files) {
    const reader = openSafetensors(file);
    reader.close();
    recording = recording ? joined(recording, file, reader) : begun(path, files, file, reader);
  }
  return recording!;
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) throw new DataError(`there is no recording ${path}`);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith('.safetensors'));
  if (names.length === 0) throw new DataError(`${path} holds no .safetensors file; expected the parts of a recording`);
  return names.sort().map((name) => join(path, name));
}

const shapeOf = ({ tensors }: Pick<SafetensorsReader, 'tensors'>, name: string): readonly number[] | null =>
  tensors[name]?.shape ?? null;

function begun(path: string, files: readonly string[], file: string, reader: SafetensorsReader): Recording {
  const theta = shapeOf(reader, 'theta');
  const names = Object.keys(reader.tensors).join(', ') || 'nothing';
  if (!theta || theta.length !== 2)
    throw new DataError(
      `${file} holds ${theta ? `theta of shape [${theta.join(', ')}]` : names}; expected theta [updates, weights], the weights after every update`,
    );
  const [updates, size] = theta;
  for (const name of ['opening_theta', 'opening_velocity']) {
    const shape = shapeOf(reader, name);
    if (shape?.length !== 1 || shape[0] !== size)
      throw new DataError(
        `${file} has ${shape ? `${name} of shape [${shape.join(', ')}]` : `no ${name}`}; expected [${size}], the state before the first update`,
      );
  }
  const { dtype } = reader.tensors.theta;
  return {
    path,
    files,
    updates,
    size,
    precision: dtype === 'F64' ? 'float64' : 'float32',
    hasVelocity: hasVelocity(file, reader, theta),
    batchSize: batchSizeOf(file, reader, updates),
    metadata: reader.metadata,
  };
}

function joined(before: Recording, file: string, reader: SafetensorsReader): Recording {
  const theta = shapeOf(reader, 'theta');
  if (theta?.length !== 2 || theta[1] !== before.size)
    throw new DataError(
      `${file} has ${theta ? `theta of shape [${theta.join(', ')}]` : 'no theta'}; expected [updates, ${before.size}] as in the parts before`,
    );
  const batchSize = batchSizeOf(file, reader, theta[0]);
  if (batchSize !== before.batchSize || hasVelocity(file, reader, theta) !== before.hasVelocity)
    throw new DataError(`${file} has other tensors than the parts before; expected the same in every part`);
  return { ...before, updates: before.updates + theta[0] };
}

function hasVelocity(file: string, reader: SafetensorsReader, theta: readonly number[]): boolean {
  const velocity = shapeOf(reader, 'velocity');
  if (!velocity) return false;
  if (velocity.join() !== theta.join())
    throw new DataError(
      `${file} has velocity of shape [${velocity.join(', ')}]; expected that of theta, [${theta.join(', ')}]`,
    );
  return true;
}

function batchSizeOf(file: string, reader: SafetensorsReader, updates: number): number | null {
  const batches = shapeOf(reader, 'batches');
  if (!batches) return null;
  if (batches.length !== 2 || batches[0] !== updates)
    throw new DataError(
      `${file} has batches of shape [${batches.join(', ')}]; expected [${updates}, batch size], the samples of every update`,
    );
  return batches[1];
}

/** The state before the first update. */
export function readOpeningOf({ files, inOrder }: OrderedRecording): Opening {
  const reader = openSafetensors(files[0]);
  try {
    return {
      theta: inOrder(toFloat64(reader.read('opening_theta').data, 'opening_theta')),
      velocity: inOrder(toFloat64(reader.read('opening_velocity').data, 'opening_velocity')),
    };
  } finally {
    reader.close();
  }
}

/**
 * Samples of every update, [K, S].
 *
 * @param samples N; counted from 0
 * @throws DataError where there are none, or one is not in 0 … N−1
 */
export function readBatchesOf({ path, files, batchSize }: Recording, samples: number): Int32Array {
  if (batchSize === null)
    throw new DataError(`${path} has no batches; expected batches [updates, batch size], the samples of every update`);
  const parts = files.map((file) => {
    const reader = openSafetensors(file);
    try {
      return Array.from(reader.read('batches').data as ArrayLike<number | bigint>, Number);
    } finally {
      reader.close();
    }
  });
  const all = Int32Array.from(parts.flat());
  const wrong = all.find((sample) => sample < 0 || sample >= samples);
  if (wrong !== undefined)
    throw new DataError(`${path} has sample ${wrong} in a batch; expected 0 … ${samples - 1}, counted from 0`);
  return all;
}

/** The states after every update, in their order; memory is that of the one before. Velocities that are not there are differences. */
export function* statesOf(
  recording: OrderedRecording,
): Generator<{ readonly theta: Float64Array; readonly velocity: Float64Array }> {
  const { files, size, hasVelocity: given, inOrder } = recording;
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / (8 * size)));
  let before = readOpeningOf(recording).theta;
  for (const file of files) {
    const reader = openSafetensors(file);
    try {
      const [count] = reader.tensors.theta.shape;
      for (let first = 0; first < count; first += rows) {
        const block = Math.min(rows, count - first);
        const read = (name: string) => toFloat64(reader.readRows(name, first, block).data as Reals, name);
        const theta = read('theta');
        const velocity = given ? read('velocity') : null;
        for (let row = 0; row < block; row++) {
          const state = inOrder(theta.slice(row * size, (row + 1) * size));
          const step = velocity
            ? inOrder(velocity.slice(row * size, (row + 1) * size))
            : state.map((value, i) => value - before[i]);
          yield { theta: state, velocity: step };
          before = state;
        }
      }
    } finally {
      reader.close();
    }
  }
}
