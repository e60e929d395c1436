/**
 * Which directions of a window tell of fluctuations. A direction is judged by its curvature and by the gradient that is left at
 * the window's mean, not by its path alone: slow fluctuations look like a straight line now and then, and who leaves these out
 * leaves out the largest variances (a fifth of the mean, for independent batches near λ_cross/100).
 */

/** Below this part of λ_cross nothing holds a direction in place for the length of a window. */
export const FLAT_BELOW = 0.01;
/** R² of a straight line through the path. */
const TREND = 0.5;
/** Displacement over the window that the gradient at its mean lets expect, in predicted standard deviations. */
const CARRIED = 2;

/** Columns of directions.csv that tell, [k] each. */
export interface DriftColumns {
  readonly eigenvalue: ArrayLike<number>;
  readonly trend_fraction: ArrayLike<number>;
  readonly drift_ratio: ArrayLike<number>;
}

/**
 * Whether a direction drifts: too flat to be held, or a path that is mostly a straight line along which what is left of the
 * gradient carries the weights, too. An unknown gradient (NaN) leaves it to the path.
 *
 * @param crossover λ_cross
 */
export function isDrifting({ eigenvalue, trend_fraction, drift_ratio }: DriftColumns, i: number, crossover: number) {
  const isCarried = trend_fraction[i] > TREND && !(drift_ratio[i] <= CARRIED);
  return eigenvalue[i] < FLAT_BELOW * crossover || isCarried;
}

/** Directions that are held against theory: of positive curvature, and not drifting. */
export const comparedDirections = (columns: DriftColumns, crossover: number): number[] =>
  Array.from(columns.eigenvalue, (_, i) => i).filter(
    (i) => columns.eigenvalue[i] > 0 && !isDrifting(columns, i, crossover),
  );
