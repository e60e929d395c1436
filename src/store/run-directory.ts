/**
 * The run directory: the one place that knows what its files are called. Other tools read these names; changing one is a
 * breaking change.
 */
import { existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DataError } from '../errors.ts';
import { typed } from '../typed.ts';
import { attempt } from './atomic.ts';

/** Names within a run directory. */
export const RUN_FILES = {
  /** The resolved configuration. */
  experiment: 'experiment.json',
  /** Versions, machine, seconds and peak memory of each stage; the only file that may differ between equal runs. */
  environment: 'environment.json',
  /** What was computed from what: settings and checksums of every stage. */
  stages: 'stages.json',
  /** `theta`, `velocity` F64 [d] after training and polish; with frozen batch normalisation `batch_statistics` F32 [2, C]. */
  minimum: 'minimum.safetensors',
  /** Loss and accuracy over training and polish, a line an epoch or iteration. */
  training: 'training.csv',
  /** `theta`, `velocity` [d] at the opening of the window. */
  weights: 'weights.safetensors',
  /** `indices` I32 [K, S]. */
  batches: 'batches.safetensors',
  /** Folder of `00000.safetensors` …: `theta`, `velocity` [updates, d]; absent where the run replays. */
  trajectory: 'trajectory',
  /** States between epochs of a window that is run again, else absent: `updates` I32 [n], `theta`, `velocity` [n, d]. */
  epochs: 'epochs.safetensors',
  /** Loss and accuracy over burn-in and window, a line an epoch. */
  windowCurve: 'window.csv',
  /** `theta`, `gradient` F64 [d] at the window mean. */
  mean: 'mean.safetensors',
  /** `eigenvalues`, `eigenvectors`, `residuals`, `residual_over_gap`, `gradient`, `density_eigenvalues`, `density_weights`. */
  spectrum: 'spectrum.safetensors',
  /**
   * `updates` I32 [s], `directions` I32 [q], `ratio` F64 [s, q]: curvature at states of the window over the eigenvalue;
   * `snapshot_…`: weights and full gradient along the directions at snapshots; `finite_step_…`: gradients a step apart.
   */
  curvature: 'curvature.safetensors',
  /** `variance` and `multiplicative` with their intervals, `lags`, `autocovariance`. */
  noise: 'noise.safetensors',
  /** `theta` F32 [K, k], the path of the quadratic model under the window's own noise; `explained` F64 [k], its R². */
  replay: 'replay.safetensors',
  /** `theta`, `velocity` F32 [K, k] along the eigenvectors. */
  projections: 'projections.safetensors',
  /** One line a direction, columns `DIRECTION_COLUMNS`. */
  directions: 'directions.csv',
  /** One line a direction, columns `ESTIMATOR_COLUMNS`. */
  estimators: 'estimators.csv',
  /** One line a direction, columns `CURVATURE_COLUMNS`. */
  curvatures: 'curvatures.csv',
  /** One line a position in the epoch: weight variances by range of λ/λ_cross, measured and predicted. */
  positions: 'positions.csv',
  /** One line a principal component of the path, and of a random walk of the same length. */
  components: 'components.csv',
  /** Eigenvalues that were not computed, as a quadrature: `eigenvalue`, and about how many `directions` lie there. */
  density: 'density.csv',
  summary: 'summary.json',
  /** Folder of the controls: run directories of their own, and `directions.csv` of those that train no network. */
  controls: 'controls',
  /** What the controls add up to, range by range. */
  controlSummary: 'controls.json',
  /** Folder of the pictures, each as PNG and as PDF. */
  figures: 'figures',
  report: 'report.html',
  /** Folder of TensorBoard's event files; no stage writes it, and equal runs differ in it. */
  tensorboard: 'tensorboard',
} as const;

/** Folder of checkpoints of stages that are not finished; gone when they are. No reader takes it for a result. */
export const UNFINISHED = '.unfinished';

/** One of the names in a run directory. */
export type RunFile = (typeof RUN_FILES)[keyof typeof RUN_FILES];

/** The header of `directions.csv`, in order. */
export const DIRECTION_COLUMNS = [
  'index',
  'eigenvalue',
  'residual',
  'noise_variance',
  'noise_variance_low',
  'noise_variance_high',
  'theta_variance',
  'theta_variance_low',
  'theta_variance_high',
  'theta_dof',
  'velocity_variance',
  'velocity_variance_low',
  'velocity_variance_high',
  'velocity_dof',
  'correlation_time',
  'theta_variance_sampler',
  'theta_variance_white',
  'theta_variance_two_component',
  'velocity_variance_sampler',
  'velocity_variance_white',
  'velocity_variance_two_component',
  'correlation_time_sampler',
  'correlation_time_white',
  'correlation_time_two_component',
  'trend_fraction',
  'drift_ratio',
  'regime',
] as const;

/**
 * The header of `estimators.csv`, in order. Intervals and degrees of freedom are those of the best theory there is: two
 * components where these are predicted, else the sampler's.
 */
export const ESTIMATOR_COLUMNS = [
  'index',
  'eigenvalue',
  'multiplicative_noise_variance',
  'multiplicative_noise_variance_low',
  'multiplicative_noise_variance_high',
  /** Prediction with C = a(λ−μ) in place of the measured C. */
  'theta_variance_proportional',
  /** Degrees of freedom of the whole window by the two-component theory, and the interval that they give. */
  'theta_dof_two_component',
  'theta_variance_low_two_component',
  'theta_variance_high_two_component',
  'within_epoch_variance',
  'within_epoch_variance_low',
  'within_epoch_variance_high',
  'within_epoch_dof',
  'within_epoch_variance_sampler',
  'within_epoch_variance_two_component',
  'detrended_variance',
  'detrended_variance_low',
  'detrended_variance_high',
  'detrended_dof',
  'detrended_variance_sampler',
  'detrended_variance_two_component',
  'first_half_variance',
  'second_half_variance',
  /** Second half over first: predicted, and the interval in which 95 % of stationary windows lie. */
  'half_ratio_predicted',
  'half_ratio_low',
  'half_ratio_high',
  /** Mean of the second half less that of the first, over its predicted standard deviation. */
  'half_shift',
  /** R² of the replayed path, and what two components leave of it on average. */
  'replay_explained',
  'replay_explained_predicted',
] as const;

/**
 * The header of `curvatures.csv`, in order: the curvature that the weights feel, two ways, and what the weight variance would
 * be with either in place of the eigenvalue; the ends of a prediction are those of its curvature.
 */
export const CURVATURE_COLUMNS = [
  'index',
  'eigenvalue',
  /** Slope of the full gradient along the direction against the weights along it, over snapshots of the path. */
  'trajectory_curvature',
  'trajectory_curvature_low',
  'trajectory_curvature_high',
  'trajectory_theta_variance_sampler',
  'trajectory_theta_variance_two_component',
  'trajectory_theta_variance_low',
  'trajectory_theta_variance_high',
  'trajectory_theta_dof',
  /** Half the distance of the two points: the measured standard deviation of the weights. */
  'finite_step',
  'finite_step_curvature',
  'finite_step_curvature_low',
  'finite_step_curvature_high',
  'finite_step_theta_variance_sampler',
  'finite_step_theta_variance_two_component',
  'finite_step_theta_variance_low',
  'finite_step_theta_variance_high',
  'finite_step_theta_dof',
] as const;

/** A column of `curvatures.csv`. */
export type CurvatureColumn = (typeof CURVATURE_COLUMNS)[number];

/** A column of `estimators.csv`. */
export type EstimatorColumn = (typeof ESTIMATOR_COLUMNS)[number];

/** A column of `directions.csv`. */
export type DirectionColumn = (typeof DIRECTION_COLUMNS)[number];

/** Path of a file of a run. */
export function runPath(runDirectory: string, file: RunFile): string {
  return join(runDirectory, file);
}

/** Path of the part of the trajectory with this number, from 0; names sort in the order of time. */
export function trajectoryPath(runDirectory: string, part: number): string {
  return join(runDirectory, RUN_FILES.trajectory, `${String(part).padStart(5, '0')}.safetensors`);
}

/** Paths of a run's trajectory in the order of time; empty where there is none. Files in the making are not among them. */
export function trajectoryPaths(runDirectory: string): string[] {
  const folder = join(runDirectory, RUN_FILES.trajectory);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d+\.safetensors$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Checks that this is a run directory.
 *
 * @returns its absolute path
 * @throws DataError where there is none, or it holds no experiment.json
 */
export function requireRunDirectory(runDirectory: string): string {
  const path = resolve(runDirectory);
  if (!existsSync(path)) throw new DataError(`no run directory ${path}; \`${typed('run')}\` makes one`);
  if (!statSync(path).isDirectory())
    throw new DataError(`${path} is a file; expected a run directory, such as \`${typed('run')}\` makes`);
  if (existsSync(join(path, RUN_FILES.experiment))) return path;
  throw new DataError(
    `${path} is no run directory: it holds no ${RUN_FILES.experiment}; \`${typed('run')}\` makes one`,
  );
}

/**
 * Sets a folder or file aside under `<name>.previous-N`, with the first N ≥ 1 that is free, so that nothing old is mixed
 * with what comes next and nothing is lost.
 *
 * @returns the new path; undefined where there was nothing to keep
 * @throws StorageError where it cannot be renamed
 */
export function keepPrevious(path: string): string | undefined {
  const current = resolve(path);
  if (!existsSync(current)) return undefined;
  for (let number = 1; ; number++) {
    const kept = `${current}.previous-${number}`;
    if (existsSync(kept)) continue;
    attempt(kept, () => renameSync(current, kept));
    return kept;
  }
}
