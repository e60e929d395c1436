/** What the pictures are drawn from: columns and numbers of a run directory, already read. */
import type { Summary } from './summary.ts';

/** A column of numbers, NaN where the file has an empty field. */
export type Column = ArrayLike<number>;

/** Whether a direction takes part in the comparison, and if not, why. */
export type Regime = 'stiff' | 'suppressed' | 'drift' | 'negative';

/** directions.csv as columns of equal length, one entry a direction, named as in its header. */
export interface DirectionColumns {
  readonly eigenvalue: Column;
  readonly noise_variance: Column;
  readonly noise_variance_low: Column;
  readonly noise_variance_high: Column;
  readonly theta_variance: Column;
  readonly theta_variance_low: Column;
  readonly theta_variance_high: Column;
  /** ν: how many independent samples the variance is worth. */
  readonly theta_dof: Column;
  readonly velocity_variance: Column;
  readonly velocity_variance_low: Column;
  readonly velocity_variance_high: Column;
  readonly velocity_dof: Column;
  readonly correlation_time: Column;
  readonly theta_variance_sampler: Column;
  readonly theta_variance_white: Column;
  readonly theta_variance_two_component: Column;
  readonly velocity_variance_sampler: Column;
  readonly velocity_variance_white: Column;
  readonly velocity_variance_two_component: Column;
  readonly correlation_time_sampler: Column;
  readonly correlation_time_white: Column;
  readonly correlation_time_two_component: Column;
  readonly regime: ArrayLike<string>;
}

/** The settings and results of summary.json that the pictures need. */
export type RunNumbers = Pick<
  Summary,
  | 'crossoverEigenvalue'
  | 'batchesPerEpoch'
  | 'weightDecay'
  | 'sampler'
  | 'learningRate'
  | 'momentum'
  | 'ranges'
  | 'slopes'
>;

/** Autocovariance of the gradient noise over lags 0…2M, divided by its lag 0, averaged over directions. */
export interface NoiseLags {
  readonly lags: Column;
  /** At the window's mean weights, in the window's own batch order, with its standard error. */
  readonly autocovariance: Column;
  readonly autocovarianceError: Column;
  /** The same with each gradient taken at the weights the run had at that update. */
  readonly autocovarianceTrajectory?: Column;
  readonly autocovarianceTrajectoryError?: Column;
}

/** One row of the training history. */
export interface TrainingRow {
  /** Counted within the phase or through all of them; where it does not rise, the next phase is laid after the last. */
  readonly epoch: number;
  /** `train`, `polish`, `burn-in`, `window`. */
  readonly phase: string;
  readonly trainLoss: number;
  /** Fraction right in 0…1; null where the task has no classes. */
  readonly trainAccuracy: number | null;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
}

/** Everything the pictures of one run are drawn from. */
export interface ReportInput {
  /** The user's name for the run, if any. */
  readonly title?: string | null;
  readonly directions: DirectionColumns;
  readonly run: RunNumbers;
  readonly noise: NoiseLags;
  readonly training: readonly TrainingRow[];
}
