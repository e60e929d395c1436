/** Whether the two halves of a window look alike: the ratio of their variances, by Fisher's F. */
import quantile from '@stdlib/stats-base-dists-f-quantile';
import { type Interval, LEVEL } from './chi-square.ts';

/**
 * Interval in which the ratio of two independent variances lies, as a factor of the ratio of their expectations: that of F
 * with their degrees of freedom, which need not be whole.
 *
 * @param above ν of the variance above the line; @param below ν of the one below; both > 0, else NaN
 */
export function ratioInterval(above: number, below: number, level = LEVEL): Interval {
  if (!(above > 0 && below > 0)) return { low: NaN, high: NaN };
  const tail = (1 - level) / 2;
  return { low: quantile(tail, above, below), high: quantile(1 - tail, above, below) };
}
