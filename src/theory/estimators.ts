/**
 * Estimators of a weight's variance that drift disturbs less than it does the plain one, each with its own exact
 * prediction: theory is compared with what was really computed, never with a limit.
 */
import { centredMoment, joinCentred } from './centred-stretch.ts';
import { cycleTrend } from './cycle-trend.ts';
import { cycleWindow } from './cycle-window.ts';
import { isStable, type UpdateRule } from './direction.ts';
import { throughEpochs, WEIGHT_ABOUT_MEAN } from './epochs.ts';
import { epochNoise } from './noise.ts';
import { runProcesses, type Process } from './process.ts';
import { propagateWindow } from './propagated-window.ts';
import { join, moment, repeated, type Stretch } from './stretch.ts';
import { trendPart } from './trend.ts';
import { checkWindow, type WindowOptions } from './window.ts';
import type { WindowMoments } from './window-moments.ts';
import { ZERO_MATRIX } from './matrix.ts';

/** A variance that an estimator is expected to give, per unit noise variance, and what one value of it is worth. */
export interface Expected {
  readonly variance: number;
  /** χ² degrees of freedom: 2 × mean² / variance of the estimator. */
  readonly degreesOfFreedom: number;
}

/** What a window of whole epochs shows along one direction by each estimator. */
export interface EstimatorMoments {
  /** About the mean of the window; velocity: not centred. */
  readonly whole: WindowMoments;
  /** About the mean of each epoch: what is slower than an epoch hardly enters. */
  readonly withinEpochs: Expected;
  /** About the straight line through the window. */
  readonly withoutTrend: Expected;
  /** The first and the last ⌊n/2⌋ epochs, each about its own mean. */
  readonly halves: readonly [Expected, Expected];
}

const UNKNOWN: Expected = { variance: NaN, degreesOfFreedom: NaN };

/**
 * Prepares the estimators' expectations for the directions of one run.
 *
 * @param options the run and its window of whole epochs: at least 2
 * @returns a function from the eigenvalue, and the share of the noise that is white, to the expectations per unit noise
 *   variance; NaN where there is no prediction
 * @throws RangeError as `windowPredictor`, and unless the window is two whole epochs or more
 * @see docs/concepts/epoch-noise.md, equations 27 and 28
 */
export function estimatorPredictor(
  options: WindowOptions,
): (eigenvalue: number, whiteShare?: number) => EstimatorMoments | null {
  checkWindow(options);
  const { learningRate, momentum, batchesPerEpoch, sampler, updates, start } = options;
  const epochs = updates / batchesPerEpoch;
  if (!(Number.isInteger(epochs) && epochs >= 2))
    throw new RangeError(`a window of ${updates} updates is not two or more whole epochs of ${batchesPerEpoch}`);
  const half = Math.floor(epochs / 2) * batchesPerEpoch;

  if (sampler === 'shuffle-once') {
    const noise = epochNoise(batchesPerEpoch, options.samplingFraction);
    return (eigenvalue, whiteShare = 0) => {
      const rule: UpdateRule = { learningRate, momentum, eigenvalue };
      if (start === 'rest' || whiteShare !== 0 || !isStable(rule)) return null;
      const whole = cycleWindow(rule, batchesPerEpoch, noise, updates);
      // The cycle repeats itself: an epoch shows all of it, and so does half the window.
      const once = { variance: whole.thetaVariance, degreesOfFreedom: whole.thetaDegreesOfFreedom };
      return {
        whole,
        withinEpochs: once,
        withoutTrend: cycleTrend(rule, batchesPerEpoch, noise, epochs, whole),
        halves: [once, once],
      };
    };
  }

  const opensAt = (later: number) => runProcesses({ ...options, burnInUpdates: (options.burnInUpdates ?? 0) + later });
  const [atOpening, atSecondHalf] = [opensAt(0), opensAt(updates - half)];
  return (eigenvalue, whiteShare) => {
    const process = atOpening(eigenvalue, whiteShare);
    if (!process) return null;
    // What is settled at the opening is so later.
    const settled = start === 'stationary' && !whiteShare && (eigenvalue > 0 || sampler === 'with-replacement');
    const later = settled ? process : atSecondHalf(eigenvalue, whiteShare);
    const whole = propagateWindow(process, updates);
    const first = aboutMean(process, half);
    return {
      whole,
      withinEpochs: process.position === 0 ? withinEpochs(process, batchesPerEpoch, epochs) : UNKNOWN,
      withoutTrend: process.position === 0 ? withoutTrend(process, updates, whole) : UNKNOWN,
      halves: [first, settled || !later ? first : aboutMean(later, half)],
    };
  };
}

/** About the mean of a window. */
function aboutMean({ rule, epochs, position, opening, strength }: Process, updates: number): Expected {
  const { trace, square } = joinCentred(
    centredMoment(ZERO_MATRIX, opening),
    throughEpochs(epochs, WEIGHT_ABOUT_MEAN, rule, position, updates),
  );
  return { variance: (strength * trace) / updates, degreesOfFreedom: trace ** 2 / square };
}

/** The deviations from an epoch's mean are the readings of that epoch; those of all epochs are joined as they are. */
function withinEpochs({ rule, epochs, opening, strength }: Process, length: number, count: number): Expected {
  const epoch: Stretch = throughEpochs(epochs, WEIGHT_ABOUT_MEAN, rule, 0, length);
  const { trace, square } = join(moment(ZERO_MATRIX, opening), repeated(epoch, count, join));
  return { variance: (strength * trace) / (count * length), degreesOfFreedom: trace ** 2 / square };
}

function withoutTrend(
  process: Process,
  updates: number,
  { thetaVariance, thetaDegreesOfFreedom }: WindowMoments,
): Expected {
  const all = (thetaVariance * updates) / process.strength;
  const line = trendPart(process, updates);
  const trace = all - line.trace;
  const square = all ** 2 / thetaDegreesOfFreedom - line.square;
  return { variance: (process.strength * trace) / updates, degreesOfFreedom: trace ** 2 / square };
}
