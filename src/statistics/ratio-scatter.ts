/** Scatter of very many ratios about one value, found and expected. */
import { expectedMedianAbsLog10 } from './chi-square.ts';
import { median } from './median.ts';

/** The expectation is solved for with so many of the degrees of freedom, evenly chosen of all in their order: exact to half a per cent of it. */
const CHOSEN = 32;

/**
 * Median of |log₁₀(ratio/about)|, found, and expected where each ratio is χ²_ν/ν.
 *
 * @param ratio what is not positive is passed over, with its ν
 */
export function ratioScatter(
  ratio: ArrayLike<number>,
  degreesOfFreedom: ArrayLike<number>,
  about = 1,
): { readonly found: number; readonly expected: number } {
  const known = Array.from(ratio, (value, i) => ({ value, dof: degreesOfFreedom[i] })).filter(({ value }) => value > 0);
  const dofs = known
    .map(({ dof }) => dof)
    .filter((dof) => dof > 0)
    .sort((a, b) => a - b);
  const count = Math.min(CHOSEN, dofs.length);
  const chosen = Array.from({ length: count }, (_, i) => dofs[Math.floor(((i + 0.5) * dofs.length) / count)]);
  return {
    found: median(known.map(({ value }) => Math.abs(Math.log10(value / about)))),
    expected: expectedMedianAbsLog10(chosen),
  };
}
