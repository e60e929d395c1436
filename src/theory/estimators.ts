/**
 * Estimators of a weight's variance that drift disturbs less than it does the plain one, each with its own exact
 * prediction: theory is compared with what was really computed, never with a limit.
 */
import { centredMoment, joinCentred, type CentredStretch } from './centred-stretch.ts';
import { cycleTrend } from './cycle-trend.ts';
import { cycleWindow } from './cycle-window.ts';
import { isStable, type UpdateRule } from './direction.ts';
import { throughEpochs, VELOCITY, WEIGHT_ABOUT_MEAN } from './epochs.ts';
import { functionalMoments } from './functional.ts';
import { epochNoise } from './noise.ts';
import { runProcesses, type Process } from './process.ts';
import { join, moment, repeated, type Stretch } from './stretch.ts';
import { trendPart, unitTime } from './trend.ts';
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
  /** Variance of the difference of the means of the two halves; 0 for a cycle, which repeats itself. */
  readonly shiftVariance: number;
}

/**
 * Prepares the estimators' expectations for the directions of one run.
 *
 * @param options the run and its window of whole epochs: at least 2
 * @returns a function from the eigenvalue, and the share of the noise that is white, to the expectations per unit noise
 *   variance; NaN where there is no prediction
 * @throws RangeError as `windowPredictor`, and unless the window is two whole epochs or more and the burn-in whole epochs
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
        shiftVariance: 0,
      };
    };
  }

  const time = unitTime(updates);
  const shift = Float64Array.from({ length: updates }, (_, k) => (k < half ? -1 : k >= updates - half ? 1 : 0) / half);
  const burnIn = options.burnInUpdates ?? 0;
  if (burnIn % batchesPerEpoch !== 0)
    throw new RangeError(`a burn-in of ${burnIn} updates is not whole epochs of ${batchesPerEpoch}`);
  const [atOpening, atSecondHalf] = [0, updates - half].map((later) =>
    runProcesses({ ...options, burnInUpdates: burnIn + later }),
  );
  return (eigenvalue, whiteShare) => {
    const process = atOpening(eigenvalue, whiteShare);
    if (!process) return null;
    const weight = throughEpochs(process.epochs, WEIGHT_ABOUT_MEAN, process.rule, 0, batchesPerEpoch);
    const whole = wholeWindow(process, weight, batchesPerEpoch, epochs);
    const first = aboutMean(process, weight, half / batchesPerEpoch);
    // What is settled at the opening is so later.
    const settled = start === 'stationary' && !whiteShare && (eigenvalue > 0 || sampler === 'with-replacement');
    const later = settled ? null : atSecondHalf(eigenvalue, whiteShare);
    return {
      whole,
      withinEpochs: withinEpochs(process, weight, epochs),
      withoutTrend: withoutTrend(process, time, whole),
      halves: [first, later ? aboutMean(later, weight, half / batchesPerEpoch) : first],
      shiftVariance: process.strength * functionalMoments(process, shift).variance,
    };
  };
}

/** @param weight the weights of one epoch, about their mean */
function wholeWindow(process: Process, weight: CentredStretch, length: number, count: number): WindowMoments {
  const { rule, epochs, opening, strength } = process;
  const epoch = throughEpochs(epochs, VELOCITY, rule, 0, length);
  const velocity = join(moment(ZERO_MATRIX, opening), repeated(epoch, count, join));
  const { variance, degreesOfFreedom } = aboutMean(process, weight, count);
  return {
    thetaVariance: variance,
    velocityVariance: (strength * velocity.trace) / velocity.updates,
    thetaDegreesOfFreedom: degreesOfFreedom,
    velocityDegreesOfFreedom: velocity.trace ** 2 / velocity.square,
  };
}

/** About the mean of a window of so many epochs. */
function aboutMean({ opening, strength }: Process, weight: CentredStretch, count: number): Expected {
  const window = joinCentred(centredMoment(ZERO_MATRIX, opening), repeated(weight, count, joinCentred));
  return { variance: (strength * window.trace) / window.updates, degreesOfFreedom: window.trace ** 2 / window.square };
}

/** The deviations from an epoch's mean are the readings of that epoch; those of all epochs are joined as they are. */
function withinEpochs({ opening, strength }: Process, weight: CentredStretch, count: number): Expected {
  const window = join(moment(ZERO_MATRIX, opening), repeated<Stretch>(weight, count, join));
  return { variance: (strength * window.trace) / window.updates, degreesOfFreedom: window.trace ** 2 / window.square };
}

function withoutTrend(
  process: Process,
  time: Float64Array,
  { thetaVariance, thetaDegreesOfFreedom }: WindowMoments,
): Expected {
  const updates = time.length;
  const all = (thetaVariance * updates) / process.strength;
  const line = trendPart(process, time);
  const trace = all - line.trace;
  const square = all ** 2 / thetaDegreesOfFreedom - line.square;
  return { variance: (process.strength * trace) / updates, degreesOfFreedom: trace ** 2 / square };
}
