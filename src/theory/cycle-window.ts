/** Finite windows of the limit cycle of one fixed shuffle, whose covariance depends on the lag alone and is periodic in it. */
import type { UpdateRule } from './direction.ts';
import type { EpochNoise } from './noise.ts';
import { cycleAutocovariance } from './shuffled-once.ts';
import type { WindowMoments } from './window-moments.ts';

/**
 * A window of the limit cycle, expected over the permutation, in O(M). The degrees of freedom describe the scatter over
 * permutations: more epochs of the same cycle add nothing.
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
  const { theta, velocity } = cycleAutocovariance(rule, batchesPerEpoch, noise);
  const mean = meanOverPairs(theta, updates);
  const thetaVariance = theta[0] - mean;
  return {
    thetaVariance,
    velocityVariance: velocity[0],
    thetaDegreesOfFreedom: (updates * thetaVariance) ** 2 / centredSquare(theta, mean, updates),
    velocityDegreesOfFreedom: (updates * velocity[0]) ** 2 / squareAbout(velocity, 0, updates),
  };
}

/** Pairs (k, l) of the window with |k − l| ≡ lag modulo the cycle: over n such distances h, K − h pairs on either side. */
function pairsAt(lag: number, cycle: number, updates: number): number {
  if (lag >= updates) return 0;
  const distances = Math.floor((updates - 1 - lag) / cycle) + 1;
  const oneSide = distances * (updates - lag) - (cycle * distances * (distances - 1)) / 2;
  return lag === 0 ? 2 * oneSide - updates : 2 * oneSide;
}

/** (1/K²) Σ_k Σ_l r(|k−l|). */
function meanOverPairs(byLag: Float64Array, updates: number): number {
  let sum = 0;
  for (let lag = 0; lag < byLag.length; lag++) sum += pairsAt(lag, byLag.length, updates) * byLag[lag];
  return sum / (updates * updates);
}

/** Σ_k Σ_l (r(|k−l|) − mean)². */
function squareAbout(byLag: Float64Array, mean: number, updates: number): number {
  let sum = 0;
  for (let lag = 0; lag < byLag.length; lag++) sum += pairsAt(lag, byLag.length, updates) * (byLag[lag] - mean) ** 2;
  return sum;
}

/**
 * tr R_c² of the double-centred covariance: Σ r² − (2/K) Σ (row sums)² + (total/K)², of r less its mean over pairs. Row k
 * sums the lags up to k and up to K−1−k; since those of a whole cycle sum to zero, it is that of k modulo the cycle.
 */
function centredSquare(byLag: Float64Array, mean: number, updates: number): number {
  const cycle = byLag.length;
  const running = new Float64Array(cycle);
  let sum = 0;
  for (let lag = 0; lag < cycle; lag++) running[lag] = sum += byLag[lag];
  const rest = updates % cycle;
  const whole = (updates - rest) / cycle;
  let [total, rows] = [0, 0];
  for (let index = 0; index < Math.min(cycle, updates); index++) {
    const opposite = (rest - 1 - index + cycle) % cycle;
    const row = running[index] + running[opposite] - byLag[0] - updates * mean;
    const times = index < rest ? whole + 1 : whole;
    total += times * row;
    rows += times * row * row;
  }
  return squareAbout(byLag, mean, updates) - (2 * rows) / updates + (total / updates) ** 2;
}
