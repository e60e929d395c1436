/** How long the weight remembers where it was: the stationary autocorrelation along one direction, for any sampler. */
import { checkStationary, type Direction, type Sampler } from './direction.ts';
import { halfSquareDisplacements } from './displacement.ts';
import { independentWeightVariance } from './independent-batches.ts';
import { epochNoise } from './noise.ts';
import { cycleAutocovariance } from './shuffled-once.ts';

/**
 * Stationary autocorrelation ρ(h)/ρ(0) of the weight along one direction, averaged over the position in the epoch. Exact for a
 * quadratic loss with weight-independent noise.
 *
 * Independent batches: 1 − s(h)/σ²_θ. A fresh shuffle every epoch, averaged over positions, has noise of the autocovariance
 * C(δ_l0 − (M−|l|)/(M(M−1))), |l| < M, whose sum is zero, so that ρ(h)/C = Σ_{0<|l|<M} (M−|l|)/(M(M−1))·s(|h−l|) − s(h); at h = 0
 * that is the weight variance. One order for all epochs repeats after M updates.
 *
 * @param lags whole numbers h ≥ 0
 * @returns one value a lag; 1 at lag 0, and everywhere for independent batches at λ = 0, a random walk
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β): the iteration diverges
 * @see docs/concepts/epoch-noise.md, equations 6, 7 and 14
 */
export function stationaryAutocorrelation(
  direction: Omit<Direction, 'noiseVariance'>,
  sampler: Sampler,
  lags: readonly number[],
): number[] {
  const unit: Direction = { ...direction, noiseVariance: 1 };
  checkStationary(unit);
  const { batchesPerEpoch } = unit;
  if (sampler === 'shuffle-once') {
    const { theta } = cycleAutocovariance(unit, batchesPerEpoch, epochNoise(batchesPerEpoch));
    return lags.map((lag) => theta[lag % batchesPerEpoch] / theta[0]);
  }
  const longest = Math.max(...lags);
  if (sampler === 'with-replacement') {
    const displacement = halfSquareDisplacements(unit, longest);
    const variance = independentWeightVariance(unit);
    return lags.map((lag) => 1 - displacement[lag] / variance);
  }
  const displacement = halfSquareDisplacements(unit, longest + batchesPerEpoch);
  const at = (lag: number) => {
    let sum = 0;
    for (let apart = 1; apart < batchesPerEpoch; apart++)
      sum += (batchesPerEpoch - apart) * (displacement[Math.abs(lag - apart)] + displacement[lag + apart]);
    return sum / (batchesPerEpoch * (batchesPerEpoch - 1)) - displacement[lag];
  };
  const variance = at(0);
  return lags.map((lag) => at(lag) / variance);
}
