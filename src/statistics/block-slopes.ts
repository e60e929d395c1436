/**
 * Slopes of y against x along many directions at once, with and without each block of consecutive points: points of one
 * trajectory are no independent draws, and the usual interval of least squares would take them for such.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { LEVEL } from './chi-square.ts';

/** Slopes along k directions. */
export interface BlockSlopes {
  /** From all points [k]; NaN where x does not vary. */
  readonly value: Float64Array;
  /** From all points but those of one block, block by block, [k] each. */
  readonly without: readonly Float64Array[];
}

/** Sums over some points, of deviations from the mean of all, [k] each. */
type Sums = Record<'x' | 'y' | 'xx' | 'xy', Float64Array> & { count: number };

/**
 * Least squares with intercept, direction by direction.
 *
 * @param x in the order of time [points, k], row by row; @param y likewise
 * @param blocks of consecutive points, as equal as can be, whose slopes the jackknife leaves out in turn (Künsch 1989, with
 *   blocks side by side): they should be longer than the memory
 * @throws RangeError for fewer than 2 blocks, or fewer than 2 points a block
 */
export function blockSlopes(x: ArrayLike<number>, y: ArrayLike<number>, k: number, blocks: number): BlockSlopes {
  const points = x.length / k;
  if (!(blocks >= 2 && points >= 2 * blocks))
    throw new RangeError(`${points} points are no ${blocks} blocks of 2 points or more`);
  const [meanX, meanY] = [x, y].map((values) => {
    const mean = new Float64Array(k);
    for (let at = 0; at < values.length; at++) mean[at % k] += values[at] / points;
    return mean;
  });
  const sums = Array.from({ length: blocks }, (_, block) => {
    const first = Math.floor((block * points) / blocks);
    const end = Math.floor(((block + 1) * points) / blocks);
    const sum = noSums(k, end - first);
    for (let at = first * k; at < end * k; at++) {
      const i = at % k;
      const [u, v] = [x[at] - meanX[i], y[at] - meanY[i]];
      sum.x[i] += u;
      sum.y[i] += v;
      sum.xx[i] += u * u;
      sum.xy[i] += u * v;
    }
    return sum;
  });
  const all = noSums(k, points);
  for (const block of sums)
    for (const name of ['x', 'y', 'xx', 'xy'] as const) for (let i = 0; i < k; i++) all[name][i] += block[name][i];
  return { value: slopesOf(all, noSums(k, 0)), without: sums.map((block) => slopesOf(all, block)) };
}

const noSums = (k: number, count: number): Sums => {
  const zeros = () => new Float64Array(k);
  return { x: zeros(), y: zeros(), xx: zeros(), xy: zeros(), count };
};

/** From all points less some. */
function slopesOf(all: Sums, less: Sums): Float64Array {
  const count = all.count - less.count;
  return all.x.map((_, i) => {
    const [x, y] = [all.x[i] - less.x[i], all.y[i] - less.y[i]];
    return (all.xy[i] - less.xy[i] - (x * y) / count) / (all.xx[i] - less.xx[i] - (x * x) / count);
  });
}

/**
 * Standard error of a statistic from its values without each of B groups: √((B−1)/B Σ (value − their mean)²), of B − 1 degrees
 * of freedom.
 */
export function jackknifeError(without: readonly number[]): number {
  const groups = without.length;
  const mean = without.reduce((sum, value) => sum + value, 0) / groups;
  return Math.sqrt(((groups - 1) / groups) * without.reduce((sum, value) => sum + (value - mean) ** 2, 0));
}

/** Half the width of the 95 % interval of a value with a standard error of so many degrees of freedom. */
export const margin = (error: number, degreesOfFreedom: number): number =>
  tQuantile((1 + LEVEL) / 2, degreesOfFreedom) * error;
