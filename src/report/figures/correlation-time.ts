/** Correlation time along each Hessian eigendirection: bounded by the epoch below the crossover. */
import type { Figure } from '../figure.ts';
import type { ReportInput } from '../input.ts';
import { medianBias } from '../../statistics/median.ts';
import { quantityFigure } from './against-curvature.ts';

/** τ = 2σ²_θ/σ²_v against λ, in updates: measured, predicted for the sampler used and for independent batches. */
export function correlationTimeFigure(input: ReportInput): Figure {
  const columns = input.directions;
  return quantityFigure(
    input,
    {
      measured: columns.correlation_time,
      // The median of a ratio of two variances lies off by about the ratio of their medians' biases.
      bias: (i) => medianBias(columns.theta_dof[i]) / medianBias(columns.velocity_dof[i]),
      sampler: columns.correlation_time_sampler,
      white: columns.correlation_time_white,
      twoComponent: columns.correlation_time_two_component,
    },
    {
      title: 'Correlation time along Hessian eigendirections',
      label: 'correlation time τ = 2σ²_θ/σ²_v (updates)',
      footnote: 'Not the relaxation time (1−β)/(ηλ).',
    },
  );
}
