/** A data set on the back end in chunks: small enough for the intermediate values, as large as pays. */
import { openTogether } from '../disposables.ts';
import type { Backend } from '../tensor/backend.ts';
import { mostLanes } from '../tensor/lanes.ts';
import type { Stored } from '../tensor/types.ts';
import { type Shape, sizeOf } from '../tensor/types.ts';
import type { Problem, Samples } from './problem.ts';

/** Consecutive samples on the back end: x [samples, ...inputShape], y [samples, outputs]. */
export interface Chunk {
  /** Index of the first sample. */
  readonly first: number;
  readonly samples: number;
  readonly x: Stored;
  readonly y: Stored;
}

/** A whole data set, chunk by chunk in its order. */
export interface Chunks {
  /** Of all chunks. */
  readonly samples: number;
  readonly chunks: readonly Chunk[];
  /** Frees the samples. */
  dispose(): void;
}

// A lane does best where its intermediate values stay in a second-level cache; but calls for a few samples do not pay,
// unless these are large.
const UNITS_PER_LANE = 120_000;
const SAMPLES_PER_LANE = 250;
const MOST_UNITS_PER_LANE = 4_000_000;
const FEWEST_SAMPLES = 25;
/** A device wants thousands of threads for each of a hundred steps a call: 130 MB for each value of all layers' outputs. */
const UNITS_PER_DEVICE_CALL = 32_000_000;

/** Samples in a chunk, the last one may hold fewer: a divisor of the whole where one lies near, so that one graph does. */
export function chunkSize(
  samples: number,
  unitsPerSample: number,
  backend: Pick<Backend, 'threads' | 'isDevice'>,
): number {
  const wanted = backend.isDevice
    ? Math.max(FEWEST_SAMPLES, Math.floor(UNITS_PER_DEVICE_CALL / unitsPerSample))
    : laneSize(unitsPerSample) * mostLanes(backend);
  if (samples <= wanted) return samples;
  for (let size = wanted; size > wanted / 2; size--) if (samples % size === 0) return size;
  return wanted;
}

function laneSize(unitsPerSample: number): number {
  const enough = Math.min(SAMPLES_PER_LANE, MOST_UNITS_PER_LANE / unitsPerSample);
  return Math.floor(Math.max(UNITS_PER_LANE / unitsPerSample, enough, FEWEST_SAMPLES));
}

/**
 * Brings samples to the problem's back end; the caller disposes of them.
 *
 * @throws Error for a model that couples the samples of a batch: what is computed chunk by chunk would depend on the chunks
 */
export function storeChunks(problem: Problem, { x, y, samples }: Samples): Chunks {
  const { backend, inputShape, outputs, model } = problem;
  if (model.couplesSamples)
    throw new Error(`${model.name} couples the samples of a batch, so that there are no sums over samples: freeze it`);
  const size = chunkSize(samples, model.unitsPerSample, backend);
  return openTogether((held) => {
    const rows = (values: Float32Array, shape: Shape, first: number, count: number) => {
      const width = sizeOf(shape);
      return held.add(backend.store(values.subarray(first * width, (first + count) * width), [count, ...shape]));
    };
    const chunks: Chunk[] = [];
    for (let first = 0; first < samples; first += size) {
      const count = Math.min(size, samples - first);
      chunks.push({ first, samples: count, x: rows(x, inputShape, first, count), y: rows(y, [outputs], first, count) });
    }
    return { samples, chunks, dispose: () => held.dispose() };
  });
}

/**
 * What calls for one chunk after another give, in their order. A device gets all of them at once: it need not wait, between
 * two, for whoever reads.
 */
export async function* inTurn<T, R>(
  { isDevice }: Pick<Backend, 'isDevice'>,
  items: readonly T[],
  call: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  if (isDevice) yield* await Promise.all(items.map(call));
  else for (const item of items) yield await call(item);
}

/** Makes a thing once for each length of chunk, when it is first asked for. */
export function onePerLength<T extends { dispose(): void }>(
  make: (samples: number) => T,
): { of(chunk: Pick<Chunk, 'samples'>): T; dispose(): void } {
  const made = new Map<number, T>();
  return {
    of({ samples }) {
      let thing = made.get(samples);
      if (!thing) made.set(samples, (thing = make(samples)));
      return thing;
    },
    dispose() {
      for (const thing of made.values()) thing.dispose();
    },
  };
}
