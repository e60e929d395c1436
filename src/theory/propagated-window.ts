/**
 * Finite windows by exact propagation of the covariance, from any start, for any sign of the eigenvalue: O(log K) for the
 * variances and for their degrees of freedom.
 */
import type { StateCovariance } from './boundary.ts';
import { centredMoment, joinCentred } from './centred-stretch.ts';
import type { UpdateRule } from './direction.ts';
import { ZERO_MATRIX, type Matrix } from './matrix.ts';
import type { EpochNoise } from './noise.ts';
import { join, moment, repeated } from './stretch.ts';
import { velocityUpdate, weightUpdate } from './update-stretch.ts';
import type { WindowMoments } from './window-moments.ts';

/** The window to propagate through: the start is an epoch boundary, `burnInUpdates` before the window. */
export interface PropagatedWindow {
  /** K, updates of the window. */
  readonly updates: number;
  /** Updates between the start and the window. */
  readonly burnInUpdates: number;
  /** Length of an epoch; Infinity for independent batches, which know no epochs. */
  readonly epochLength: number;
  readonly noise: EpochNoise;
}

/** Moments of the window, with the mean products that a change of variables needs. */
export interface PropagatedMoments extends WindowMoments {
  /** Mean of θ² over the window, about the minimum. */
  readonly thetaMeanSquare: number;
  /** Mean of θv over the window. */
  readonly crossMean: number;
}

/** At an epoch's end its push, whatever it was, is forgotten: E − I. */
const FORGET: Matrix = [0, 0, 0, 0, 0, 0, 0, 0, -1];

/**
 * Prepares the propagation through one window; the function returned may be called for many directions.
 *
 * Noise of covariance δ_ij − f within an epoch is independent noise plus a push that lasts all the epoch, of variance −f.
 * No random number has that, but sums of covariances do not mind.
 *
 * @returns moments per unit noise variance for an update rule and the state's covariance at the start
 * @see docs/concepts/epoch-noise.md, equations 15, 17, 18 and 23 to 25
 */
export function windowPropagator(
  window: PropagatedWindow,
): (rule: UpdateRule, start: StateCovariance) => PropagatedMoments {
  const { updates, burnInUpdates, noise } = window;
  const epochLength = Math.min(window.epochLength, burnInUpdates + updates);
  const newPush = pushOnly(-noise.samplingFraction);
  const newEpoch = moment(FORGET, newPush);
  const newCentredEpoch = centredMoment(FORGET, newPush);
  const position = burnInUpdates % epochLength;

  return (rule, start) => {
    const strength = rule.learningRate * rule.learningRate * noise.scale;
    const speed = velocityUpdate(rule);
    const began = moment(ZERO_MATRIX, startOf(start, strength, -noise.samplingFraction));
    const opened =
      burnInUpdates > 0
        ? join(began, throughEpochs(speed, newEpoch, join, epochLength, 0, burnInUpdates)).noise
        : began.noise;
    const velocity = join(
      moment(ZERO_MATRIX, opened),
      throughEpochs(speed, newEpoch, join, epochLength, position, updates),
    );
    const weight = joinCentred(
      centredMoment(ZERO_MATRIX, opened),
      throughEpochs(weightUpdate(rule), newCentredEpoch, joinCentred, epochLength, position, updates),
    );
    // 2θ_k v_k = θ_k² − θ_{k−1}² + v_k², summed over the window.
    const gained = weight.noise[0] - opened[0];
    return {
      thetaVariance: (strength * weight.trace) / updates,
      velocityVariance: (strength * velocity.trace) / updates,
      thetaDegreesOfFreedom: weight.trace ** 2 / weight.square,
      velocityDegreesOfFreedom: velocity.trace ** 2 / velocity.square,
      thetaMeanSquare: strength * (weight.trace / updates + weight.mean.variance),
      crossMean: (strength * (gained + velocity.trace)) / (2 * updates),
    };
  };
}

/** `count` ≥ 1 updates, the first after `position` updates of an epoch; each epoch they enter begins with `newEpoch`. */
function throughEpochs<S>(
  update: S,
  newEpoch: S,
  joined: (first: S, second: S) => S,
  epochLength: number,
  position: number,
  count: number,
): S {
  const parts: S[] = [];
  const head = position === 0 ? 0 : Math.min(epochLength - position, count);
  const epochs = Math.floor((count - head) / epochLength);
  const tail = count - head - epochs * epochLength;
  if (head > 0) parts.push(repeated(update, head, joined));
  if (epochs > 0) parts.push(repeated(joined(newEpoch, repeated(update, epochLength, joined)), epochs, joined));
  if (tail > 0) parts.push(joined(newEpoch, repeated(update, tail, joined)));
  return parts.reduce((earlier, later) => joined(earlier, later));
}

/** Covariance of (θ, v, m) at an epoch boundary, per unit strength. A random walk's infinite θ leaves no trace in a window. */
function startOf({ theta, cross, velocity }: StateCovariance, strength: number, push: number): Matrix {
  const far = theta === Infinity ? 0 : theta / strength;
  return [far, cross / strength, 0, cross / strength, velocity / strength, 0, 0, 0, push];
}

function pushOnly(variance: number): Matrix {
  return [0, 0, 0, 0, 0, 0, 0, 0, variance];
}
