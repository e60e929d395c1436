/**
 * Measured over predicted, averaged. A mean needs no correction whatever the distribution, if the prediction is that of a mean;
 * medians and logarithms do, and the variance of a slow path, a sum of squares of which few count, is not χ²_ν/ν: corrected as
 * if it were, medians are off by −3 to −6 % and logarithms by +4 to +16 % for ν of 6 to 2.5.
 */

/** A mean of ratios. */
export interface MeanRatio {
  readonly value: number;
  /**
   * Standard error of its logarithm if the ratios are independent: √(2/Σν), widened by their own scatter where that is larger
   * than ν lets expect.
   */
  readonly error: number;
  readonly count: number;
}

/**
 * Σ νᵢrᵢ/Σ νᵢ: weighted by the inverse of the variance 2/νᵢ.
 *
 * @param ratios > 0; those of unknown ν (NaN) are passed over
 * @returns null where none is left
 */
export function meanRatio(ratios: ArrayLike<number>, degreesOfFreedom: ArrayLike<number>): MeanRatio | null {
  const members = Array.from(ratios, (ratio, i) => ({ ratio, dof: degreesOfFreedom[i] })).filter(({ dof }) => dof > 0);
  const count = members.length;
  if (count === 0) return null;
  const weight = members.reduce((total, { dof }) => total + dof, 0);
  const value = members.reduce((total, { ratio, dof }) => total + dof * ratio, 0) / weight;
  const squares = members.reduce((total, { ratio, dof }) => total + (dof / 2) * (ratio / value - 1) ** 2, 0);
  const scatter = count > 1 ? squares / (count - 1) : 1;
  return { value, error: Math.sqrt((2 / weight) * Math.max(1, scatter)), count };
}
