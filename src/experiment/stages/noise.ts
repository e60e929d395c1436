/** The gradient noise at the window's mean: its variance along every eigendirection, and its memory over two epochs. */
import { type Autocovariance, autocovariance, noiseAlongTrajectory } from '../../noise/autocovariance.ts';
import { batchGradientsAlong, varianceFromEpochs } from '../../noise/batch-gradients.ts';
import { batchVariance, perSampleFromBatch } from '../../noise/batch-variance.ts';
import { perSampleVariance } from '../../noise/per-sample.ts';
import { randomStream } from '../../random.ts';
import { batchSource } from '../../sgd/samplers.ts';
import { varianceInterval } from '../../statistics/chi-square.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import { projectionBackend } from '../../tensor/projection.ts';
import type { Context } from '../context.ts';
import { readBatches, readMean, readOpening, readProjections, readSpectrum, type Spectrum } from '../run-files.ts';
import type { Workbench } from '../workbench.ts';

/** What `noise.safetensors` says of itself. */
export interface NoiseReport {
  /** `per-sample`: exact. `batches`: estimated, with an interval. */
  readonly method: 'per-sample' | 'batches';
  /** Epochs of batch gradients behind an estimate. */
  readonly epochs: number | null;
}

/** Layer outputs over all samples and directions up to which the exact way takes about a minute. */
const AFFORDABLE_UNITS = 1.2e10;

/** C along the directions [k] with its interval. */
interface Variance {
  readonly variance: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export async function noiseStage(context: Context): Promise<void> {
  const { directory, experiment } = context;
  const bench = await context.workbench();
  const spectrum = readSpectrum(directory);
  const mean = readMean(directory);
  const method = chooseMethod(experiment.noise.method, bench, spectrum.eigenvalues.length);
  const { variance, low, high } =
    method === 'per-sample'
      ? await fromSamples(context, bench, mean.theta, spectrum)
      : await fromBatches(context, bench, mean.theta, spectrum);
  const atMean = await autocovarianceAtMean(context, bench, mean.theta, spectrum);
  const along = await autocovarianceAlongTrajectory(context, bench, mean.theta, spectrum);
  const shape = [variance.length];
  const lagShape = [atMean.lags.length];
  const report: NoiseReport = { method, epochs: method === 'batches' ? experiment.noise.epochs : null };
  writeSafetensors(
    runPath(directory, RUN_FILES.noise),
    {
      variance: { shape, data: variance },
      variance_low: { shape, data: low },
      variance_high: { shape, data: high },
      lags: { shape: lagShape, data: atMean.lags },
      autocovariance: { shape: lagShape, data: atMean.value },
      autocovariance_error: { shape: lagShape, data: atMean.error },
      autocovariance_trajectory: { shape: lagShape, data: along.value },
      autocovariance_trajectory_error: { shape: lagShape, data: along.error },
    },
    { ...report },
  );
}

function chooseMethod(
  wanted: Context['experiment']['noise']['method'],
  { problem, samples }: Workbench,
  directions: number,
): NoiseReport['method'] {
  if (wanted !== 'auto') return wanted;
  return samples * directions * problem.model.unitsPerSample <= AFFORDABLE_UNITS ? 'per-sample' : 'batches';
}

async function fromSamples(
  { experiment: { sgd }, voice }: Context,
  { problem, dataset, samples }: Workbench,
  mean: Float64Array,
  { eigenvectors }: Spectrum,
): Promise<Variance> {
  const report = voice.begin('noise variance');
  const perSample = await perSampleVariance(problem, dataset.train, mean, eigenvectors, report);
  const withReplacement = sgd.sampler === 'with-replacement';
  const variance = perSample.map((value) =>
    batchVariance(value, { samples, batchSize: sgd.batchSize, withReplacement }),
  );
  return { variance, low: variance, high: variance };
}

/** From epochs of their own, not the window's: shuffled, whatever the sampler, because whole epochs are unbiased for C. */
async function fromBatches(
  { experiment, voice }: Context,
  { problem, dataset, samples, batchesPerEpoch }: Workbench,
  mean: Float64Array,
  { eigenvectors, eigenvalues }: Spectrum,
): Promise<Variance> {
  const { sgd, noise, seed } = experiment;
  const source = batchSource('reshuffle', samples, sgd.batchSize, randomStream(seed, 'noise/batches'));
  const indices = new Int32Array(noise.epochs * samples);
  for (let epoch = 0; epoch < noise.epochs; epoch++) indices.set(source.nextEpoch(), epoch * samples);
  const along = await batchGradientsAlong(
    problem,
    dataset.train,
    mean,
    indices,
    sgd.batchSize,
    eigenvectors,
    projectionBackend(problem.backend, eigenvalues.length, problem.size),
    voice.begin(`noise variance from ${noise.epochs} epochs of batches`),
  );
  const { variance, degreesOfFreedom } = varianceFromEpochs(along, eigenvalues.length, batchesPerEpoch);
  const forSampler = (value: number) =>
    sgd.sampler === 'with-replacement'
      ? batchVariance(perSampleFromBatch(value, samples, sgd.batchSize), {
          samples,
          batchSize: sgd.batchSize,
          withReplacement: true,
        })
      : value;
  const intervals = Array.from(variance, (value) => varianceInterval(value, degreesOfFreedom));
  return {
    variance: variance.map(forSampler),
    low: Float64Array.from(intervals, ({ low }) => forSampler(low)),
    high: Float64Array.from(intervals, ({ high }) => forSampler(high)),
  };
}

async function autocovarianceAtMean(
  { directory, experiment, voice }: Context,
  { problem, dataset, batchesPerEpoch }: Workbench,
  mean: Float64Array,
  { eigenvectors, eigenvalues, gradient }: Spectrum,
): Promise<Autocovariance> {
  const { sgd } = experiment;
  const k = eigenvalues.length;
  const along = await batchGradientsAlong(
    problem,
    dataset.train,
    mean,
    readBatches(directory),
    sgd.batchSize,
    eigenvectors,
    projectionBackend(problem.backend, eigenvalues.length, problem.size),
    voice.begin("the window's batches at its mean"),
  );
  // The gradient of the objective holds L2; that of a batch's mean loss does not.
  const full = withoutDecay(gradient, eigenvectors, mean, sgd.weightDecay);
  for (let at = 0; at < along.length; at++) along[at] -= full[at % k];
  return await autocovariance(along, k, batchesPerEpoch, voice.begin('autocovariance at the mean'));
}

/** e·(∇L − μθ) [k]. */
function withoutDecay(
  gradient: Float64Array,
  eigenvectors: Float32Array,
  theta: Float64Array,
  weightDecay: number,
): Float64Array {
  return gradient.map((value, i) => {
    let along = 0;
    for (let j = 0; j < theta.length; j++) along += eigenvectors[i * theta.length + j] * theta[j];
    return value - weightDecay * along;
  });
}

async function autocovarianceAlongTrajectory(
  { directory, experiment, voice }: Context,
  { batchesPerEpoch }: Workbench,
  mean: Float64Array,
  { eigenvectors, eigenvalues, gradient }: Spectrum,
): Promise<Autocovariance> {
  const { learningRate, momentum } = experiment.sgd;
  const opening = readOpening(directory);
  const size = mean.length;
  const projected = (vector: Float64Array, offset?: Float64Array) =>
    Float64Array.from(eigenvalues, (_, i) => {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += eigenvectors[i * size + j] * (vector[j] - (offset ? offset[j] : 0));
      return sum;
    });
  const noise = noiseAlongTrajectory(
    readProjections(directory),
    { theta: projected(opening.theta, mean), velocity: projected(opening.velocity) },
    { eigenvalues, gradient, learningRate, momentum },
  );
  const report = voice.begin('autocovariance along the trajectory');
  return await autocovariance(noise, eigenvalues.length, batchesPerEpoch, report);
}
