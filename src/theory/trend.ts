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
 * @param updates K ≥ 2
 * @see docs/concepts/epoch-noise.md, equation 28
 */
export function trendPart(process: Process, updates: number): TrendPart {
  const { variance, covariance } = functionalMoments(process, unitTime(updates));
  let mean = 0;
  for (const value of covariance) mean += value / updates;
  let square = 0;
  for (const value of covariance) square += (value - mean) ** 2;
  return { trace: variance, square: 2 * square - variance * variance };
}

/** Time less its mean, as a unit vector [K]. */
function unitTime(updates: number): Float64Array {
  const centre = (updates - 1) / 2;
  const norm = Math.sqrt((updates * (updates * updates - 1)) / 12);
  return Float64Array.from({ length: updates }, (_, k) => (k - centre) / norm);
}
