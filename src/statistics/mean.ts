/** A mean over groups that hardly know of each other, e.g. epochs. */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { LEVEL } from './chi-square.ts';

/** A mean with its interval; NaN ends where one group says nothing of the scatter. */
export interface MeanWithInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Mean of the values; the interval by Student's t from the scatter of the groups' means, groups of equal size taken for
 * independent.
 *
 * @param values in the order of their groups
 * @param groups of the values: group g holds those from ⌊g·n/groups⌋ on
 */
export function meanOverGroups(values: ArrayLike<number>, groups: number): MeanWithInterval {
  const count = values.length;
  let total = 0;
  for (let i = 0; i < count; i++) total += values[i];
  const value = total / count;
  const means = Array.from({ length: groups }, (_, group) => {
    const first = Math.floor((group * count) / groups);
    const end = Math.floor(((group + 1) * count) / groups);
    let sum = 0;
    for (let i = first; i < end; i++) sum += values[i];
    return sum / (end - first);
  });
  if (groups < 2) return { value, low: NaN, high: NaN };
  const square = means.reduce((sum, mean) => sum + (mean - value) ** 2, 0);
  const margin = tQuantile((1 + LEVEL) / 2, groups - 1) * Math.sqrt(square / (groups - 1) / groups);
  return { value, low: value - margin, high: value + margin };
}
