/**
 * How much memory each stage takes, from the sizes of what it holds: said before it begins, and refused where it cannot be
 * had. Measured peaks lie between half of what is said and all of it (test/experiment/run/announced-memory.test.ts).
 */
import { ConfigurationError } from '../errors.ts';
import { relativePrecisionOf } from '../hessian/hessian.ts';
import { availableMemory, inWords, lanczosMemory, spaceBytes } from '../hessian/memory.ts';
import { sharedBytesPerSample } from '../hessian/shared-bytes.ts';
import { chunkSize } from '../models/chunks.ts';
import { projectionBackend } from '../tensor/projection.ts';
import { sizeOf } from '../tensor/types.ts';
import type { StageName } from './catalogue.ts';
import { wantedPairs } from './memory.ts';
import { chooseMethod } from './noise/variance.ts';
import type { Experiment } from './schema.ts';
import { BLOCK_BYTES, FEWEST_ROWS, MOST_ROWS } from './stages/project-window.ts';
import { ALL_DIRECTIONS_UP_TO, CURVATURE_SAMPLES, CURVATURE_UNITS, LEADING_DIRECTIONS } from './train/polishing.ts';
import type { Workbench } from './workbench.ts';

/** Bytes beyond what the process has when the stage begins. */
export interface StageMemory {
  /** Arrays and tensors that are there at the same time, whatever happens. */
  readonly held: number;
  /** What comes on top at most: copies on their way to the native library, values of a graph, values that products share, garbage. */
  readonly passing: number;
}

/** Sizes that memory depends on, in numbers; `…Bytes` of one number. */
interface Sizes {
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
  /** What Hessian products may share. */
  readonly sharedBytes: number;
  readonly experiment: Experiment;
  readonly bench: Workbench;
}

/** Back end, graphs, compiled code and whatever else does not depend on the experiment. */
const ANY_STAGE = 160e6;
/** Fonts, canvases and the library that draws. */
const DRAWING = 384e6;
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
/** Groups of samples of the curvature that the weights feel. */
const MOST_GROUPS = 8;
/** Windows of fewer bytes are stored. */
const LARGE_WINDOW = 2 ** 30;
/** Part of its memory that a run leaves in pieces too small for the next. */
const LEFT_BEHIND = 0.25;
/** Copies on their way that are garbage by the time when the next is made. */
const GARBAGE = 2 ** 27;

/** What a stage takes. The pictures need no workbench. */
export function stageMemory(name: StageName, experiment: Experiment, bench: Workbench | null): StageMemory {
  if (bench === null) return { held: 0, passing: DRAWING };
  const { held, passing } = STAGE_MEMORY[name](sizesOf(experiment, bench));
  return { held, passing: passing + ANY_STAGE };
}

/** @throws ConfigurationError where one of these stages cannot have what it holds */
export function refuseStagesThatDoNotFit(names: readonly StageName[], experiment: Experiment, bench: Workbench): void {
  const available = availableMemory();
  for (const name of names) {
    const { held } = stageMemory(name, experiment, bench);
    if (held <= available) continue;
    const wayOut = WAYS_OUT[name] ?? 'fewer samples (data.samples)';
    throw new ConfigurationError(
      `stage ${name} needs at least ${inWords(held)} of memory, and ${inWords(available, Math.floor)} are available: ask for ${wayOut}, or free memory`,
    );
  }
}

const ALONG_DIRECTIONS = 'fewer directions (spectrum.eigenpairs) or a shorter window (record.epochs)';
const WAYS_OUT: Partial<Record<StageName, string>> = {
  spectrum: 'fewer directions (spectrum.eigenpairs)',
  curvature: 'fewer directions (spectrum.eigenpairs)',
  noise: ALONG_DIRECTIONS,
  compare: ALONG_DIRECTIONS,
  controls: ALONG_DIRECTIONS,
};

function sizesOf(experiment: Experiment, bench: Workbench): Sizes {
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
    chunk: chunkSize(samples, model.unitsPerSample, backend.threads),
    batchesPerEpoch,
    batchSize: experiment.sgd.batchSize,
    updates: experiment.record.epochs * batchesPerEpoch,
    pairs,
    realBytes: bytesOf(backend),
    exactBytes: bytesOf(exact.backend),
    directionBytes: bytesOf(projectionBackend(backend, pairs, size)),
    sharedBytes: savedBytes,
    experiment,
    bench,
  };
}

const sum = (...parts: readonly StageMemory[]): StageMemory => ({
  held: parts.reduce((all, { held }) => all + held, 0),
  passing: parts.reduce((all, { passing }) => all + passing, 0),
});
/** One after the other: what is freed is used again. */
const most = (...parts: readonly StageMemory[]): StageMemory => {
  const held = Math.max(...parts.map((part) => part.held));
  return { held, passing: Math.max(...parts.map((part) => part.held + part.passing)) - held };
};
const held = (bytes: number): StageMemory => ({ held: bytes, passing: 0 });
const passing = (bytes: number): StageMemory => ({ held: 0, passing: bytes });

/** Numbers on the back end; each is brought there by way of a copy. */
function stored(numbers: number, bytes: number, given = 4): StageMemory {
  return { held: numbers * bytes, passing: numbers * (given + (bytes > given ? bytes : 0)) };
}

/** Samples on the back end, chunk by chunk. */
function chunked({ width }: Sizes, samples: number, bytes: number): StageMemory {
  const { held, passing } = stored(samples * width, bytes);
  return { held, passing: Math.min(passing, GARBAGE) };
}

/** All samples as the input of one graph, which is first recorded on zeros. */
function wholeInGraph({ width, samples }: Sizes, bytes: number): StageMemory {
  return sum(stored(samples * width, bytes), passing(samples * width * (bytes + 4)));
}

/** What a graph works on at a time. */
function graph({ units, width, weights }: Sizes, samples: number, bytes: number): StageMemory {
  return passing(samples * bytes * (VALUES_PER_UNIT * units + COPIES_OF_INPUTS * width) + 16 * weights * bytes);
}

/** A Hessian on so many samples: the data, and what its products share. */
function hessian(sizes: Sizes, samples: number): StageMemory {
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

function eigenpairs({ weights, bench }: Sizes, pairs: number): StageMemory {
  const operator = { size: weights, relativePrecision: relativePrecisionOf(bench.problem.backend) };
  return held(lanczosMemory(operator, pairs));
}

/** The same where vectors that memory does not hold are read from the disk. */
function eigenpairsOnDisk(sizes: Sizes, pairs: number): StageMemory {
  const { weights, bench } = sizes;
  const space = spaceBytes({ size: weights, relativePrecision: relativePrecisionOf(bench.problem.backend) }, pairs);
  return { held: eigenpairs(sizes, pairs).held - space, passing: space };
}

/** A large window that may have to be run again to be read. */
function reading(sizes: Sizes): StageMemory {
  const { updates, weights, realBytes, experiment } = sizes;
  const isStored =
    experiment.record.store === 'trajectory' ||
    (experiment.record.store === 'auto' && 2 * updates * weights * realBytes < LARGE_WINDOW);
  return isStored ? held(0) : updating(sizes);
}

function evaluation(sizes: Sizes): StageMemory {
  const { samples, testSamples, realBytes, chunk } = sizes;
  return sum(
    chunked(sizes, samples, realBytes),
    chunked(sizes, testSamples, realBytes),
    graph(sizes, chunk, realBytes),
  );
}

/** Loss and gradient in the exact problem's precision. */
function exactly(sizes: Sizes): StageMemory {
  return sum(chunked(sizes, sizes.samples, sizes.exactBytes), graph(sizes, sizes.chunk, sizes.exactBytes));
}

function updating(sizes: Sizes): StageMemory {
  const { batchSize, realBytes, weights } = sizes;
  return sum(wholeInGraph(sizes, realBytes), graph(sizes, 4 * batchSize, realBytes), passing(64 * weights * realBytes));
}

function training(sizes: Sizes): StageMemory {
  const { experiment, weights, samples, units } = sizes;
  const sgd = experiment.train.epochs > 0 ? updating(sizes) : held(0);
  if (experiment.polish.method === 'none') return sum(evaluation(sizes), sgd);
  const subset = Math.min(samples, CURVATURE_SAMPLES, CURVATURE_UNITS / units);
  const directions = weights <= ALL_DIRECTIONS_UP_TO ? weights : LEADING_DIRECTIONS;
  const polish = sum(
    exactly(sizes),
    hessian(sizes, subset),
    hessian(sizes, samples),
    eigenpairs(sizes, directions),
    held(8 * directions * weights),
  );
  return sum(evaluation(sizes), most(sgd, polish));
}

function recording(sizes: Sizes): StageMemory {
  const { updates, batchSize, weights } = sizes;
  const look = sum(hessian(sizes, sizes.samples), eigenpairs(sizes, 1));
  const window = sum(evaluation(sizes), updating(sizes), exactly(sizes), held(4 * updates * batchSize + 64 * weights));
  return most(look, sum(window, passing(GARBAGE)));
}

function finding(sizes: Sizes): StageMemory {
  const { experiment, weights, pairs, samples, directionBytes, realBytes } = sizes;
  const subset = Math.min(experiment.spectrum.samples ?? samples, samples);
  const vectors = held(4 * pairs * weights);
  const rows = 2 * Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, BLOCK_BYTES / (4 * weights)));
  const block = stored(rows * weights, directionBytes, directionBytes);
  const projection = sum(
    stored(pairs * weights, directionBytes),
    block,
    held(rows * weights * (directionBytes + realBytes)),
    held(2 * rows * pairs * directionBytes),
  );
  const inOrder = subset < samples ? vectors : held(0);
  return most(
    sum(hessian(sizes, subset), eigenpairsOnDisk(sizes, pairs)),
    sum(vectors, inOrder, hessian(sizes, samples)),
    sum(vectors, inOrder, projection, reading(sizes)),
  );
}

/** Gradients at snapshots and over finite steps along the directions, and the Hessian at a few states. */
function feeling(sizes: Sizes): StageMemory {
  const { experiment, pairs, weights, samples, realBytes, directionBytes, chunk } = sizes;
  const vectors = held(4 * pairs * weights);
  const rows = (1 + MOST_GROUPS) * weights;
  const departures = sum(
    chunked(sizes, samples, realBytes),
    graph(sizes, chunk, realBytes),
    stored(pairs * weights, directionBytes),
    stored(rows, directionBytes, 8),
    held(16 * rows + 8 * (3 + MOST_GROUPS) * experiment.curvature.snapshots * pairs),
    hessian(sizes, samples),
  );
  const window = experiment.curvature.window === 'second' ? updating(sizes) : reading(sizes);
  return most(sum(vectors, departures, window), sum(vectors, hessian(sizes, samples)));
}

/** Gradients of batches along the directions. */
function gradients(sizes: Sizes): StageMemory {
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
function gram({ updates, pairs, realBytes }: Sizes): StageMemory {
  const path = stored(updates * pairs, realBytes, realBytes);
  return sum(path, path, held(realBytes * updates * pairs), held(3 * realBytes * pairs * pairs));
}

function measuringNoise(sizes: Sizes): StageMemory {
  const { updates, pairs, weights, samples, batchesPerEpoch, chunk, realBytes, experiment, bench } = sizes;
  const path = updates * pairs;
  const own =
    chooseMethod(experiment.noise.method, bench, pairs) === 'batches'
      ? held(8 * experiment.noise.epochs * batchesPerEpoch * pairs)
      : sum(chunked(sizes, samples, realBytes), graph(sizes, chunk, realBytes));
  const reach = 3 * batchesPerEpoch;
  const lags = sum(stored(reach * pairs, 8, 8), held(8 * reach * pairs), held(16 * reach * batchesPerEpoch));
  return sum(
    held(4 * pairs * weights),
    gradients(sizes),
    most(
      own,
      // Projections, noise at the mean, and what is made of the two in turn.
      sum(held(8 * path + 8 * path), most(sum(held(8 * path), lags), gram(sizes), held(4 * path))),
    ),
    passing(8 * path),
    reading(sizes),
  );
}

function comparing(sizes: Sizes): StageMemory {
  const { updates, pairs, weights, samples, realBytes, chunk } = sizes;
  const path = updates * pairs;
  const states = 256;
  const combined = sum(
    stored(pairs * weights, realBytes),
    held(states * (weights + pairs) * 4),
    passing(states * weights * realBytes),
  );
  return sum(
    held(4 * pairs * weights + 8 * path),
    most(
      sum(held(4 * path), gram(sizes)),
      sum(combined, chunked(sizes, samples, realBytes), graph(sizes, chunk, realBytes)),
    ),
    passing(8 * path),
    reading(sizes),
  );
}

/** Samplers are runs of their own one after the other, in this process; what one has freed the next one uses again, for the most part. */
function controlling(sizes: Sizes): StageMemory {
  const { updates, pairs, weights, batchesPerEpoch, experiment } = sizes;
  const { run, seeds } = experiment.controls;
  const model = sum(
    held(4 * pairs * weights + 16 * updates * pairs + 24 * batchesPerEpoch * pairs),
    run.includes('frozen') ? gradients(sizes) : held(0),
  );
  const isModel = (word: (typeof run)[number]) => word === 'frozen' || word === 'quadratic';
  if (!run.some((word) => !isModel(word) && (word !== experiment.sgd.sampler || seeds > 1))) return model;
  const stages = [recording(sizes), finding(sizes), feeling(sizes), measuringNoise(sizes), comparing(sizes)];
  const { held: atOnce, passing: rest } = most(model, ...stages, passing(DRAWING));
  return { held: atOnce, passing: rest + LEFT_BEHIND * (atOnce + rest) };
}

const STAGE_MEMORY: Readonly<Record<StageName, (sizes: Sizes) => StageMemory>> = {
  train: training,
  record: recording,
  spectrum: finding,
  curvature: feeling,
  noise: measuringNoise,
  compare: comparing,
  controls: controlling,
  report: () => passing(DRAWING),
};
