/**
 * A linear functional T = Σ u_k θ_k of a window's weights: its variance, and its covariance with every weight. One pass back
 * over the updates gives T's response to each kick, one forth the covariance of each weight with T.
 */
import type { Process } from './process.ts';

/** Moments of a functional, in units of the process' strength. */
export interface FunctionalMoments {
  /** Var T. */
  readonly variance: number;
  /** cov(θ_k, T), [K]. */
  readonly covariance: Float64Array;
}

/**
 * @param process its window opening at an epoch boundary
 * @param weights u [K]
 * @see docs/concepts/epoch-noise.md, equation 28
 */
export function functionalMoments({ rule, epochs, opening }: Process, weights: Float64Array): FunctionalMoments {
  const { momentum } = rule;
  const step = rule.learningRate * rule.eigenvalue;
  const { epochLength } = epochs;
  const { samplingFraction: fraction, epochExcess } = epochs.noise;
  const updates = weights.length;

  const response = new Float64Array(updates);
  let [theta, velocity] = [0, 0];
  for (let update = updates - 1; update >= 0; update--) {
    theta += weights[update];
    const both = theta + velocity;
    response[update] = both;
    theta -= step * both;
    velocity = momentum * both;
  }

  const [a, b] = [theta, velocity];
  let variance = opening[0] * a * a + (opening[1] + opening[3]) * a * b + opening[4] * b * b;
  const covariance = new Float64Array(updates);
  theta = opening[0] * a + opening[1] * b;
  velocity = opening[3] * a + opening[4] * b;
  for (let first = 0; first < updates; first += epochLength) {
    const length = Math.min(epochLength, updates - first);
    let mean = 0;
    for (let update = first; update < first + length; update++) mean += response[update] / length;
    // n(1/n − f): what is left of the epoch's mean. Exactly 0 for whole epochs whose noise sums to zero.
    const whole = length === epochLength;
    const left = epochLength === 1 ? 1 : whole ? epochExcess / length : 1 - length * fraction;
    variance += length * left * mean * mean;
    for (let update = first; update < first + length; update++) {
      const deviation = response[update] - mean;
      variance += deviation * deviation;
      velocity = momentum * velocity - step * theta + deviation + left * mean;
      theta += velocity;
      covariance[update] = theta;
    }
  }
  return { variance, covariance };
}
