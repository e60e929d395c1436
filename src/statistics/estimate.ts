/** A positive number that was estimated, its interval, and where the interval comes from. */
import { geometricMean } from './seeds.ts';

/** So many runs with seeds of their own say how far a value scatters; fewer leave it to theory. */
export const ENOUGH_SEEDS = 3;

/** 97.5 % of a normal deviate lie below. */
const NORMAL_95 = 1.959963984540054;

/** A positive value with its 95 % interval; null ends where nothing is known of it. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /**
   * `seeds`: Student's t over independent runs, which supposes nothing else. `directions`: from the degrees of freedom and the
   * scatter of directions within runs, as if directions were independent: the least there is.
   */
  readonly from: 'seeds' | 'directions';
}

/**
 * What all seeds together give, its interval by Student's t from the scatter of what each gives. All together, because a mean
 * of logarithms of single seeds would be too low by 1/ν of each.
 *
 * @param value of all together, > 0
 * @param values one a seed, all > 0, at least two
 */
export function overSeeds(value: number, values: readonly number[]): Estimate {
  const mean = geometricMean(values);
  const factor = mean.high / mean.value;
  return { value, low: value / factor, high: value * factor, from: 'seeds' };
}

/** A value whose logarithm has a standard error. @param error of the logarithm; NaN where it is unknown */
export function overDirections(value: number, error: number): Estimate {
  const factor = Math.exp(NORMAL_95 * error);
  const isKnown = Number.isFinite(factor);
  return {
    value,
    low: isKnown ? value / factor : null,
    high: isKnown ? value * factor : null,
    from: 'directions',
  };
}

/** The same estimate in other units. */
export const scaledBy = (factor: number, { value, low, high, from }: Estimate): Estimate => ({
  value: factor * value,
  low: low === null ? null : factor * low,
  high: high === null ? null : factor * high,
  from,
});

/** Whether the interval holds a value; undefined where there is no interval. */
export function holds({ low, high }: Estimate, value: number): boolean | undefined {
  return low === null || high === null ? undefined : low <= value && value <= high;
}
