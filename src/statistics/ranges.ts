/** Directions of similar λ/λ_cross together: medians of measured over predicted, scatter, coverage. */
import { expectedMedianAbsLog10 } from './chi-square.ts';
import { median, medianBias } from './median.ts';

/** Edges of the ranges (low, high] of λ/λ_cross. */
export const RANGE_EDGES: readonly number[] = [0, 0.01, 0.1, 1, 10, Infinity];

/** One kind of variance along all directions, [k] each, NaN where there is none. */
export interface MeasuredVariance {
  readonly variance: ArrayLike<number>;
  /** ν of each. */
  readonly degreesOfFreedom: ArrayLike<number>;
}

/** Indices of the directions in each range of λ/λ_cross, stiffest first within a range; λ ≤ 0 is in none. */
export function directionsByRange(
  eigenvalues: ArrayLike<number>,
  crossover: number,
): { readonly low: number; readonly high: number; readonly members: readonly number[] }[] {
  return RANGE_EDGES.slice(0, -1).map((low, index) => {
    const high = RANGE_EDGES[index + 1];
    const members = Array.from({ length: eigenvalues.length }, (_, i) => i).filter((i) => {
      const relative = eigenvalues[i] / crossover;
      return relative > low && relative <= high;
    });
    return { low, high, members };
  });
}

/**
 * Median over directions of measured / (predicted·(1−2/(9ν))³): the median of a χ²_ν lies below its mean, and is brought
 * back to it. Directions without a positive prediction, or with ν below 1/2, are passed over.
 *
 * @returns NaN where none is left
 */
export function medianRatio(
  { variance, degreesOfFreedom }: MeasuredVariance,
  predicted: ArrayLike<number>,
  members: readonly number[],
): number {
  const ratios = members
    .map((i) => variance[i] / (predicted[i] * medianBias(degreesOfFreedom[i])))
    .filter((ratio) => Number.isFinite(ratio));
  return median(ratios);
}

/** Median of |log₁₀(measured/predicted)|, found, and expected from the degrees of freedom alone. */
export function scatter(
  { variance, degreesOfFreedom }: MeasuredVariance,
  predicted: ArrayLike<number>,
  members: readonly number[],
): { readonly found: number; readonly expected: number } {
  const known = members.filter((i) => variance[i] > 0 && predicted[i] > 0);
  return {
    found: median(known.map((i) => Math.abs(Math.log10(variance[i] / predicted[i])))),
    expected: expectedMedianAbsLog10(known.map((i) => degreesOfFreedom[i])),
  };
}

/** Share of the directions whose interval holds the prediction. */
export function coverage(
  intervals: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> },
  predicted: ArrayLike<number>,
  members: readonly number[],
): number {
  const known = members.filter((i) => Number.isFinite(predicted[i]) && Number.isFinite(intervals.high[i]));
  const inside = known.filter((i) => intervals.low[i] <= predicted[i] && predicted[i] <= intervals.high[i]);
  return known.length === 0 ? NaN : inside.length / known.length;
}

/** Positive values that are known to an interval. */
export interface Estimates {
  readonly value: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

/**
 * As {@link coverage}, of predictions that are estimates themselves: share of the directions in which both lie no further
 * apart than the two intervals allow, added in quadrature on the logarithmic scale. Directions are passed over in which either
 * has no interval.
 */
export function coverageOfEstimates(measured: Estimates, predicted: Estimates, members: readonly number[]): number {
  const known = members.filter((i) => [measured, predicted].every(({ low, high }) => low[i] > 0 && high[i] < Infinity));
  const inside = known.filter((i) => {
    const [above, below] = predicted.value[i] > measured.value[i] ? [predicted, measured] : [measured, predicted];
    const reach = Math.hypot(Math.log(above.value[i] / above.low[i]), Math.log(below.high[i] / below.value[i]));
    return Math.log(above.value[i] / below.value[i]) <= reach;
  });
  return known.length === 0 ? NaN : inside.length / known.length;
}

/**
 * Relative standard error of {@link medianRatio} from the degrees of freedom, if directions were independent:
 * √(π/2)·√(2/Σν), that of a median against the mean's √(2/Σν). Directions share a run's permutations, so the true error is
 * at least this.
 */
export function pooledError(degreesOfFreedom: ArrayLike<number>, members: readonly number[]): number {
  const total = members.reduce((sum, i) => sum + (degreesOfFreedom[i] > 0 ? degreesOfFreedom[i] : 0), 0);
  return total === 0 ? NaN : Math.sqrt(Math.PI / total);
}
