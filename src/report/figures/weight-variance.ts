/** The headline: variance of the weights along each Hessian eigendirection, flat above the crossover, falling below. */
import type { Figure } from '../figure.ts';
import type { ReportInput } from '../input.ts';
import { medianBias } from '../../statistics/median.ts';
import { quantityFigure } from './against-curvature.ts';

/** σ²_θ against λ: measured with intervals, predicted for the sampler used and for independent batches. */
export function weightVarianceFigure(input: ReportInput): Figure {
  const columns = input.directions;
  return quantityFigure(
    input,
    {
      measured: columns.theta_variance,
      low: columns.theta_variance_low,
      high: columns.theta_variance_high,
      bias: (i) => medianBias(columns.theta_dof[i]),
      sampler: columns.theta_variance_sampler,
      white: columns.theta_variance_white,
      twoComponent: columns.theta_variance_two_component,
    },
    {
      title: 'Weight variance along Hessian eigendirections',
      label: 'weight variance σ²_θ',
      footnote: 'Bars: 95 % intervals from the degrees of freedom of the window.',
    },
  );
}
