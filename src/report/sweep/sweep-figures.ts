/** All pictures of a sweep. */
import type { NamedFigure } from '../all-figures.ts';
import { crossoversFigure } from './crossovers.ts';
import type { SweepReportInput } from './input.ts';
import { plateausFigure } from './plateaus.ts';
import { EXACT, ratiosFigure, TWO_COMPONENT } from './ratios.ts';
import { variancesFigure } from './variances.ts';

/** The two panels of the law first. A picture without data says so in its middle. */
export function sweepFigures(input: SweepReportInput): NamedFigure[] {
  return [
    { name: 'ratios', figure: ratiosFigure(input, EXACT) },
    { name: 'variances', figure: variancesFigure(input) },
    { name: 'ratios-two-component', figure: ratiosFigure(input, TWO_COMPONENT) },
    { name: 'crossovers', figure: crossoversFigure(input) },
    { name: 'plateaus', figure: plateausFigure(input) },
  ];
}
