/** Straight lines through points. */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { LEVEL } from './chi-square.ts';

/** A slope with the interval that the scatter about the line gives it. */
export interface Slope {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Ordinary least squares through (x, y), the interval from the residuals by Student's t with n − 2 degrees of freedom. It
 * takes the points for independent: directions that share a run's permutations are so only nearly.
 *
 * @returns undefined for fewer than 3 points, or where all x are equal
 */
export function fitSlope(x: readonly number[], y: readonly number[]): Slope | undefined {
  const count = x.length;
  if (count < 3) return undefined;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / count;
  const [meanX, meanY] = [mean(x), mean(y)];
  let squareX = 0;
  let product = 0;
  for (let i = 0; i < count; i++) {
    squareX += (x[i] - meanX) ** 2;
    product += (x[i] - meanX) * (y[i] - meanY);
  }
  if (squareX === 0) return undefined;
  const value = product / squareX;
  let residual = 0;
  for (let i = 0; i < count; i++) residual += (y[i] - meanY - value * (x[i] - meanX)) ** 2;
  const margin = tQuantile((1 + LEVEL) / 2, count - 2) * Math.sqrt(residual / (count - 2) / squareX);
  return { value, low: value - margin, high: value + margin };
}

/** Slope of log y against log x. @returns undefined as {@link fitSlope}; points that are not positive are passed over */
export function fitLogLogSlope(x: readonly number[], y: readonly number[]): Slope | undefined {
  const positive = x.map((_, i) => i).filter((i) => x[i] > 0 && y[i] > 0 && Number.isFinite(x[i] * y[i]));
  return fitSlope(
    positive.map((i) => Math.log(x[i])),
    positive.map((i) => Math.log(y[i])),
  );
}
