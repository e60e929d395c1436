/** Which points lie over the lines: a crowd shows on both sides of a line, a single point would vanish below it. */
import type { Series } from '../figure.ts';
import { binOf } from '../running-median.ts';

/** With more directions than this, predictions are drawn as medians of bins: each has its own noise variance. */
export const DRAWN_SINGLY = 60;
/** A bin with fewer points has single ones; it has no median either. */
const CROWD = 5;

/**
 * Parts a series of points: those to be drawn below the lines, and those to be drawn over them, because fewer than
 * {@link CROWD} lie in their bin of log x, or few in all. Both are one entry of the legend.
 *
 * @param edge where a bin begins
 * @returns either may be empty: no series
 */
export function partSingle(series: Series, edge: number): { readonly below: Series[]; readonly above: Series[] } {
  const counts = new Map<number, number>();
  for (const x of series.x) counts.set(binOf(x, edge), (counts.get(binOf(x, edge)) ?? 0) + 1);
  const all = series.x.map((_, i) => i);
  const few = series.x.length <= DRAWN_SINGLY;
  const isSingle = (i: number) => few || counts.get(binOf(series.x[i], edge))! < CROWD;
  return {
    below: part(
      series,
      all.filter((i) => !isSingle(i)),
    ),
    above: part(series, all.filter(isSingle)),
  };
}

function part(series: Series, chosen: readonly number[]): Series[] {
  if (chosen.length === 0) return [];
  if (chosen.length === series.x.length) return [series];
  const { low, high, directions } = series;
  const of = (column: readonly number[]) => chosen.map((i) => column[i]);
  return [
    {
      ...series,
      x: of(series.x),
      y: of(series.y),
      ...(low && { low: of(low) }),
      ...(high && { high: of(high) }),
      ...(directions && { directions: of(directions) }),
    },
  ];
}
