/** What χ² says about one measured variance: how far it may lie from the truth, and how much scatter is to be expected. */
import cdf from '@stdlib/stats-base-dists-chisquare-cdf';
import quantile from '@stdlib/stats-base-dists-chisquare-quantile';

/** Both ends of an interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Level of every interval in the results. */
export const LEVEL = 0.95;

/** From ν ≈ 1,900 on the library's distribution is wrong by up to 1 % just above the mean (its quantiles by 1e-4). */
const LIBRARY_UP_TO = 1500;

/**
 * Interval of a variance that is worth ν independent samples: s²ν/χ²_{ν,1−α/2} … s²ν/χ²_{ν,α/2}. ν need not be a whole
 * number (Satterthwaite's approximation to a sum of unequal components).
 *
 * @param variance s² ≥ 0
 * @param degreesOfFreedom ν > 0; anything else gives NaN
 * @see docs/concepts/epoch-noise.md, equation 18
 */
export function varianceInterval(variance: number, degreesOfFreedom: number, level = LEVEL): Interval {
  if (!(degreesOfFreedom > 0)) return { low: NaN, high: NaN };
  const tail = (1 - level) / 2;
  const scaled = variance * degreesOfFreedom;
  return { low: scaled / quantile(1 - tail, degreesOfFreedom), high: scaled / quantile(tail, degreesOfFreedom) };
}

/**
 * Median of |log₁₀(measured/predicted)| over directions whose ratios are χ²_ν/ν, each with its own ν: the scatter that
 * sampling alone brings. Solves the mean over directions of P(|log₁₀(χ²_ν/ν)| ≤ m) = 1/2 for m.
 *
 * @param degreesOfFreedom ν of each direction; those that are not above 0 are passed over
 * @returns NaN where none is left
 */
export function expectedMedianAbsLog10(degreesOfFreedom: readonly number[]): number {
  const known = degreesOfFreedom.filter((value) => value > 0);
  if (known.length === 0) return NaN;
  const shareWithin = (bound: number) => {
    const factor = 10 ** bound;
    return (
      known.reduce((sum, dof) => sum + probabilityUpTo(factor, dof) - probabilityUpTo(1 / factor, dof), 0) /
      known.length
    );
  };
  let low = 0;
  let high = 1;
  while (shareWithin(high) < 0.5 && high < 1e3) high *= 2;
  // Halving 50 times leaves 1e-15 of the first bracket.
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle) < 0.5) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(χ²_ν/ν ≤ ratio): for many degrees of freedom by the cube root of Wilson and Hilferty (1931), good to 1e-5 there. */
function probabilityUpTo(ratio: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom <= LIBRARY_UP_TO) return cdf(degreesOfFreedom * ratio, degreesOfFreedom);
  const variance = 2 / (9 * degreesOfFreedom);
  const deviate = (Math.cbrt(ratio) - (1 - variance)) / Math.sqrt(variance);
  // The square of a normal deviate is χ²₁.
  return (1 + Math.sign(deviate) * cdf(deviate * deviate, 1)) / 2;
}
