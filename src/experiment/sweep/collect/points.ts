/** The points of a sweep as collecting finds them: what was planned, how each stands, and what the finished ones hold. */
import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { DataError } from '../../../errors.ts';
import type { CollectedPoint } from '../../../report/sweep/collected.ts';
import type { Summary } from '../../../report/summary.ts';
import { RUN_FILES, runPath } from '../../../store/run-directory.ts';
import { readEnvironment } from '../../environment.ts';
import { readFinished } from '../../pipeline.ts';
import { readDirections, readEstimators } from '../../report/input.ts';
import { readSummary } from '../../report/summaries.ts';
import { readHistory } from '../../training-curve.ts';
import { stageAt } from '../../stages.ts';
import type { WindowSettings } from '../../compare/directions.ts';
import { logOf, pointDirectory, stateOf } from '../folder.ts';
import type { Sweep } from '../load.ts';
import type { Point } from '../points.ts';
import { type MeasuredRun, measureRun } from './generalisation.ts';
import { measure, type Measures } from './measures.ts';

/** A run whose variances were compared with theory. */
export interface ComparedRun {
  readonly name: string;
  readonly set: Point['set'];
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
export interface ReadPoint extends Point, Pick<CollectedPoint, 'state' | 'reason' | 'page' | 'log'> {
  /** Null where it is not done, or ends before anything is compared. */
  readonly run: ComparedRun | null;
  readonly end: EndOfRun | null;
  /** What its network comes to; null where it is not done, or the points' samplers have not made their networks. */
  readonly network: MeasuredRun | null;
  /** Seconds of all stages together, and the largest resident memory of any; of the machine, not of the experiment. */
  readonly cost: { readonly seconds: number; readonly peakMemoryBytes: number } | null;
}

/** Reads a point; nothing is computed that a stage computes. What is damaged is told of, and stops no other point. */
export function readPoint(folder: string, point: Point, { until, axes }: Omit<Sweep, 'points'>): ReadPoint {
  const directory = pointDirectory(folder, point);
  const found = stateOf(folder, point, until);
  const here = (path: string) => (existsSync(path) ? relative(folder, path).replaceAll(sep, '/') : null);
  const about = { ...point, page: here(runPath(directory, RUN_FILES.report)), log: here(logOf(folder, point)) };
  const nothing = { run: null, end: null, network: null, cost: null };
  const without = (message: string) => message.replaceAll(`${folder}${sep}`, '');
  if (found.state === 'failed' || found.state === 'missing') {
    const reason = found.failure && without(found.failure.reason);
    return { ...about, ...nothing, state: found.state, reason };
  }
  try {
    // Of a point that is left this says why.
    readFinished(directory, until, { drawing: true });
    if (found.state === 'left')
      return { ...about, ...nothing, state: 'left', reason: 'its settings, or own files of yours, have changed since' };
    return {
      ...about,
      state: 'done',
      reason: null,
      run: stageAt(until) >= stageAt('compare') ? readRun(directory, point) : null,
      end: readEnd(directory),
      network: isTrainedApart(axes) && stageAt(until) >= stageAt('record') ? measureRun({ ...point, directory }) : null,
      cost: readCost(directory),
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { ...about, ...nothing, state: 'left', reason: without(error.message) };
  }
}

/** Whether samplers of the whole training are compared: those of the window alone leave the network where it is. */
const isTrainedApart = (axes: readonly string[]): boolean => axes.includes('train.sampler');

/** @throws DataError where a result is missing or damaged */
export function readRun(directory: string, { name, set, experiment }: Point): ComparedRun {
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
