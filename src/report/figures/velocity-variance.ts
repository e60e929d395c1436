/** Variance of the velocity (the last step) along each Hessian eigendirection: nearly blind to epochs. */
import type { Figure } from '../figure.ts';
import type { ReportInput } from '../input.ts';
import { medianBias } from '../../statistics/median.ts';
import { quantityFigure } from './against-curvature.ts';

/** σ²_v against λ: measured with intervals, predicted for the sampler used and for independent batches. */
export function velocityVarianceFigure(input: ReportInput): Figure {
  const columns = input.directions;
  return quantityFigure(
    input,
    {
      measured: columns.velocity_variance,
      low: columns.velocity_variance_low,
      high: columns.velocity_variance_high,
      bias: (i) => medianBias(columns.velocity_dof[i]),
      sampler: columns.velocity_variance_sampler,
      white: columns.velocity_variance_white,
      twoComponent: columns.velocity_variance_two_component,
    },
    {
      title: 'Velocity variance along Hessian eigendirections',
      label: 'velocity variance σ²_v',
      footnote: 'Bars: 95 % intervals from the degrees of freedom of the window; the mean is not subtracted.',
    },
  );
}
