/** Stationary moments for any sampler. */
import type { Direction, Sampler } from './direction.ts';
import {
  independentCorrelationTime,
  independentVelocityVariance,
  independentWeightVariance,
} from './independent-batches.ts';
import { reshuffledPositionVariances } from './positions.ts';
import { reshuffledVelocityVariance, reshuffledWeightVariance } from './reshuffled.ts';
import { shuffledOnceVariances } from './shuffled-once.ts';

/** Stationary moments along one direction, averaged over the position in the epoch. */
export interface StationaryMoments {
  /** Weight variance about the minimum (shuffle-once: about the cycle's mean, expected over the permutation). */
  readonly thetaVariance: number;
  /** Mean square of the velocity. */
  readonly velocityVariance: number;
  /** 2 × thetaVariance / velocityVariance, in updates. */
  readonly correlationTime: number;
}

/**
 * Stationary moments along one direction.
 *
 * @param samplingFraction f = S/N where a last incomplete batch is dropped; 1/M by default; ignored with replacement
 * @returns infinite values at λ = 0 where the weight is a random walk
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β), or unless 0 ≤ f ≤ 1/M
 * @see docs/concepts/epoch-noise.md, equations 5 to 13
 */
export function stationaryMoments(
  direction: Direction,
  sampler: Sampler,
  samplingFraction?: number,
): StationaryMoments {
  if (sampler === 'with-replacement') {
    return {
      thetaVariance: independentWeightVariance(direction),
      velocityVariance: independentVelocityVariance(direction),
      correlationTime: independentCorrelationTime(direction),
    };
  }
  const unit = { ...direction, noiseVariance: 1 };
  if (sampler === 'shuffle-once') {
    const { theta, velocity } = shuffledOnceVariances(unit, samplingFraction);
    return scaled(direction.noiseVariance, theta, velocity);
  }
  if (samplingFraction === undefined || usesAllData(direction, samplingFraction))
    return scaled(direction.noiseVariance, reshuffledWeightVariance(unit), reshuffledVelocityVariance(unit));
  // With a dropped batch the epoch's noise does not sum to zero; only the position-resolved route covers that.
  const { theta, velocity } = reshuffledPositionVariances(unit, samplingFraction);
  return scaled(direction.noiseVariance, meanOf(theta), meanOf(velocity));
}

function usesAllData({ batchesPerEpoch }: Direction, samplingFraction: number): boolean {
  return Math.abs(samplingFraction * batchesPerEpoch - 1) < 1e-12;
}

function scaled(noiseVariance: number, theta: number, velocity: number): StationaryMoments {
  return {
    thetaVariance: noiseVariance === 0 ? 0 : noiseVariance * theta,
    velocityVariance: noiseVariance * velocity,
    correlationTime: (2 * theta) / velocity,
  };
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
