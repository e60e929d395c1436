/** What the pictures are drawn from: columns and numbers of a run directory, already read. */
import type { Sampler } from '../theory/index.ts';
import type { Summary } from './summary.ts';

/** A column of numbers, NaN where the file has an empty field. */
export type Column = ArrayLike<number>;

/** Whether a direction takes part in the comparison, and if not, why. */
export type Regime = 'stiff' | 'suppressed' | 'drift' | 'negative';

/** directions.csv as columns of equal length, one entry a direction, named as in its header. */
export interface DirectionColumns {
  readonly eigenvalue: Column;
  readonly residual: Column;
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
  readonly trend_fraction: Column;
  readonly drift_ratio: Column;
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
> & {
  readonly components?: Summary['components'];
  readonly spectrum?: Summary['spectrum'];
  readonly curvatures?: Summary['curvatures'];
  /** S and N, where their ratio is not 1/M. */
  readonly batchSize?: number;
  readonly samples?: number;
};

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
  /** Epochs since the start of the run; iterations of the polish begin with the epoch before it, and take none. */
  readonly epoch: number;
  /** `train`, `polish`, `burn-in`, `window`. */
  readonly phase: string;
  readonly trainLoss: number;
  /** Fraction right in 0…1; null where the task has no classes. */
  readonly trainAccuracy: number | null;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
}

/** estimators.csv as columns, one entry a direction, as far as pictures need it. */
export interface EstimatorColumns {
  readonly multiplicative_noise_variance: Column;
  readonly theta_dof_two_component: Column;
  readonly within_epoch_variance: Column;
  readonly within_epoch_dof: Column;
  readonly within_epoch_variance_sampler: Column;
  readonly within_epoch_variance_two_component: Column;
  readonly detrended_variance: Column;
  readonly detrended_dof: Column;
  readonly detrended_variance_sampler: Column;
  readonly detrended_variance_two_component: Column;
  readonly replay_explained: Column;
  readonly replay_explained_predicted: Column;
}

/** curvatures.csv as columns, one entry a direction, as far as pictures need it. */
export interface CurvatureColumns {
  readonly trajectory_curvature: Column;
  readonly trajectory_curvature_low: Column;
  readonly trajectory_curvature_high: Column;
  readonly trajectory_theta_variance_sampler: Column;
  readonly trajectory_theta_variance_two_component: Column;
  readonly trajectory_theta_dof: Column;
  readonly finite_step_curvature: Column;
  readonly finite_step_curvature_low: Column;
  readonly finite_step_curvature_high: Column;
  readonly finite_step_theta_variance_sampler: Column;
  readonly finite_step_theta_variance_two_component: Column;
  readonly finite_step_theta_dof: Column;
}

/** positions.csv as columns: a line a range of λ/λ_cross and position in the epoch. */
export interface PositionColumns {
  readonly low: Column;
  /** NaN: no upper end. */
  readonly high: Column;
  readonly position: Column;
  readonly measured: Column;
  readonly measured_error: Column;
  readonly sampler: Column;
  readonly two_component: Column;
}

/** components.csv as columns: a line a rank. */
export interface ComponentColumns {
  readonly variance: Column;
  readonly curvature: Column;
  readonly random_walk_variance: Column;
  readonly random_walk_curvature: Column;
}

/** density.csv as columns: eigenvalues that were not computed, as a quadrature. */
export interface DensityColumns {
  readonly eigenvalue: Column;
  /** About how many directions lie at each. */
  readonly directions: Column;
}

/** One direction's path, measured and replayed, after each update of the window. */
export interface DirectionPath {
  readonly direction: number;
  readonly measured: Column;
  readonly replayed: Column;
}

/** What a control measured along its directions. */
export interface ControlColumns {
  readonly name: string;
  readonly sampler: Sampler | 'frozen' | 'quadratic';
  readonly eigenvalue: Column;
  readonly theta_variance: Column;
  readonly theta_variance_sampler: Column;
  readonly theta_variance_two_component: Column;
  readonly trend_fraction: Column;
  readonly drift_ratio: Column;
}

/** Everything the pictures of one run are drawn from. */
export interface ReportInput {
  /** The user's name for the run, if any. */
  readonly title?: string | null;
  readonly directions: DirectionColumns;
  readonly run: RunNumbers;
  readonly noise: NoiseLags;
  readonly training: readonly TrainingRow[];
  readonly estimators?: EstimatorColumns;
  readonly curvatures?: CurvatureColumns;
  readonly positions?: PositionColumns;
  readonly components?: ComponentColumns;
  readonly density?: DensityColumns;
  /** Paths of a few directions, stiffest first. */
  readonly paths?: readonly DirectionPath[];
  /** Where controls were run. */
  readonly controls?: readonly ControlColumns[];
}
