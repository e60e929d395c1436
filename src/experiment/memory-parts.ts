/** The memory of what stages hold, part by part, from its sizes. */
import { relativePrecisionOf } from '../hessian/hessian.ts';
import { lanczosMemory, spaceBytes } from '../hessian/memory.ts';
import { sharedBytesPerSample } from '../hessian/shared-bytes.ts';
import { chunkSize } from '../models/chunks.ts';
import { projectionBackend } from '../tensor/projection.ts';
import { sizeOf } from '../tensor/types.ts';
import { keepsOnCard, wantedPairs } from './memory.ts';
import type { Experiment } from './schema.ts';
import type { Workbench } from './workbench.ts';

/** Bytes beyond what the process has when the stage begins. */
export interface StageMemory {
  /** Arrays and tensors that are there at the same time, whatever happens. */
  readonly held: number;
  /** What comes on top at most: copies on their way to the native library, values of a graph, values that products share, garbage. */
  readonly passing: number;
}

/** Sizes that memory depends on, in numbers; `…Bytes` of one number. */
export interface Sizes {
  /** d. */
  readonly weights: number;
  /** N, and of the test split. */
  readonly samples: number;
  readonly testSamples: number;
  /** Inputs and outputs of one sample. */
  readonly width: number;
  /** Layer outputs of one sample. */
  readonly units: number;
  /** Samples in a chunk. */
  readonly chunk: number;
  /** M, S, K and k. */
  readonly batchesPerEpoch: number;
  readonly batchSize: number;
  readonly updates: number;
  readonly pairs: number;
  /** Of the run's precision, of the exact problem, and of the directions when they are projected on. */
  readonly realBytes: number;
  readonly exactBytes: number;
  readonly directionBytes: number;
  /** What Hessian products may share in the memory of this process. */
  readonly sharedBytes: number;
  readonly experiment: Experiment;
  readonly bench: Workbench;
}

/** Values of a graph that are there at the same time while it runs, a layer output; and its inputs, cut into lanes. */
const VALUES_PER_UNIT = 4;
const COPIES_OF_INPUTS = 2;
/** Values that products of the Hessian share, a layer output, an input and a weight. */
const SHARED_PER_UNIT = 4;
const SHARED_PER_INPUT = 2;
const SHARED_PER_WEIGHT = 4;
/** Up to so many bytes a guess will do. */
const GUESSED = 2 ** 28;
/** Gradients that are projected together. */
const BATCHES_AT_ONCE = 256;
/** Windows of fewer bytes are stored. */
const LARGE_WINDOW = 2 ** 30;
/** Copies on their way that are garbage by the time when the next is made. */
export const GARBAGE = 2 ** 27;

/** The sizes of an experiment on a workbench. */
export function sizesOf(experiment: Experiment, bench: Workbench): Sizes {
  const { problem, exact, dataset, samples, batchesPerEpoch, savedBytes } = bench;
  const { backend, size, outputs, model, inputShape } = problem;
  const pairs = wantedPairs(experiment.spectrum.eigenpairs, size);
  const bytesOf = ({ precision }: { readonly precision: string }) => (precision === 'float64' ? 8 : 4);
  return {
    weights: size,
    samples,
    testSamples: dataset.test?.samples ?? 0,
    width: sizeOf(inputShape) + outputs,
    units: model.unitsPerSample,
    chunk: chunkSize(samples, model.unitsPerSample, backend),
    batchesPerEpoch,
    batchSize: experiment.sgd.batchSize,
    updates: experiment.record.epochs * batchesPerEpoch,
    pairs,
    realBytes: bytesOf(backend),
    exactBytes: bytesOf(exact.backend),
    directionBytes: bytesOf(projectionBackend(backend, pairs, size)),
    sharedBytes: keepsOnCard(backend) ? 0 : savedBytes,
    experiment,
    bench,
  };
}

/** All at once. */
export const sum = (...parts: readonly StageMemory[]): StageMemory => ({
  held: parts.reduce((all, { held }) => all + held, 0),
  passing: parts.reduce((all, { passing }) => all + passing, 0),
});
/** One after the other: what is freed is used again. */
export const most = (...parts: readonly StageMemory[]): StageMemory => {
  const held = Math.max(...parts.map((part) => part.held));
  return { held, passing: Math.max(...parts.map((part) => part.held + part.passing)) - held };
};
export const held = (bytes: number): StageMemory => ({ held: bytes, passing: 0 });
export const passing = (bytes: number): StageMemory => ({ held: 0, passing: bytes });

/** Numbers on the back end; each is brought there by way of a copy. */
export function stored(numbers: number, bytes: number, given = 4): StageMemory {
  return { held: numbers * bytes, passing: numbers * (given + (bytes > given ? bytes : 0)) };
}

/** Samples on the back end, chunk by chunk. */
export function chunked({ width }: Sizes, samples: number, bytes: number): StageMemory {
  const { held, passing } = stored(samples * width, bytes);
  return { held, passing: Math.min(passing, GARBAGE) };
}

/** All samples as the input of one graph, which is first recorded on zeros. */
export function wholeInGraph({ width, samples }: Sizes, bytes: number): StageMemory {
  return sum(stored(samples * width, bytes), passing(samples * width * (bytes + 4)));
}

/** What a graph works on at a time. */
export function graph({ units, width, weights }: Sizes, samples: number, bytes: number): StageMemory {
  return passing(samples * bytes * (VALUES_PER_UNIT * units + COPIES_OF_INPUTS * width) + 16 * weights * bytes);
}

/** A Hessian on so many samples: the data, and what its products share. */
export function hessian(sizes: Sizes, samples: number): StageMemory {
  const { units, width, weights, chunk, realBytes, sharedBytes, bench } = sizes;
  const chunks = Math.ceil(samples / chunk);
  const besides = realBytes * (samples * SHARED_PER_INPUT * width + chunks * SHARED_PER_WEIGHT * weights);
  let shared = samples * SHARED_PER_UNIT * units * realBytes;
  // Where the guess is large, the graphs themselves tell.
  if (Math.min(shared, sharedBytes) > GUESSED) shared = samples * sharedBytesPerSample(bench.problem);
  return sum(
    chunked(sizes, samples, realBytes),
    passing(Math.min(shared + besides, sharedBytes)),
    graph(sizes, chunk, realBytes),
  );
}

export function eigenpairs({ weights, bench }: Sizes, pairs: number): StageMemory {
  const operator = { size: weights, relativePrecision: relativePrecisionOf(bench.problem.backend) };
  return held(lanczosMemory(operator, pairs));
}

/** The same where vectors that memory does not hold are read from the disk. */
export function eigenpairsOnDisk(sizes: Sizes, pairs: number): StageMemory {
  const { weights, bench } = sizes;
  const space = spaceBytes({ size: weights, relativePrecision: relativePrecisionOf(bench.problem.backend) }, pairs);
  return { held: eigenpairs(sizes, pairs).held - space, passing: space };
}

export function evaluation(sizes: Sizes): StageMemory {
  const { samples, testSamples, realBytes, chunk } = sizes;
  return sum(
    chunked(sizes, samples, realBytes),
    chunked(sizes, testSamples, realBytes),
    graph(sizes, chunk, realBytes),
  );
}

/** Loss and gradient in the exact problem's precision. */
export function exactly(sizes: Sizes): StageMemory {
  return sum(chunked(sizes, sizes.samples, sizes.exactBytes), graph(sizes, sizes.chunk, sizes.exactBytes));
}

export function updating(sizes: Sizes): StageMemory {
  const { batchSize, realBytes, weights } = sizes;
  return sum(wholeInGraph(sizes, realBytes), graph(sizes, 4 * batchSize, realBytes), passing(64 * weights * realBytes));
}

/** A large window that may have to be run again to be read. */
export function reading(sizes: Sizes): StageMemory {
  const { updates, weights, realBytes, experiment } = sizes;
  const isStored =
    experiment.record.store === 'trajectory' ||
    (experiment.record.store === 'auto' && 2 * updates * weights * realBytes < LARGE_WINDOW);
  return isStored ? held(0) : updating(sizes);
}

/** Gradients of batches along the directions. */
export function gradients(sizes: Sizes): StageMemory {
  const { pairs, weights, directionBytes, realBytes, batchSize, updates, batchesPerEpoch, experiment } = sizes;
  const rows = Math.min(BATCHES_AT_ONCE, Math.max(updates, experiment.noise.epochs * batchesPerEpoch));
  return sum(
    wholeInGraph(sizes, realBytes),
    stored(pairs * weights, directionBytes),
    graph(sizes, 2 * batchSize, realBytes),
    stored(rows * weights, directionBytes, 8),
    held(8 * rows * weights),
  );
}

/** XᵀX of rows [K, k], on the back end. */
export function gram({ updates, pairs, realBytes }: Sizes): StageMemory {
  const path = stored(updates * pairs, realBytes, realBytes);
  return sum(path, path, held(realBytes * updates * pairs), held(3 * realBytes * pairs * pairs));
}
