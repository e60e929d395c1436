/**
 * The curvature that the weights feel: how the full gradient along each eigendirection changes with the weights along it,
 * over the path and over a finite step; and whether the Hessian itself changes over the window.
 */
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import { crossoverEigenvalue } from '../../theory/index.ts';
import type { Context } from '../context.ts';
import { finiteStepDirections, sampleGroups } from '../curvature/choices.ts';
import { openDepartures } from '../curvature/departures.ts';
import { finiteSteps } from '../curvature/finite-step.ts';
import { gradientsAlongPath } from '../curvature/path.ts';
import { curvatureAlongWindow } from '../curvature/quadraticity.ts';
import { writeUnknownCurvature } from '../import/given-results.ts';
import { readMean, readProjections, readSpectrum } from '../run-files.ts';
import type { Experiment } from '../schema.ts';

/** What `curvature.safetensors` says of itself. */
export interface CurvatureReport {
  /** Whether the snapshots are of the window itself or of a second one. */
  readonly window: Experiment['curvature']['window'];
  /** Samples of the gradients. */
  readonly samples: number;
}

/** Writes curvature. */
export async function curvatureStage(context: Context): Promise<void> {
  if (context.experiment.model.name === 'none') return writeUnknownCurvature(context);
  const { directory, experiment, voice } = context;
  const bench = await context.workbench();
  const spectrum = readSpectrum(directory);
  const mean = readMean(directory);
  const { curvature, sgd, seed } = experiment;
  const groups = sampleGroups(experiment, bench);
  const k = spectrum.eigenvalues.length;

  const departures = openDepartures(bench, groups, spectrum, mean.theta);
  let path: Awaited<ReturnType<typeof gradientsAlongPath>>;
  let steps: Awaited<ReturnType<typeof finiteSteps>>;
  try {
    path = await gradientsAlongPath(context, bench, spectrum, departures);
    const crossover = crossoverEigenvalue({ ...sgd, batchesPerEpoch: bench.batchesPerEpoch });
    steps = await finiteSteps(
      departures,
      spectrum,
      mean.theta,
      finiteStepDirections(curvature.directions, spectrum.eigenvalues, crossover),
      deviationsAlong(readProjections(directory).theta, k),
      { seed, checkpoint: context.checkpoint('finite-steps'), report: voice.begin('finite steps') },
    );
  } finally {
    departures.dispose();
  }
  const report = voice.begin('curvature along the window');
  const progress = { checkpoint: context.checkpoint('along-window'), report };
  const { directions, ratio } = await curvatureAlongWindow(
    bench,
    spectrum,
    mean.theta,
    path.forHessian,
    seed,
    progress,
  );

  const [s, q] = [path.updates.length, steps.step.length];
  const said: CurvatureReport = {
    window: curvature.window,
    samples: groups.reduce((sum, { samples }) => sum + samples, 0),
  };
  writeSafetensors(
    runPath(directory, RUN_FILES.curvature),
    {
      updates: { shape: [path.forHessian.length], data: Int32Array.from(path.forHessian, ({ update }) => update) },
      directions: { shape: [directions.length], data: directions },
      ratio: { shape: [path.forHessian.length, directions.length], data: ratio },
      snapshot_updates: { shape: [s], data: path.updates },
      snapshot_theta: { shape: [s, k], data: path.theta },
      snapshot_gradient: { shape: [s, k], data: path.gradient },
      snapshot_group_slopes: { shape: [groups.length, k], data: path.groupSlopes },
      finite_step_directions: { shape: [q], data: steps.directions },
      finite_step: { shape: [q], data: steps.step },
      finite_step_curvature: { shape: [groups.length, q], data: steps.curvature },
      finite_step_rounding: { shape: [q], data: steps.rounding },
    },
    { ...said },
  );
}

/** √((1/K) Σ x²) of each column of [K, k]. */
function deviationsAlong(theta: Float32Array, k: number): Float64Array {
  const squares = new Float64Array(k);
  for (let at = 0; at < theta.length; at++) squares[at % k] += theta[at] * theta[at];
  return squares.map((square) => Math.sqrt((square * k) / theta.length));
}
