/** What several runs from the same minimum say of a variance, without any theory of its scatter. */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { LEVEL } from './chi-square.ts';
import type { MeanWithInterval } from './mean.ts';

/**
 * Geometric mean of positive values from independent runs, its interval by Student's t on their logarithms: variances and
 * ratios scatter by factors.
 *
 * @returns NaN ends for fewer than two values, NaN for none or one that is not positive
 */
export function geometricMean(values: readonly number[]): MeanWithInterval {
  const logs = values.map(Math.log);
  const count = logs.length;
  const mean = logs.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { value: Math.exp(mean), low: NaN, high: NaN };
  const square = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const margin = tQuantile((1 + LEVEL) / 2, count - 1) * Math.sqrt(square / (count - 1) / count);
  return { value: Math.exp(mean), low: Math.exp(mean - margin), high: Math.exp(mean + margin) };
}
