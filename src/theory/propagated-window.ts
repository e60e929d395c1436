/**
 * Finite windows by exact propagation of the covariance, from any start, for any sign of the eigenvalue: O(log K) for the
 * variances and for their degrees of freedom.
 */
import { centredMoment, joinCentred } from './centred-stretch.ts';
import { throughEpochs, VELOCITY, WEIGHT_ABOUT_MEAN } from './epochs.ts';
import { ZERO_MATRIX } from './matrix.ts';
import type { Process } from './process.ts';
import { join, moment } from './stretch.ts';
import type { WindowMoments } from './window-moments.ts';

/** Moments of the window, with the mean products that a change of variables needs. */
export interface PropagatedMoments extends WindowMoments {
  /** Mean of θ² over the window, about the minimum. */
  readonly thetaMeanSquare: number;
  /** Mean of θv over the window. */
  readonly crossMean: number;
}

/**
 * Propagates a process through a window.
 *
 * @param updates K
 * @see docs/concepts/epoch-noise.md, equations 15, 18 and 23 to 26
 */
export function propagateWindow(
  { rule, epochs, position, opening, strength }: Process,
  updates: number,
): PropagatedMoments {
  const velocity = join(moment(ZERO_MATRIX, opening), throughEpochs(epochs, VELOCITY, rule, position, updates));
  const weight = joinCentred(
    centredMoment(ZERO_MATRIX, opening),
    throughEpochs(epochs, WEIGHT_ABOUT_MEAN, rule, position, updates),
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
}
