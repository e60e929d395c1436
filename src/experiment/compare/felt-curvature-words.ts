/** When the curvature that the weights feel is another than the Hessian's, and how that is told. */
import type { CurvatureRange, CurvaturesSummary, FeltCurvatureSummary } from '../../report/summary.ts';
import { between, TESTED_FROM } from './range-words.ts';

/** A median that is off the eigenvalue's by more than this, in so many directions or more, is told. */
const DIFFERENCE = 0.1;
const DIRECTIONS = 5;

/** The ranges in which the weights feel another curvature, stiffest first, and what it changes; null where there is none. */
export function feltCurvatureInWords({ window, ranges }: CurvaturesSummary): string | null {
  const told = ranges.filter(
    ({ low, trajectory, finiteStep }) => low >= TESTED_FROM && (differs(trajectory) || differs(finiteStep)),
  );
  if (told.length === 0) return null;
  const independent =
    window === 'same'
      ? 'The path is that of the same window: the prediction with its curvature is not independent of it (curvature.window: second makes it so).'
      : 'The path is that of a second window, whose fluctuations are not those of the first; above λ× the prediction with its curvature says little more, all the same, than that C is right and the window stationary: the step is the real test there.';
  return [
    'The weights feel another curvature than the Hessian’s eigenvalue λ: kinks, or a loss that is not quadratic.',
    ...told.toReversed().map(rangeInWords),
    independent,
  ].join(' ');
}

/** Whether the median is off by more than a tenth, and by more than its error. */
function differs({ directions, overEigenvalue }: FeltCurvatureSummary): boolean {
  if (directions < DIRECTIONS || overEigenvalue === null) return false;
  const { value, low, high } = overEigenvalue;
  return Math.abs(value - 1) > DIFFERENCE && ((low !== null && low > 1) || (high !== null && high < 1));
}

function rangeInWords({ low, high, eigenvalue, trajectory, finiteStep }: CurvatureRange): string {
  const ways = [
    { where: 'along the path', ...trajectory },
    { where: 'over ±σ', ...finiteStep },
  ].filter(({ overEigenvalue }) => overEigenvalue !== null);
  const curvatures = ways.map(({ where, overEigenvalue }) => `${overEigenvalue!.value.toFixed(2)} λ ${where}`);
  const ratios = [eigenvalue, ...ways].map(({ ratio }) => (ratio === null ? 'unknown' : ratio.toFixed(2)));
  return `${between(low, high)}: ${curvatures.join(', ')} (variance over prediction ${ratios[0]} with λ, ${ratios.slice(1).join(' and ')} with ${ways.length > 1 ? 'these' : 'this'}).`;
}
