/**
 * The run directory: the one place that knows what its files are called. Other tools read these names; changing one is a
 * breaking change.
 */
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DataError } from '../errors.ts';
import { attempt } from './atomic.ts';

/** Names within a run directory. */
export const RUN_FILES = {
  /** The resolved configuration. */
  experiment: 'experiment.json',
  /** Versions, machine, seconds and peak memory of each stage; the only file that may differ between equal runs. */
  environment: 'environment.json',
  /** What was computed from what: settings and checksums of every stage. */
  stages: 'stages.json',
  /** `theta`, `velocity` F64 [d] after training and polish. */
  minimum: 'minimum.safetensors',
  /** Loss and accuracy over training and polish, a line an epoch or iteration. */
  training: 'training.csv',
  /** `theta`, `velocity` [d] at the opening of the window. */
  weights: 'weights.safetensors',
  /** `indices` I32 [K, S]. */
  batches: 'batches.safetensors',
  /** Folder of `00000.safetensors` …: `theta`, `velocity` [updates, d]; absent where the run replays. */
  trajectory: 'trajectory',
  /** Loss and accuracy over burn-in and window, a line an epoch. */
  windowCurve: 'window.csv',
  /** `theta`, `gradient` F64 [d] at the window mean. */
  mean: 'mean.safetensors',
  /** `eigenvalues`, `eigenvectors`, `residuals`, `residual_over_gap`, `gradient`. */
  spectrum: 'spectrum.safetensors',
  /** `variance` with its interval, `lags`, `autocovariance`. */
  noise: 'noise.safetensors',
  /** `theta`, `velocity` F32 [K, k] along the eigenvectors. */
  projections: 'projections.safetensors',
  /** One line a direction, columns `DIRECTION_COLUMNS`. */
  directions: 'directions.csv',
  summary: 'summary.json',
  /** Folder of PNG files. */
  figures: 'figures',
  report: 'report.html',
} as const;

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
  if (!existsSync(path)) throw new DataError(`no run directory ${path}; \`epochnoise run\` makes one`);
  if (existsSync(join(path, RUN_FILES.experiment))) return path;
  throw new DataError(`${path} is no run directory: it holds no ${RUN_FILES.experiment}; \`epochnoise run\` makes one`);
}

/**
 * Sets a folder or file aside under `<name>.previous-N`, with the first N ≥ 1 that is free, so that nothing old is mixed
 * with what comes next and nothing is lost.
 *
 * @returns the new path; undefined where there was nothing to keep
 * @throws RunError where it cannot be renamed
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
