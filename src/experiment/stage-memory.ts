/**
 * How much memory each stage takes: said before it begins, and refused where it cannot be had. Measured peaks lie between about half of what
 * is said and all of it (test/experiment/run/announced-memory.test.ts holds the latter).
 */
import { ConfigurationError } from '../errors.ts';
import { availableMemory, inWords } from '../hessian/memory.ts';
import type { StageName } from './catalogue.ts';
import {
  chunked,
  eigenpairs,
  eigenpairsOnDisk,
  evaluation,
  exactly,
  GARBAGE,
  gradients,
  gram,
  graph,
  held,
  hessian,
  most,
  passing,
  reading,
  type Sizes,
  sizesOf,
  type StageMemory,
  stored,
  sum,
  updating,
} from './memory-parts.ts';
import { chooseMethod } from './noise/variance.ts';
import type { Experiment } from './schema.ts';
import { BLOCK_BYTES, FEWEST_ROWS, MOST_ROWS } from './stages/project-window.ts';
import { ALL_DIRECTIONS_UP_TO, CURVATURE_SAMPLES, CURVATURE_UNITS, LEADING_DIRECTIONS } from './train/polishing.ts';
import type { Workbench } from './workbench.ts';

/** Back end, graphs, compiled code and whatever else does not depend on the experiment. */
const ANY_STAGE = 160e6;
/** Fonts, canvases and the library that draws. */
const DRAWING = 384e6;
/** Groups of samples of the curvature that the weights feel. */
const MOST_GROUPS = 8;
/** Part of its memory that a run leaves in pieces too small for the next. */
const LEFT_BEHIND = 0.25;

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
