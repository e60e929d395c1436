/**
 * Finite windows by exact propagation of the covariance, from any start, for any sign of the eigenvalue: O(log K) for the
 * variances and for their degrees of freedom.
 */
import type { StateCovariance } from './boundary.ts';
import { centredMoment, joinCentred } from './centred-stretch.ts';
import type { UpdateRule } from './direction.ts';
import { throughEpochs, VELOCITY, WEIGHT_ABOUT_MEAN, type Epochs } from './epochs.ts';
import { ZERO_MATRIX, type Matrix } from './matrix.ts';
import { join, moment } from './stretch.ts';
import type { WindowMoments } from './window-moments.ts';

/** The window to propagate through: the start is an epoch boundary, `burnInUpdates` before the window. */
export interface PropagatedWindow extends Epochs {
  /** K, updates of the window. */
  readonly updates: number;
  /** Updates between the start and the window. */
  readonly burnInUpdates: number;
}

/** Moments of the window, with the mean products that a change of variables needs. */
export interface PropagatedMoments extends WindowMoments {
  /** Mean of θ² over the window, about the minimum. */
  readonly thetaMeanSquare: number;
  /** Mean of θv over the window. */
  readonly crossMean: number;
}

/**
 * Propagation through one window; the function returned may be called for many directions.
 *
 * @returns moments per unit noise variance for an update rule and the state's covariance at the start
 * @see docs/concepts/epoch-noise.md, equations 15, 18 and 23 to 26
 */
export function windowPropagator(
  window: PropagatedWindow,
): (rule: UpdateRule, start: StateCovariance) => PropagatedMoments {
  const { updates, burnInUpdates } = window;
  const position = burnInUpdates % window.epochLength;

  return (rule, start) => {
    const strength = rule.learningRate * rule.learningRate * window.noise.scale;
    let opening = startOf(start, strength);
    if (burnInUpdates > 0)
      opening = join(moment(ZERO_MATRIX, opening), throughEpochs(window, VELOCITY, rule, 0, burnInUpdates)).noise;
    const velocity = join(moment(ZERO_MATRIX, opening), throughEpochs(window, VELOCITY, rule, position, updates));
    const weight = joinCentred(
      centredMoment(ZERO_MATRIX, opening),
      throughEpochs(window, WEIGHT_ABOUT_MEAN, rule, position, updates),
    );
    // 2θ_k v_k = θ_k² − θ_{k−1}² + v_k², summed over the window.
    const gained = weight.noise[0] - opening[0];
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

/** Covariance of (θ, v, m) at an epoch boundary, per unit strength. A random walk's infinite θ leaves no trace in a window. */
function startOf({ theta, cross, velocity }: StateCovariance, strength: number): Matrix {
  const far = theta === Infinity ? 0 : theta / strength;
  return [far, cross / strength, 0, cross / strength, velocity / strength, 0, 0, 0, 0];
}
