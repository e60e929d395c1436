/** The numbers of one direction that a page shows, in the order in which they are read. */
import { WHITE_THEORY, samplerTheory } from '../figures/words.ts';
import type { Column, ReportInput } from '../input.ts';
import type { PageQuantity } from './contents.ts';

/** Labels by which the page finds the two components of the noise. */
export const NOISE = 'noise variance C';
export const FLUCTUATING_NOISE = 'C of a fluctuating curvature';

/** What is known of all directions; quantities of which nothing is known are left out. */
export function quantities({ directions, estimators, curvatures, run }: ReportInput): PageQuantity[] {
  const { crossoverEigenvalue: crossover, sampler } = run;
  const own = samplerTheory(sampler);
  const over = (measured: Column, predicted: Column) => Array.from(measured, (value, i) => value / predicted[i]);
  const found: PageQuantity[] = [];
  const group =
    (name: string) =>
    (label: string, values: Column | undefined, more: Partial<Columns> = {}) => {
      if (!values || !Array.from(values).some((value) => Number.isFinite(value))) return;
      const { low, high, brief } = more;
      found.push({
        group: name,
        label,
        values: Array.from(values),
        ...(low && high ? { low: Array.from(low), high: Array.from(high) } : {}),
        ...(brief ? { brief } : {}),
      });
    };

  const direction = group('Direction');
  // These two are told wherever a direction is told of, in this order.
  direction('eigenvalue λ', directions.eigenvalue);
  direction(
    'λ/λ_×',
    Array.from(directions.eigenvalue, (value) => value / crossover),
  );
  direction('residual ‖Hv−λv‖', directions.residual);
  direction(NOISE, directions.noise_variance, {
    low: directions.noise_variance_low,
    high: directions.noise_variance_high,
  });
  direction(FLUCTUATING_NOISE, estimators?.multiplicative_noise_variance);

  const weight = group('Weight variance σ²_θ');
  weight('measured', directions.theta_variance, {
    low: directions.theta_variance_low,
    high: directions.theta_variance_high,
    brief: true,
  });
  weight(own, directions.theta_variance_sampler);
  weight('two-component theory', directions.theta_variance_two_component);
  if (sampler !== 'with-replacement') weight(WHITE_THEORY, directions.theta_variance_white);
  const ratio = (theory: string, predicted: Column) =>
    weight(`measured / ${theory}`, over(directions.theta_variance, predicted), { brief: true });
  ratio(own, directions.theta_variance_sampler);
  ratio('two-component theory', directions.theta_variance_two_component);
  weight('degrees of freedom ν', directions.theta_dof);

  const otherwise = group('Weight variance, estimated otherwise');
  otherwise('within epochs', estimators?.within_epoch_variance);
  otherwise(`within epochs, ${own}`, estimators?.within_epoch_variance_sampler);
  otherwise('within epochs, two-component theory', estimators?.within_epoch_variance_two_component);
  otherwise('about a straight line', estimators?.detrended_variance);
  otherwise(`about a straight line, ${own}`, estimators?.detrended_variance_sampler);
  otherwise('about a straight line, two-component theory', estimators?.detrended_variance_two_component);

  const velocity = group('Velocity variance σ²_v');
  velocity('measured', directions.velocity_variance, {
    low: directions.velocity_variance_low,
    high: directions.velocity_variance_high,
  });
  velocity(own, directions.velocity_variance_sampler);

  const time = group('Correlation time 2σ²_θ/σ²_v, updates');
  time('measured', directions.correlation_time);
  time(own, directions.correlation_time_sampler);
  time('two-component theory', directions.correlation_time_two_component);
  if (sampler !== 'with-replacement') time(WHITE_THEORY, directions.correlation_time_white);

  const path = group('Path');
  path('share that is a straight line', directions.trend_fraction);
  path('expected drift over σ_θ', directions.drift_ratio);
  path('explained by the order of batches, R²', estimators?.replay_explained);
  path('R² expected', estimators?.replay_explained_predicted);

  const curvature = group('Curvature that the weights feel');
  curvature('along the path', curvatures?.trajectory_curvature, {
    low: curvatures?.trajectory_curvature_low,
    high: curvatures?.trajectory_curvature_high,
  });
  curvature('over a step of ±σ', curvatures?.finite_step_curvature);
  return found;
}

interface Columns {
  readonly low: Column | undefined;
  readonly high: Column | undefined;
  readonly brief: true;
}
