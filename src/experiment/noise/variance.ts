/** The variance of one batch's gradient along the eigendirections, at fixed weights: C. */
import { type BatchGradients, varianceFromEpochs } from '../../noise/batch-gradients.ts';
import { batchVariance, perSampleFromBatch } from '../../noise/batch-variance.ts';
import { perSampleVariance } from '../../noise/per-sample.ts';
import { randomStream } from '../../random.ts';
import { batchSource } from '../../sgd/samplers.ts';
import { varianceInterval } from '../../statistics/chi-square.ts';
import type { Context } from '../context.ts';
import type { Spectrum } from '../run-files.ts';
import type { Workbench } from '../workbench.ts';

/** `per-sample`: exact. `batches`: estimated, with an interval. */
export type NoiseMethod = 'per-sample' | 'batches';

/** Layer outputs over all samples and directions up to which the exact way takes about a minute. */
const AFFORDABLE_UNITS = 1.2e10;

/** C along the directions [k] with its interval. */
export interface Variance {
  readonly variance: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** How C is measured along so many directions, if the configuration leaves it open. */
export function chooseMethod(
  wanted: Context['experiment']['noise']['method'],
  { problem, samples }: Workbench,
  directions: number,
): NoiseMethod {
  if (wanted !== 'auto') return wanted;
  return samples * directions * problem.model.unitsPerSample <= AFFORDABLE_UNITS ? 'per-sample' : 'batches';
}

/**
 * C at the window's mean, by the chosen method.
 *
 * @param gradients of batches along the directions
 */
export async function measureVariance(
  method: NoiseMethod,
  context: Context,
  bench: Workbench,
  mean: Float64Array,
  spectrum: Spectrum,
  gradients: BatchGradients,
): Promise<Variance> {
  return method === 'per-sample'
    ? await fromSamples(context, bench, mean, spectrum)
    : await fromBatches(context, bench, mean, spectrum, gradients);
}

/** From the variance of a batch drawn without replacement to that of a batch as the run draws it. */
export function varianceForSampler(
  value: number,
  { sampler, batchSize }: Context['experiment']['sgd'],
  samples: number,
): number {
  if (sampler !== 'with-replacement') return value;
  const perSample = perSampleFromBatch(value, samples, batchSize);
  return batchVariance(perSample, { samples, batchSize, withReplacement: true });
}

async function fromSamples(
  { experiment: { sgd }, voice, checkpoint }: Context,
  { problem, dataset, samples }: Workbench,
  mean: Float64Array,
  { eigenvectors }: Spectrum,
): Promise<Variance> {
  const report = voice.begin('noise variance');
  const perSample = await perSampleVariance(problem, dataset.train, mean, eigenvectors, report, checkpoint('variance'));
  const withReplacement = sgd.sampler === 'with-replacement';
  const variance = perSample.map((value) =>
    batchVariance(value, { samples, batchSize: sgd.batchSize, withReplacement }),
  );
  return { variance, low: variance, high: variance };
}

/** From epochs of their own, not the window's: shuffled, whatever the sampler, because whole epochs are unbiased for C. */
async function fromBatches(
  { experiment, voice, checkpoint }: Context,
  { samples, batchesPerEpoch }: Workbench,
  mean: Float64Array,
  { eigenvalues }: Spectrum,
  gradients: BatchGradients,
): Promise<Variance> {
  const { sgd, noise, seed } = experiment;
  const random = randomStream(seed, 'noise/batches');
  const source = batchSource('reshuffle', samples, sgd.batchSize, random, sgd.dropLast);
  const perEpoch = batchesPerEpoch * sgd.batchSize;
  const indices = new Int32Array(noise.epochs * perEpoch);
  for (let epoch = 0; epoch < noise.epochs; epoch++) indices.set(source.nextEpoch(), epoch * perEpoch);
  const report = voice.begin(`noise variance from ${noise.epochs} epochs of batches`);
  const along = await gradients.along(mean, indices, report, { checkpoint: checkpoint('variance') });
  const { variance, degreesOfFreedom } = varianceFromEpochs(
    along,
    eigenvalues.length,
    batchesPerEpoch,
    sgd.batchSize / samples,
  );
  const forSampler = (value: number) => varianceForSampler(value, sgd, samples);
  const intervals = Array.from(variance, (value) => varianceInterval(value, degreesOfFreedom));
  return {
    variance: variance.map(forSampler),
    low: Float64Array.from(intervals, ({ low }) => forSampler(low)),
    high: Float64Array.from(intervals, ({ high }) => forSampler(high)),
  };
}
