/**
 * The gradient noise at the window's mean: its variance along every eigendirection, what a fluctuating curvature adds, its
 * memory over two epochs, its relation to the Hessian, and the path that the quadratic model makes of it.
 */
import { autocovariance } from '../../noise/autocovariance.ts';
import { openBatchGradients } from '../../noise/batch-gradients.ts';
import type { NoiseRelations } from '../../noise/relations.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import { mostExact } from '../../tensor/backend.ts';
import { projectionBackend } from '../../tensor/projection.ts';
import type { Context } from '../context.ts';
import { measureMultiplicative } from '../noise/multiplicative.ts';
import { writeGivenNoise } from '../import/given-results.ts';
import { chooseMethod, measureVariance, type NoiseMethod } from '../noise/variance.ts';
import {
  autocovarianceAlongTrajectory,
  openingAlong,
  relationsOf,
  replayWindow,
  windowNoise,
} from '../noise/window-noise.ts';
import { readMean, readProjections, readSpectrum } from '../run-files.ts';

/** What `noise.safetensors` says of itself. */
export interface NoiseReport {
  /** `given`: it came with an imported window. */
  readonly method: NoiseMethod | 'given';
  /** Epochs of batch gradients behind an estimate. */
  readonly epochs: number | null;
  /** States of the window behind the noise of the fluctuating curvature. */
  readonly snapshots: number;
  readonly relations: NoiseRelations;
}

/** Writes noise and replay. */
export async function noiseStage(context: Context): Promise<void> {
  if (context.experiment.model.name === 'none') return writeGivenNoise(context);
  const { directory, experiment, voice } = context;
  const bench = await context.workbench();
  const { problem, dataset, batchesPerEpoch } = bench;
  const spectrum = readSpectrum(directory);
  const mean = readMean(directory);
  const k = spectrum.eigenvalues.length;
  const { sgd, noise } = experiment;
  const method = chooseMethod(noise.method, bench, k);
  const exact = projectionBackend(problem.backend, k, problem.size);
  const gradients = openBatchGradients(problem, dataset.train, sgd.batchSize, spectrum.eigenvectors, exact);
  try {
    const own = await measureVariance(method, context, bench, mean.theta, spectrum, gradients);
    const multiplicative = await measureMultiplicative(context, bench, gradients);
    const projections = readProjections(directory);
    const opening = openingAlong(directory, mean.theta, spectrum);
    const atMean = await windowNoise(context, mean.theta, spectrum, gradients);
    const memory = await autocovariance(
      atMean,
      k,
      batchesPerEpoch,
      mostExact(problem.backend),
      voice.begin('autocovariance at the mean'),
      context.checkpoint('autocovariance'),
    );
    const along = await autocovarianceAlongTrajectory(context, bench, spectrum, opening, projections);
    // One order for all epochs: they repeat each other, and their scatter says nothing of another order.
    const repeats = sgd.sampler === 'shuffle-once';
    const unknown = (error: Float64Array) => (repeats ? error.map(() => NaN) : error);
    const relations = await relationsOf(context, bench, spectrum, atMean);
    const replay = await replayWindow(context, spectrum, opening, atMean, projections);

    const shape = [k];
    const lagShape = [memory.lags.length];
    const report: NoiseReport = {
      method,
      epochs: method === 'batches' ? noise.epochs : null,
      snapshots: multiplicative.snapshots,
      relations,
    };
    writeSafetensors(
      runPath(directory, RUN_FILES.noise),
      {
        variance: { shape, data: own.variance },
        variance_low: { shape, data: own.low },
        variance_high: { shape, data: own.high },
        multiplicative: { shape, data: multiplicative.variance },
        multiplicative_low: { shape, data: multiplicative.low },
        multiplicative_high: { shape, data: multiplicative.high },
        lags: { shape: lagShape, data: memory.lags },
        autocovariance: { shape: lagShape, data: memory.value },
        autocovariance_error: { shape: lagShape, data: unknown(memory.error) },
        autocovariance_trajectory: { shape: lagShape, data: along.value },
        autocovariance_trajectory_error: { shape: lagShape, data: unknown(along.error) },
      },
      { ...report },
    );
    writeSafetensors(runPath(directory, RUN_FILES.replay), {
      theta: { shape: [replay.theta.length / k, k], data: replay.theta },
      explained: { shape, data: replay.explained },
    });
  } finally {
    gradients.dispose();
  }
}
