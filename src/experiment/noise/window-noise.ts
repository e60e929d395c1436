/** The noise of the window's own batches at its mean: its memory, its relation to the Hessian, and the path that it makes. */
import { type Autocovariance, autocovariance, noiseAlongTrajectory } from '../../noise/autocovariance.ts';
import type { BatchGradients } from '../../noise/batch-gradients.ts';
import { noiseRelations, type NoiseRelations } from '../../noise/relations.ts';
import type { Report } from '../../progress.ts';
import { explainedShare } from '../../statistics/path-agreement.ts';
import { mostExact } from '../../tensor/backend.ts';
import { openProjection } from '../../tensor/projection.ts';
import { quadraticPath } from '../../theory/index.ts';
import type { Context } from '../context.ts';
import { readBatches, readOpening, type readProjections, type Spectrum } from '../run-files.ts';
import type { Workbench } from '../workbench.ts';

/** State at the opening of the window along the directions, θ about the window's mean [k]. */
export interface OpeningAlong {
  readonly theta: Float64Array;
  readonly velocity: Float64Array;
}

/** Gradient of each of the window's batches at the mean, less the full gradient, along the directions [K, k]. */
export async function windowNoise(
  { directory, experiment, voice, checkpoint }: Context,
  mean: Float64Array,
  spectrum: Spectrum,
  gradients: BatchGradients,
): Promise<Float64Array> {
  const k = spectrum.eigenvalues.length;
  const report = voice.begin("the window's batches at its mean");
  const kept = { checkpoint: checkpoint('window-noise') };
  const along = await gradients.along(mean, readBatches(directory), report, kept);
  const full = lossGradientAlong(spectrum, mean, experiment.sgd.weightDecay);
  for (let at = 0; at < along.length; at++) along[at] -= full[at % k];
  return along;
}

/** e·(∇L − μθ) [k]: the gradient of the objective holds L2; that of a batch's mean loss does not. */
export function lossGradientAlong(
  { gradient, eigenvectors }: Pick<Spectrum, 'gradient' | 'eigenvectors'>,
  theta: Float64Array,
  weightDecay: number,
): Float64Array {
  return gradient.map((value, i) => {
    let along = 0;
    for (let j = 0; j < theta.length; j++) along += eigenvectors[i * theta.length + j] * theta[j];
    return value - weightDecay * along;
  });
}

/** State at the opening along the directions. */
export function openingAlong(
  directory: string,
  mean: Float64Array,
  { eigenvectors, eigenvalues }: Spectrum,
): OpeningAlong {
  const opening = readOpening(directory);
  const size = mean.length;
  const projected = (vector: Float64Array, offset?: Float64Array) =>
    Float64Array.from(eigenvalues, (_, i) => {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += eigenvectors[i * size + j] * (vector[j] - (offset ? offset[j] : 0));
      return sum;
    });
  return { theta: projected(opening.theta, mean), velocity: projected(opening.velocity) };
}

/** The noise's memory along the trajectory, where each gradient was taken. */
export async function autocovarianceAlongTrajectory(
  { experiment, voice, checkpoint }: Context,
  { problem, batchesPerEpoch }: Workbench,
  { eigenvalues, gradient }: Spectrum,
  opening: OpeningAlong,
  measured: ReturnType<typeof readProjections>,
): Promise<Autocovariance> {
  const { learningRate, momentum } = experiment.sgd;
  const model = { eigenvalues, gradient, learningRate, momentum };
  const noise = noiseAlongTrajectory(measured, opening, model);
  const report = voice.begin('autocovariance along the trajectory');
  const kept = checkpoint('autocovariance-trajectory');
  return await autocovariance(noise, eigenvalues.length, batchesPerEpoch, mostExact(problem.backend), report, kept);
}

/** The path that the quadratic model makes of the window's own noise at its mean, and how much of the measured one it is. */
export interface Replay {
  /** θ after every update, about the window's mean [K, k]. */
  readonly theta: Float32Array;
  /** R² [k]. */
  readonly explained: Float64Array;
}

/** Updates whose float64 path is in memory at a time. */
const REPLAYED_AT_ONCE = 256;

export async function replayWindow(
  { experiment, voice }: Context,
  { eigenvalues, gradient }: Spectrum,
  opening: OpeningAlong,
  noise: Float64Array,
  measured: ReturnType<typeof readProjections>,
): Promise<Replay> {
  const { learningRate, momentum } = experiment.sgd;
  const report = voice.begin('replay');
  const path = quadraticPath({ learningRate, momentum, eigenvalues, force: gradient }, opening);
  const theta = new Float32Array(noise.length);
  const rows = REPLAYED_AT_ONCE * eigenvalues.length;
  for (let at = 0; at < noise.length; at += rows) {
    theta.set(path.advance(noise.subarray(at, at + rows)).theta, at);
    await report(Math.min(at + rows, noise.length), noise.length);
  }
  return { theta, explained: explainedShare(measured.theta, theta, eigenvalues.length) };
}

/** C_ij of one batch's gradient from the window's batches, held against the Hessian. */
export async function relationsOf(
  { experiment, voice }: Context,
  { problem, batchesPerEpoch }: Workbench,
  { eigenvalues }: Spectrum,
  noise: Float64Array,
): Promise<NoiseRelations> {
  const { sampler, weightDecay } = experiment.sgd;
  const report = voice.begin('noise against curvature');
  const k = eigenvalues.length;
  const updates = noise.length / k;
  // One order for all epochs repeats its batches; without replacement an epoch of M batches is worth M − 1.
  const epochs = sampler === 'shuffle-once' ? 1 : updates / batchesPerEpoch;
  const batches = sampler === 'with-replacement' ? updates : epochs * (batchesPerEpoch - 1);
  const covariance = await gram(noise, k, problem, report);
  for (let at = 0; at < covariance.length; at++) covariance[at] /= updates;
  return noiseRelations(
    covariance,
    eigenvalues.map((value) => value - weightDecay),
    batches,
  );
}

/** Rows of a Gram matrix that are multiplied at once. */
const GRAM_ROWS = 1024;

/** XᵀX of rows X [n, k]: [k, k]. */
export async function gram(
  rows: Float64Array | Float32Array,
  k: number,
  { backend }: Pick<Workbench['problem'], 'backend'>,
  report: Report,
): Promise<Float64Array | Float32Array> {
  const count = rows.length / k;
  const array = backend.precision === 'float32' ? Float32Array : Float64Array;
  const columns = new array(rows.length);
  for (let at = 0; at < rows.length; at++) columns[(at % k) * count + Math.floor(at / k)] = rows[at];
  const projection = openProjection(backend, columns, k, count);
  try {
    const products = new array(k * k);
    for (let first = 0; first < k; first += GRAM_ROWS) {
      const some = Math.min(GRAM_ROWS, k - first);
      const rowsHere = columns.subarray(first * count, (first + some) * count);
      products.set(await projection.project(rowsHere, some), first * k);
      await report(first + some, k);
    }
    return products;
  } finally {
    projection.dispose();
  }
}
