/**
 * Controls without a network: the quadratic model along the computed directions, under the run's own noise frozen at the mean,
 * or under Gaussian noise of the same variance, whose answer is known.
 */
import { join } from 'node:path';
import { Disposables } from '../../disposables.ts';
import { openBatchGradients } from '../../noise/batch-gradients.ts';
import { randomStream, type RandomStream } from '../../random.ts';
import type { ControlSummary } from '../../report/summary.ts';
import { batchSource } from '../../sgd/samplers.ts';
import { accumulateWindow } from '../../statistics/window-variance.ts';
import { writeCsv } from '../../store/csv.ts';
import { openGrowing } from '../../store/growing.ts';
import { DIRECTION_COLUMNS, RUN_FILES, runPath } from '../../store/run-directory.ts';
import { projectionBackend } from '../../tensor/projection.ts';
import { type PathModel, predictDirections, predictEstimators, quadraticPath } from '../../theory/index.ts';
import { compareDirections, windowSettings, type WindowSettings } from '../compare/directions.ts';
import { rangesOfTable } from '../compare/summary.ts';
import type { Context } from '../context.ts';
import { lossGradientAlong } from '../noise/window-noise.ts';
import { type NoiseResults, readMean, readNoise, readSpectrum, type Spectrum } from '../run-files.ts';
import type { Workbench } from '../workbench.ts';

/** A window of the quadratic model, from rest in the minimum through the run's own burn-in, held against its theory. */
export async function modelControl(
  context: Context,
  word: 'frozen' | 'quadratic',
): Promise<ControlSummary['controls'][number]> {
  const { directory, experiment } = context;
  const { sgd, record } = experiment;
  const bench = await context.workbench();
  const spectrum = readSpectrum(directory);
  const noise = readNoise(directory);
  const settings = windowSettings(experiment, bench);
  const { eigenvalues } = spectrum;
  const model: PathModel = { learningRate: sgd.learningRate, momentum: sgd.momentum, eigenvalues };
  const source =
    word === 'frozen'
      ? await frozenNoise(context, bench, spectrum)
      : gaussianNoise(settings, noise, randomStream(sgd.seed ?? experiment.seed, 'controls/quadratic'));
  const path = quadraticPath(model);
  const k = eigenvalues.length;
  const window = accumulateWindow(settings.updates, k);
  const sum = new Float64Array(k);
  const recorded: { readonly theta: Float64Array; readonly velocity: Float64Array }[] = [];
  const report = context.voice.begin(`path of ${word} noise`);
  const epochs = record.burnInEpochs + record.epochs;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const state = path.advance(source.next());
    await report(epoch + 1, epochs);
    if (epoch < record.burnInEpochs) continue;
    recorded.push(state);
    for (let at = 0; at < state.theta.length; at++) sum[at % k] += state.theta[at];
  }
  for (const { theta, velocity } of recorded) {
    for (let at = 0; at < theta.length; at++) theta[at] -= sum[at % k] / settings.updates;
    window.add(theta, velocity);
  }
  // From rest, as it was run; one order for all epochs has a prediction for its cycle only.
  const start = sgd.sampler === 'shuffle-once' ? 'stationary' : 'rest';
  const own = predictEstimators({ ...settings, start }, eigenvalues, noise.variance);
  const white = predictDirections(
    { ...settings, sampler: 'with-replacement', start: 'rest' },
    eigenvalues,
    noise.variance,
  );
  // Its noise does not depend on the weights: there is no second component.
  const table = compareDirections(
    settings,
    { ...spectrum, gradient: new Float64Array(k) },
    noise,
    { own, white, two: own },
    window.finish(),
  );
  const folder = `${RUN_FILES.controls}/${word}`;
  writeCsv(
    runPath(join(directory, folder), RUN_FILES.directions),
    Object.fromEntries(DIRECTION_COLUMNS.map((name) => [name, table[name]])),
  );
  return { name: word, control: word, folder, ranges: rangesOfTable(table, settings.crossover) };
}

/** Noise of one epoch after another along the directions [M, k]. */
interface NoiseSource {
  next(): Float64Array;
}

/** Gradients, at the window's mean, of the batches that the run itself used in burn-in and window, less the full gradient. */
async function frozenNoise(
  { directory, experiment, voice, checkpoint }: Context,
  { problem, dataset, samples, batchesPerEpoch }: Workbench,
  spectrum: Spectrum,
): Promise<NoiseSource> {
  const { sgd, seed, record } = experiment;
  const k = spectrum.eigenvalues.length;
  const { theta } = readMean(directory);
  const random = randomStream(sgd.seed ?? seed, `sgd/${sgd.sampler}`);
  const source = batchSource(sgd.sampler, samples, sgd.batchSize, random, sgd.dropLast);
  const exact = projectionBackend(problem.backend, k, problem.size);
  const epochs = record.burnInEpochs + record.epochs;
  const length = batchesPerEpoch * k;
  const noise = new Float64Array(epochs * length);
  const report = voice.begin('frozen noise');
  const held = new Disposables();
  try {
    const gradients = held.add(openBatchGradients(problem, dataset.train, sgd.batchSize, spectrum.eigenvectors, exact));
    const kept = openGrowing(checkpoint('frozen'), noise, length);
    held.add({ dispose: () => kept.close() });
    for (let epoch = 0; epoch < epochs; epoch++) {
      const batches = source.nextEpoch();
      if (epoch < kept.rows) continue;
      const tell = (done: number) => report(epoch * batchesPerEpoch + done, epochs * batchesPerEpoch);
      noise.set(await gradients.along(theta, batches, tell), epoch * length);
      kept.have(epoch + 1);
    }
  } finally {
    held.dispose();
  }
  const full = lossGradientAlong(spectrum, theta, sgd.weightDecay);
  for (let at = 0; at < noise.length; at++) noise[at] -= full[at % k];
  let epoch = 0;
  return { next: () => noise.subarray(epoch * length, ++epoch * length) };
}

/** Gaussian noise of the measured variance and of exactly the sampler's covariance: a quadratic whose answer is known. */
function gaussianNoise(
  { sampler, batchesPerEpoch, samplingFraction }: WindowSettings,
  { variance }: NoiseResults,
  random: RandomStream,
): NoiseSource {
  const k = variance.length;
  const independent = sampler === 'with-replacement';
  // Of M normal deviates, the mean is scaled down until two of them have covariance −f, and all until one has variance C.
  const kept = independent ? 1 : Math.sqrt(Math.max(0, 1 - batchesPerEpoch * samplingFraction));
  const scale = variance.map((value) => Math.sqrt(value / (independent ? 1 : 1 - samplingFraction)));
  const noise = new Float64Array(batchesPerEpoch * k);
  let drawn = false;
  return {
    next() {
      if (drawn && sampler === 'shuffle-once') return noise;
      drawn = true;
      const mean = new Float64Array(k);
      for (let at = 0; at < noise.length; at++) {
        noise[at] = random.normal();
        mean[at % k] += noise[at] / batchesPerEpoch;
      }
      for (let at = 0; at < noise.length; at++) {
        const i = at % k;
        noise[at] = scale[i] * (noise[at] - (1 - kept) * mean[i]);
      }
      return noise;
    },
  };
}
