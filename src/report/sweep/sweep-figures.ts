/** All pictures of a sweep. */
import type { NamedFigure } from '../all-figures.ts';
import { crossoversFigure } from './crossovers.ts';
import { sweepSubtitle } from './figures.ts';
import { generalisationFigures } from './generalisation-figures.ts';
import type { SweepReportInput } from './input.ts';
import { plateausFigure } from './plateaus.ts';
import { EXACT, ratiosFigure, TWO_COMPONENT } from './ratios.ts';
import { variancesFigure } from './variances.ts';

/**
 * The two panels of the law first. A picture without data says so in its middle; those of the law are left out where points end
 * before they are held against it, and what they are compared by instead is there.
 */
export function sweepFigures(input: SweepReportInput): NamedFigure[] {
  const { collected } = input;
  const { generalisation, all } = collected;
  const compared = generalisation ? generalisationFigures(generalisation, sweepSubtitle(collected)) : [];
  if (compared.length > 0 && !all) return compared;
  return [
    { name: 'ratios', figure: ratiosFigure(input, EXACT) },
    { name: 'variances', figure: variancesFigure(input) },
    { name: 'ratios-two-component', figure: ratiosFigure(input, TWO_COMPONENT) },
    { name: 'crossovers', figure: crossoversFigure(input) },
    { name: 'plateaus', figure: plateausFigure(input) },
    ...compared,
  ];
}
