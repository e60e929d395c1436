/** How the eigenvalues go on beyond those that are known: an extrapolation, and called so wherever it is used. */

import { fitSlope } from '../../statistics/line-fit.ts';

/** A number of directions, and whether it was counted or extrapolated. */
export interface DirectionCount {
  readonly count: number;
  readonly isExtrapolated: boolean;
}

/** Counts eigenvalues at or above a level. */
export interface CountedSpectrum {
  /** Power λ ∝ rank^−p that the last known eigenvalues follow; null where too few are known, or they do not fall. */
  readonly exponent: number | null;
  /** How many lie at or above a level; null below the known ones where they cannot be extrapolated. */
  above(level: number): DirectionCount | null;
}

/** A level that was computed from an eigenvalue is that eigenvalue, whatever the last digits say. */
const ROUNDING = 1e-9;
/** A line through fewer points says nothing. */
const FEWEST = 6;

/**
 * Counts among known eigenvalues; below the last of them on the straight line through the second half of the ranks in log–log,
 * up to all directions there are.
 *
 * @param eigenvalues the leading ones, descending and positive
 * @param size d
 */
export function countDirections(eigenvalues: readonly number[], size: number): CountedSpectrum {
  const known = eigenvalues.length;
  const last = eigenvalues[known - 1];
  const line = known === size ? null : tailLine(eigenvalues);
  return {
    exponent: line && -line.slope,
    above(level) {
      const least = level * (1 - ROUNDING);
      if (known === size || last <= level * (1 + ROUNDING))
        return { count: eigenvalues.filter((value) => value >= least).length, isExtrapolated: false };
      if (!line || !(level > 0)) return null;
      const rank = Math.exp((Math.log(level) - line.intercept) / line.slope);
      return { count: Math.round(Math.min(size, Math.max(known, rank))), isExtrapolated: true };
    },
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** log λ = intercept + slope·log rank over the ranks from half of the known ones on; null unless it falls. */
function tailLine(eigenvalues: readonly number[]): { readonly slope: number; readonly intercept: number } | null {
  const first = Math.floor(eigenvalues.length / 2);
  const x = eigenvalues.slice(first).map((_, i) => Math.log(first + i + 1));
  const y = eigenvalues.slice(first).map((value) => Math.log(value));
  if (x.length < FEWEST) return null;
  const slope = fitSlope(x, y)?.value ?? 0;
  if (!(slope < 0)) return null;
  return { slope, intercept: mean(y) - slope * mean(x) };
}
