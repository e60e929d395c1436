/** The files that stages read from each other, as typed records. */
import type { DataSource } from '../data/dataset.ts';
import { residualOverGap } from '../hessian/gaps.ts';
import { RUN_FILES, runPath } from '../store/run-directory.ts';
import { openSafetensors, readSafetensors, requireTensor } from '../store/safetensors.ts';
import type { Visibility } from './visibility.ts';
import type { PolishReport } from './stages/train.ts';
import type { CurvatureReport } from './stages/curvature.ts';
import type { NoiseReport } from './stages/noise.ts';
import type { SpectrumReport } from './spectrum/directions.ts';

/** mean.safetensors, [d] each. */
export interface WindowMean {
  readonly theta: Float64Array;
  /** ∇L at θ̄. */
  readonly gradient: Float64Array;
}

/** Reads mean.safetensors. @throws DataError where it is missing or damaged */
export function readMean(directory: string): WindowMean {
  const file = readSafetensors(runPath(directory, RUN_FILES.mean));
  return {
    theta: requireTensor(file, 'theta', 'F64').data,
    gradient: requireTensor(file, 'gradient', 'F64').data,
  };
}

/** spectrum.safetensors, [k] each. */
export interface Spectrum {
  readonly eigenvalues: Float64Array;
  readonly residuals: Float64Array;
  /** Residual over the distance to the nearest other eigenvalue: a bound of the sine of the angle to the eigendirection. */
  readonly residualOverGap: Float64Array;
  /** e·∇L(θ̄). */
  readonly gradient: Float64Array;
  /** Unit rows [k, d]. */
  readonly eigenvectors: Float32Array;
  /** What Lanczos' start vector saw of the whole spectrum: Ritz values, descending, and its share of each [m]. */
  readonly density: { readonly nodes: Float64Array; readonly weights: Float64Array };
  readonly report: SpectrumReport;
}

/** Reads spectrum.safetensors. @throws DataError where it is missing or damaged */
export function readSpectrum(directory: string): Spectrum {
  const file = readSafetensors(runPath(directory, RUN_FILES.spectrum));
  const eigenvalues = requireTensor(file, 'eigenvalues', 'F64').data;
  const residuals = requireTensor(file, 'residuals', 'F64').data;
  return {
    eigenvalues,
    residuals,
    // Absent from runs of earlier versions.
    residualOverGap:
      'residual_over_gap' in file.tensors
        ? requireTensor(file, 'residual_over_gap', 'F64').data
        : residualOverGap(eigenvalues, residuals),
    gradient: requireTensor(file, 'gradient', 'F64').data,
    eigenvectors: requireTensor(file, 'eigenvectors', 'F32').data,
    density: {
      nodes: requireTensor(file, 'density_eigenvalues', 'F64').data,
      weights: requireTensor(file, 'density_weights', 'F64').data,
    },
    report: file.metadata as unknown as SpectrumReport,
  };
}

/** weights.safetensors: the state at the opening of the window, [d] each. */
export function readOpening(directory: string): { readonly theta: Float64Array; readonly velocity: Float64Array } {
  const { tensors } = readSafetensors(runPath(directory, RUN_FILES.weights));
  const doubles = (name: string) => Float64Array.from(tensors[name].data as Float32Array);
  return { theta: doubles('theta'), velocity: doubles('velocity') };
}

/** batches.safetensors: samples of each update, row by row [K, S]. */
export function readBatches(directory: string): Int32Array {
  return requireTensor(readSafetensors(runPath(directory, RUN_FILES.batches)), 'indices', 'I32').data;
}

/** R² of each direction's path in the replay [k]. @throws DataError where replay.safetensors is missing or damaged */
export function readExplained(directory: string): Float64Array {
  const file = openSafetensors(runPath(directory, RUN_FILES.replay));
  try {
    return Float64Array.from(file.read('explained').data as Float64Array);
  } finally {
    file.close();
  }
}

/** Bytes of a path that are read at once. */
const BLOCK_BYTES = 2 ** 24;

/**
 * θ about the window's mean after every update along a few directions, read block by block: all of them may be gigabytes.
 *
 * @param file projections.safetensors for the measured path, replay.safetensors for that of the quadratic model
 * @returns a path [K] for every direction
 * @throws DataError where the file is missing or damaged
 */
export function readPathsAlong(
  directory: string,
  file: typeof RUN_FILES.projections | typeof RUN_FILES.replay,
  directions: readonly number[],
): Float64Array[] {
  const reader = openSafetensors(runPath(directory, file));
  try {
    const [updates = 0, k = 0] = reader.tensors.theta?.shape ?? [];
    const rows = Math.max(1, Math.floor(BLOCK_BYTES / (4 * k)));
    const paths = directions.map(() => new Float64Array(updates));
    const memory = new ArrayBuffer(4 * Math.min(rows, updates) * k);
    for (let first = 0; first < updates; first += rows) {
      const count = Math.min(rows, updates - first);
      const block = reader.readRows('theta', first, count, memory).data as Float32Array;
      directions.forEach((direction, at) => {
        for (let row = 0; row < count; row++) paths[at][first + row] = block[row * k + direction];
      });
    }
    return paths;
  } finally {
    reader.close();
  }
}

/** curvature.safetensors. */
export interface CurvatureResults {
  /** What the curvature along chosen directions is at states of the window, over that at its mean. */
  readonly alongWindow: {
    /** Indices of the directions [q]. */
    readonly directions: Int32Array;
    /** [states, q] */
    readonly ratio: Float64Array;
  };
  /** The path at its snapshots. */
  readonly snapshots: {
    /** e·(θ−θ̄) and e·∇L(θ) [s, k]. */
    readonly theta: Float64Array;
    readonly gradient: Float64Array;
    /** What each group of samples adds to the slope of the gradient against the weights [groups, k]. */
    readonly groupSlopes: Float64Array;
  };
  readonly finiteStep: {
    /** Indices of the directions [q]. */
    readonly directions: Int32Array;
    /** Half the distance of the two points [q]. */
    readonly step: Float64Array;
    /** By each group of samples [groups, q]. */
    readonly curvature: Float64Array;
    /** Standard error from rounding [q]. */
    readonly rounding: Float64Array;
  };
  readonly report: CurvatureReport;
}

/** Reads curvature.safetensors. @throws DataError where it is missing or damaged */
export function readCurvature(directory: string): CurvatureResults {
  const file = readSafetensors(runPath(directory, RUN_FILES.curvature));
  const doubles = (name: string) => requireTensor(file, name, 'F64').data;
  const indices = (name: string) => requireTensor(file, name, 'I32').data;
  return {
    alongWindow: { directions: indices('directions'), ratio: doubles('ratio') },
    snapshots: {
      theta: doubles('snapshot_theta'),
      gradient: doubles('snapshot_gradient'),
      groupSlopes: doubles('snapshot_group_slopes'),
    },
    finiteStep: {
      directions: indices('finite_step_directions'),
      step: doubles('finite_step'),
      curvature: doubles('finite_step_curvature'),
      rounding: doubles('finite_step_rounding'),
    },
    report: file.metadata as unknown as CurvatureReport,
  };
}

/** What weights.safetensors says of the run's prospects; null in runs of earlier versions. */
export function readVisibility(directory: string): Visibility | null {
  const file = openSafetensors(runPath(directory, RUN_FILES.weights));
  file.close();
  return (file.metadata.visibility ?? null) as Visibility | null;
}

/** projections.safetensors: θ − θ̄ and v along the directions after every update, [K, k] each. */
export function readProjections(directory: string): { readonly theta: Float32Array; readonly velocity: Float32Array } {
  const file = readSafetensors(runPath(directory, RUN_FILES.projections));
  return { theta: requireTensor(file, 'theta', 'F32').data, velocity: requireTensor(file, 'velocity', 'F32').data };
}

/** How the minimum was reached; null where nothing was polished. */
export function readPolishReport(directory: string): PolishReport | null {
  const file = openSafetensors(runPath(directory, RUN_FILES.minimum));
  file.close();
  return (file.metadata.polish ?? null) as PolishReport | null;
}

/** The data files that the run was trained on; none where the data were made from a seed. */
export function readDataSources(directory: string): readonly DataSource[] {
  const file = openSafetensors(runPath(directory, RUN_FILES.minimum));
  file.close();
  return (file.metadata.sources ?? []) as readonly DataSource[];
}

/** noise.safetensors. */
export interface NoiseResults {
  /** C along the directions [k], with its interval (equal ends where exact). */
  readonly variance: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** C_mult along the directions [k], likewise. */
  readonly multiplicative: {
    readonly variance: Float64Array;
    readonly low: Float64Array;
    readonly high: Float64Array;
  };
  readonly lags: Int32Array;
  /** At θ̄, with its standard error. */
  readonly autocovariance: Float64Array;
  readonly autocovarianceError: Float64Array;
  /** At the weights of the trajectory. */
  readonly autocovarianceTrajectory: Float64Array;
  readonly autocovarianceTrajectoryError: Float64Array;
  readonly report: NoiseReport;
}

/** Reads noise.safetensors. @throws DataError where it is missing or damaged */
export function readNoise(directory: string): NoiseResults {
  const file = readSafetensors(runPath(directory, RUN_FILES.noise));
  const doubles = (name: string) => requireTensor(file, name, 'F64').data;
  return {
    variance: doubles('variance'),
    low: doubles('variance_low'),
    high: doubles('variance_high'),
    multiplicative: {
      variance: doubles('multiplicative'),
      low: doubles('multiplicative_low'),
      high: doubles('multiplicative_high'),
    },
    lags: requireTensor(file, 'lags', 'I32').data,
    autocovariance: doubles('autocovariance'),
    autocovarianceError: doubles('autocovariance_error'),
    autocovarianceTrajectory: doubles('autocovariance_trajectory'),
    autocovarianceTrajectoryError: doubles('autocovariance_trajectory_error'),
    report: file.metadata as unknown as NoiseReport,
  };
}
