/** Finite windows of processes whose covariance depends on the lag alone: independent batches, and one fixed shuffle. */
import type { UpdateRule } from './direction.ts';
import { halfSquareDisplacements } from './displacement.ts';
import type { EpochNoise } from './noise.ts';
import { cycleAutocovariance } from './shuffled-once.ts';
import type { WindowMoments } from './window-moments.ts';

/**
 * A window of the stationary process with independent batches. The weight's covariance enters only through its
 * deviations, so −s(h) stands for it and nothing diverges at λ → 0.
 *
 * @param rule 0 ≤ ηλ < 2(1+β)
 * @param updates K, window length
 * @see docs/concepts/epoch-noise.md, equations 16 and 18
 */
export function stationaryIndependentWindow(rule: UpdateRule, updates: number): WindowMoments {
  const displacement = halfSquareDisplacements(rule, updates);
  const thetaVariance = meanOverPairs(displacement, updates);
  // Double centring removes any constant; this one makes the mean over pairs zero, so that little is left to remove.
  const covariance = displacement.subarray(0, updates).map((value) => thetaVariance - value);
  const velocity = new Float64Array(updates);
  velocity[0] = 2 * displacement[1];
  const step = rule.learningRate * rule.eigenvalue;
  const push = (1 + rule.momentum) * displacement[1];
  let increment = displacement[1];
  for (let lag = 1; lag < updates; lag++) {
    const next = rule.momentum * increment + push - step * displacement[lag];
    velocity[lag] = next - increment;
    increment = next;
  }
  return {
    thetaVariance,
    velocityVariance: velocity[0],
    thetaDegreesOfFreedom: (updates * thetaVariance) ** 2 / centredSquare(covariance),
    velocityDegreesOfFreedom: (updates * velocity[0]) ** 2 / sumOfSquares(velocity),
  };
}

/**
 * A window of the limit cycle of one fixed shuffle, expected over the permutation. The degrees of freedom describe the
 * scatter over permutations: more epochs of the same cycle add nothing.
 *
 * @param rule 0 ≤ ηλ < 2(1+β)
 * @param updates K, window length; whole epochs need no correction
 * @see docs/concepts/epoch-noise.md, equations 14 and 18
 */
export function cycleWindow(
  rule: UpdateRule,
  batchesPerEpoch: number,
  noise: EpochNoise,
  updates: number,
): WindowMoments {
  const cycle = cycleAutocovariance(rule, batchesPerEpoch, noise);
  const theta = repeated(cycle.theta, updates);
  const velocity = repeated(cycle.velocity, updates);
  const thetaVariance = theta[0] - meanOverPairs(theta, updates);
  return {
    thetaVariance,
    velocityVariance: velocity[0],
    thetaDegreesOfFreedom: (updates * thetaVariance) ** 2 / centredSquare(theta),
    velocityDegreesOfFreedom: (updates * velocity[0]) ** 2 / sumOfSquares(velocity),
  };
}

function repeated(cycle: Float64Array, length: number): Float64Array {
  const values = new Float64Array(length);
  for (let start = 0; start < length; start += cycle.length)
    values.set(cycle.subarray(0, Math.min(cycle.length, length - start)), start);
  return values;
}

/** (1/K²) Σ_k Σ_l r(|k−l|). */
function meanOverPairs(byLag: Float64Array, updates: number): number {
  let sum = 0;
  for (let lag = 1; lag < updates; lag++) sum += (updates - lag) * byLag[lag];
  return (updates * byLag[0] + 2 * sum) / (updates * updates);
}

/** Σ_k Σ_l r(|k−l|)². */
function sumOfSquares(byLag: Float64Array): number {
  const updates = byLag.length;
  let sum = 0;
  for (let lag = 1; lag < updates; lag++) sum += (updates - lag) * byLag[lag] * byLag[lag];
  return updates * byLag[0] * byLag[0] + 2 * sum;
}

/** tr R_c² of the double-centred covariance: Σ r² − (2/K) Σ (row sums)² + (total/K)². */
function centredSquare(byLag: Float64Array): number {
  const updates = byLag.length;
  const running = new Float64Array(updates);
  let sum = 0;
  for (let lag = 0; lag < updates; lag++) running[lag] = sum += byLag[lag];
  let total = 0;
  let rows = 0;
  for (let index = 0; index < updates; index++) {
    const row = running[index] + running[updates - 1 - index] - byLag[0];
    total += row;
    rows += row * row;
  }
  return sumOfSquares(byLag) - (2 * rows) / updates + (total / updates) ** 2;
}
