/** Medians of many noisy directions over bins of the eigenvalue, so that the eye sees the law behind the scatter. */
import { median } from '../statistics/median.ts';

/** Bins per factor of ten. */
const BINS_PER_DECADE = 8;

/** A curve through bins, in order of rising x. */
export interface BinnedCurve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * Medians of y in bins of log x that have an edge at `edge` (the crossover, so that no bin mixes both sides of it).
 * A bin stands at the median of its x. Values ≤ 0 or NaN in either coordinate are passed over.
 *
 * @param minimum bins with fewer values are left out
 */
export function binnedMedians(x: ArrayLike<number>, y: ArrayLike<number>, edge: number, minimum: number): BinnedCurve {
  return binned(x, y, edge, minimum, median);
}

/** As {@link binnedMedians}, with the mean of y: of variances that scatter by a common factor, medians say too little. */
export function binnedMeans(x: ArrayLike<number>, y: ArrayLike<number>, edge: number, minimum: number): BinnedCurve {
  return binned(x, y, edge, minimum, (values) => values.reduce((sum, value) => sum + value, 0) / values.length);
}

/**
 * Indices by bin of log x, in order of rising x. Values of x that are not positive are passed over.
 *
 * @param edge bins have one there
 * @param minimum bins with fewer values are left out
 * @param isUsable whether an index takes part
 */
export function membersOfBins(
  x: ArrayLike<number>,
  edge: number,
  minimum: number,
  isUsable: (i: number) => boolean = () => true,
): readonly (readonly number[])[] {
  const bins = new Map<number, number[]>();
  for (let i = 0; i < x.length; i++) {
    if (!(x[i] > 0 && Number.isFinite(x[i]) && isUsable(i))) continue;
    const bin = binOf(x[i], edge);
    const members = bins.get(bin);
    if (members) members.push(i);
    else bins.set(bin, [i]);
  }
  const rising = [...bins.entries()].sort(([a], [b]) => a - b).map(([, members]) => members);
  return rising.filter(({ length }) => length >= minimum);
}

/** The bin of a value: bins of log x with an edge at `edge`. */
export function binOf(x: number, edge: number): number {
  return Math.floor(Math.log10(x / edge) * BINS_PER_DECADE);
}

function binned(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  edge: number,
  minimum: number,
  middle: (values: readonly number[]) => number,
): BinnedCurve {
  const full = membersOfBins(x, edge, minimum, (i) => y[i] > 0 && Number.isFinite(y[i]));
  return {
    x: full.map((members) => median(members.map((i) => x[i]))),
    y: full.map((members) => middle(members.map((i) => y[i]))),
  };
}
