/** Files of the stages that need a network, where there is none: what is given, and nothing else. */
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import type { CurvatureReport } from '../stages/curvature.ts';
import type { NoiseReport } from '../stages/noise.ts';
import { givenNoise } from './given-pairs.ts';

const nothing = (...shape: number[]) => {
  const length = shape.reduce((product, one) => product * one, 1);
  return { shape, data: new Float64Array(length).fill(NaN) };
};

/** Writes noise, whose memory is not known, and a replay that explains nothing. */
export function writeGivenNoise({ directory, experiment }: Context): void {
  const { variance, low, high, multiplicative } = givenNoise(experiment);
  const k = variance.length;
  const column = (data: Float64Array) => ({ shape: [k], data });
  const report: NoiseReport = {
    method: 'given',
    epochs: null,
    snapshots: 0,
    relations: { commutator: NaN, commutatorFloor: NaN, correlation: NaN, correlationFloor: NaN, batches: 0 },
  };
  writeSafetensors(
    runPath(directory, RUN_FILES.noise),
    {
      variance: column(variance),
      variance_low: column(low),
      variance_high: column(high),
      multiplicative: column(multiplicative),
      multiplicative_low: column(multiplicative),
      multiplicative_high: column(multiplicative),
      lags: { shape: [0], data: new Int32Array(0) },
      autocovariance: nothing(0),
      autocovariance_error: nothing(0),
      autocovariance_trajectory: nothing(0),
      autocovariance_trajectory_error: nothing(0),
    },
    { ...report },
  );
  writeSafetensors(runPath(directory, RUN_FILES.replay), {
    theta: { shape: [0, k], data: new Float32Array(0) },
    explained: nothing(k),
  });
}

/** States that stand for none: enough for the blocks in which errors are counted. */
const STATES = 16;

/** Writes a curvature of which nothing is known. */
export function writeUnknownCurvature({ directory, experiment }: Context): void {
  const k = givenNoise(experiment).variance.length;
  const none = { shape: [0], data: new Int32Array(0) };
  const said: CurvatureReport = { window: 'same', samples: 0 };
  writeSafetensors(
    runPath(directory, RUN_FILES.curvature),
    {
      updates: none,
      directions: none,
      ratio: nothing(0, 0),
      snapshot_updates: { shape: [STATES], data: new Int32Array(STATES) },
      snapshot_theta: nothing(STATES, k),
      snapshot_gradient: nothing(STATES, k),
      snapshot_group_slopes: nothing(0, k),
      finite_step_directions: none,
      finite_step: nothing(0),
      finite_step_curvature: nothing(0, 0),
      finite_step_rounding: nothing(0),
    },
    { ...said },
  );
}
