/** The points of a sweep as collecting finds them: what was planned, how each stands, and what the finished ones hold. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../../errors.ts';
import type { CollectedPoint, PointState } from '../../../report/sweep/collected.ts';
import type { Summary } from '../../../report/summary.ts';
import { RUN_FILES, runPath } from '../../../store/run-directory.ts';
import { readEnvironment } from '../../environment.ts';
import { readFinished } from '../../pipeline.ts';
import { readDirections, readEstimators, readSummary } from '../../report/input.ts';
import { readHistory } from '../../training-curve.ts';
import type { StageName } from '../../catalogue.ts';
import type { Experiment } from '../../schema.ts';
import { stageAt } from '../../stages.ts';
import type { WindowSettings } from '../../compare/directions.ts';
import { measure, type Measures } from './measures.ts';

/** What is known of a sweep as a whole: the head of sweep.json. */
export interface SweepHead {
  readonly name: string;
  readonly title: string | null;
  readonly until: StageName;
  /** Keys of the configuration that vary, dotted. */
  readonly axes: readonly string[];
}

/** One planned point and how it stands. */
export interface SweepPoint {
  readonly name: string;
  /** Values of the keys that vary. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly experiment: Experiment;
  readonly state: Exclude<PointState, 'damaged'>;
  /** Why it is not done, where that is known. */
  readonly reason?: string;
}

/** A run whose variances were compared with theory. */
export interface ComparedRun {
  readonly name: string;
  readonly set: SweepPoint['set'];
  /** Runs with the same seeds share batches; runs with others are independent. */
  readonly seed: string;
  readonly summary: Summary;
  readonly window: WindowSettings;
  readonly measures: Measures;
}

/** Loss and accuracy where a run ends; null where they were not computed. */
export interface EndOfRun {
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
}

/** A point with what its files hold. */
export interface ReadPoint extends SweepPoint, Pick<CollectedPoint, 'page' | 'log'> {
  /** Its files have been looked at. */
  readonly found: PointState;
  readonly why: string | null;
  readonly run: ComparedRun | null;
  readonly end: EndOfRun | null;
  /** Seconds of all stages together, and the largest resident memory of any; of the machine, not of the experiment. */
  readonly cost: { readonly seconds: number; readonly peakMemoryBytes: number } | null;
}

/** Names within a sweep's folder; paths on its page are relative to it. */
export const pointFolder = (name: string): string => `points/${name}`;
const logOf = (name: string): string => `logs/${name}.log`;

/** Reads a point; nothing is computed that a stage computes. What is damaged is told of, and stops no other point. */
export function readPoint(folder: string, point: SweepPoint, until: StageName): ReadPoint {
  const directory = join(folder, pointFolder(point.name));
  const page = `${pointFolder(point.name)}/${RUN_FILES.report}`;
  const about = {
    ...point,
    page: existsSync(join(folder, page)) ? page : null,
    log: existsSync(join(folder, logOf(point.name))) ? logOf(point.name) : null,
  };
  const nothing = { run: null, end: null, cost: null };
  if (point.state !== 'done') return { ...about, ...nothing, found: point.state, why: point.reason ?? null };
  try {
    const isCompared = stageAt(until) >= stageAt('compare');
    readFinished(directory, isCompared ? 'compare' : until, { drawing: true });
    return {
      ...about,
      found: 'done',
      why: null,
      run: isCompared ? readRun(directory, point) : null,
      end: readEnd(directory),
      cost: readCost(directory),
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { ...about, ...nothing, found: 'damaged', why: error.message.replaceAll(`${folder}/`, '') };
  }
}

/** @throws DataError where a result is missing or damaged */
export function readRun(directory: string, { name, set, experiment }: Omit<SweepPoint, 'state'>): ComparedRun {
  const summary = readSummary(directory);
  const { learningRate, momentum, sampler, batchesPerEpoch, batchSize, samples, crossoverEigenvalue } = summary;
  const window: WindowSettings = {
    learningRate,
    momentum,
    sampler,
    batchesPerEpoch,
    updates: summary.window.updates,
    burnInUpdates: summary.window.burnInEpochs * batchesPerEpoch,
    samplingFraction: batchSize / samples,
    crossover: crossoverEigenvalue,
  };
  return {
    name,
    set,
    seed: JSON.stringify([experiment.seed, experiment.sgd.seed]),
    summary,
    window,
    measures: measure(window, readDirections(directory), readEstimators(directory)),
  };
}

/** The last line of the training and of the window that has each of the values. */
export function readEnd(directory: string): EndOfRun {
  const files = [RUN_FILES.training, RUN_FILES.windowCurve].map((file) => runPath(directory, file));
  const rows = files.filter((path) => existsSync(path)).flatMap(readHistory);
  const last = (of: keyof EndOfRun) => rows.findLast((row) => row[of] !== null)?.[of] ?? null;
  return {
    trainLoss: last('trainLoss'),
    trainAccuracy: last('trainAccuracy'),
    testLoss: last('testLoss'),
    testAccuracy: last('testAccuracy'),
  };
}

function readCost(directory: string): ReadPoint['cost'] {
  const stages = Object.values(readEnvironment(directory)?.stages ?? {});
  if (stages.length === 0) return null;
  return {
    seconds: stages.reduce((sum, { seconds }) => sum + seconds, 0),
    peakMemoryBytes: Math.max(...stages.map(({ peakMemoryBytes }) => peakMemoryBytes)),
  };
}
