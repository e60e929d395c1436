/** Stationary moments for a fresh shuffle every epoch, averaged over the position in the epoch. */
import { checkStationary, type Direction } from './direction.ts';
import { halfSquareDisplacements } from './displacement.ts';

/**
 * Stationary weight variance along one Hessian eigendirection when every epoch is a fresh shuffle, averaged over the
 * position in the epoch. Exact for a quadratic loss with weight-independent noise, any eigenvalue ≥ 0.
 *
 * σ²_θ = C Σ_{h=1}^{M−1} 2(M−h)/(M(M−1)) · s(h), with s(h) half the mean squared displacement of the walk that
 * independent batches would make. All terms are positive: nothing cancels as the eigenvalue goes to 0.
 *
 * @returns variance in units of the weights squared
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β): the iteration diverges
 * @see docs/concepts/epoch-noise.md, equation 7; Kühn & Rosenow 2023, arXiv 2306.05300
 */
export function reshuffledWeightVariance(direction: Direction): number {
  checkStationary(direction);
  const { batchesPerEpoch, noiseVariance } = direction;
  const displacement = halfSquareDisplacements(direction, batchesPerEpoch);
  let sum = 0;
  for (let lag = 1; lag < batchesPerEpoch; lag++) sum += (batchesPerEpoch - lag) * displacement[lag];
  return (2 * noiseVariance * sum) / (batchesPerEpoch * (batchesPerEpoch - 1));
}

/**
 * Stationary velocity variance along one direction when every epoch is a fresh shuffle, averaged over the position in
 * the epoch: σ²_v = 2C·M/(M−1)·(s(1) − s(M)/M²).
 *
 * @returns variance of one update's step, in units of the weights squared
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β): the iteration diverges
 * @see docs/concepts/epoch-noise.md, equation 8; Kühn & Rosenow 2023, arXiv 2306.05300 give its leading order
 */
export function reshuffledVelocityVariance(direction: Direction): number {
  checkStationary(direction);
  const { batchesPerEpoch, noiseVariance } = direction;
  const displacement = halfSquareDisplacements(direction, batchesPerEpoch);
  const perEpoch = displacement[batchesPerEpoch] / (batchesPerEpoch * batchesPerEpoch);
  return ((2 * noiseVariance * batchesPerEpoch) / (batchesPerEpoch - 1)) * (displacement[1] - perEpoch);
}

/**
 * Correlation time 2σ²_θ/σ²_v when every epoch is a fresh shuffle. It saturates near (M/3)(1+β)/(1−β) for small
 * eigenvalues instead of growing without bound.
 *
 * @returns time in updates
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β): the iteration diverges
 * @see docs/concepts/epoch-noise.md, equation 9
 */
export function reshuffledCorrelationTime(direction: Direction): number {
  const unit = { ...direction, noiseVariance: 1 };
  return (2 * reshuffledWeightVariance(unit)) / reshuffledVelocityVariance(unit);
}
