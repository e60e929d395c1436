/**
 * What a straight line takes out of a window. With R the window's covariance, R_c the same with the mean removed on both
 * sides and u the unit vector along time less its mean, it takes uᵀRu from the trace and 2‖R_c u‖² − (uᵀRu)² from the trace
 * of the square.
 */
import { functionalMoments } from './functional.ts';
import type { Process } from './process.ts';

/** What the line takes, in units of the process' strength. */
export interface TrendPart {
  readonly trace: number;
  readonly square: number;
}

/**
 * @param process its window opening at an epoch boundary
 * @param time of {@link unitTime}, K ≥ 2 updates
 * @see docs/concepts/epoch-noise.md, equation 28
 */
export function trendPart(process: Process, time: Float64Array): TrendPart {
  const { variance, covariance } = functionalMoments(process, time);
  const updates = time.length;
  let mean = 0;
  for (let k = 0; k < updates; k++) mean += covariance[k] / updates;
  let square = 0;
  for (let k = 0; k < updates; k++) square += (covariance[k] - mean) ** 2;
  return { trace: variance, square: 2 * square - variance * variance };
}

/** Length of time less its mean, K updates. */
export function timeNorm(updates: number): number {
  return Math.sqrt((updates * (updates * updates - 1)) / 12);
}

/** Time less its mean, as a unit vector [K]. */
export function unitTime(updates: number): Float64Array {
  const centre = (updates - 1) / 2;
  const norm = timeNorm(updates);
  return Float64Array.from({ length: updates }, (_, k) => (k - centre) / norm);
}
