/**
 * Controls: runs from the same minimum that tell theory from artefact. Other samplers and other seeds train the network
 * again; `frozen` and `quadratic` are the quadratic model itself, along the computed directions.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openBatchGradients } from '../../noise/batch-gradients.ts';
import { silent } from '../../progress.ts';
import { randomStream, type RandomStream } from '../../random.ts';
import type { ControlSummary, ControlRange, Summary } from '../../report/summary.ts';
import { batchSource } from '../../sgd/samplers.ts';
import { geometricMean } from '../../statistics/seeds.ts';
import { accumulateWindow } from '../../statistics/window-variance.ts';
import { attempt } from '../../store/atomic.ts';
import { writeCsv } from '../../store/csv.ts';
import { readJson, writeJson } from '../../store/json.ts';
import { DIRECTION_COLUMNS, RUN_FILES, runPath } from '../../store/run-directory.ts';
import { projectionBackend } from '../../tensor/projection.ts';
import {
  crossoverEigenvalue,
  type PathModel,
  predictDirections,
  predictEstimators,
  quadraticPath,
} from '../../theory/index.ts';
import { compareDirections, type WindowSettings } from '../compare/directions.ts';
import { rangesOfTable } from '../compare/summary.ts';
import type { Context } from '../context.ts';
import { lossGradientAlong } from '../noise/window-noise.ts';
import { type NoiseResults, readMean, readNoise, readSpectrum, type Spectrum } from '../run-files.ts';
import type { Control, Experiment } from '../schema.ts';
import type { Workbench } from '../workbench.ts';

export async function controlsStage(context: Context): Promise<void> {
  const { directory, experiment, voice } = context;
  const { run, seeds } = experiment.controls;
  const results: ControlSummary['controls'][number][] = [];
  for (const word of [...new Set(run)]) {
    if (word === 'frozen' || word === 'quadratic') {
      voice.say(`control: ${word}`);
      results.push(await modelControl(context, word));
      continue;
    }
    for (let replica = 0; replica < seeds; replica++) {
      const name = replica === 0 ? word : `${word}-${replica + 1}`;
      // The run itself is the first of its own sampler.
      const isSelf = replica === 0 && word === experiment.sgd.sampler;
      const folder = isSelf ? '.' : `${RUN_FILES.controls}/${name}`;
      if (!isSelf) {
        voice.say(`control: ${name}`);
        await context.runFromSameMinimum(join(directory, folder), controlExperiment(experiment, word, replica));
      }
      const summary = readJson<Summary>(runPath(join(directory, folder), RUN_FILES.summary));
      results.push({ name, control: word, folder, ranges: summary.ranges.map(pickRange) });
    }
  }
  const summary: ControlSummary = { controls: results, pooled: pooledOver(results) };
  removeStrangers(runPath(directory, RUN_FILES.controls), new Set(results.map(({ name }) => name)));
  writeJson(runPath(directory, RUN_FILES.controlSummary), summary);
}

/** Takes away what earlier settings left in the folder: the run that was set aside has it. */
function removeStrangers(folder: string, names: ReadonlySet<string>): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (!names.has(name)) attempt(folder, () => rmSync(join(folder, name), { recursive: true, force: true }));
}

/** The same experiment with another sampler, or other batches. */
function controlExperiment(experiment: Experiment, sampler: Experiment['sgd']['sampler'], replica: number): Experiment {
  const seed = replica === 0 ? experiment.sgd.seed : (experiment.sgd.seed ?? experiment.seed) + replica;
  return {
    ...experiment,
    sgd: { ...experiment.sgd, sampler, seed },
    controls: { run: [], seeds: 1 },
  };
}

/** A window of the quadratic model, from rest in the minimum through the run's own burn-in, held against its theory. */
async function modelControl(
  context: Context,
  word: 'frozen' | 'quadratic',
): Promise<ControlSummary['controls'][number]> {
  const { directory, experiment } = context;
  const { sgd, record } = experiment;
  const bench = await context.workbench();
  const { batchesPerEpoch, samples } = bench;
  const spectrum = readSpectrum(directory);
  const noise = readNoise(directory);
  const settings: WindowSettings = {
    learningRate: sgd.learningRate,
    momentum: sgd.momentum,
    sampler: sgd.sampler,
    batchesPerEpoch,
    updates: record.epochs * batchesPerEpoch,
    burnInUpdates: record.burnInEpochs * batchesPerEpoch,
    samplingFraction: sgd.batchSize / samples,
    crossover: crossoverEigenvalue({ ...sgd, batchesPerEpoch }),
  };
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
  const report = context.voice.begin(`${word} noise`);
  const epochs = record.burnInEpochs + record.epochs;
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const state = path.advance(await source.next());
      await report(epoch + 1, epochs);
      if (epoch < record.burnInEpochs) continue;
      recorded.push(state);
      for (let at = 0; at < state.theta.length; at++) sum[at % k] += state.theta[at];
    }
  } finally {
    source.dispose();
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
  next(): Promise<Float64Array> | Float64Array;
  dispose(): void;
}

/** Gradients, at the window's mean, of the batches that the run itself used in burn-in and window, less the full gradient. */
async function frozenNoise(
  { directory, experiment }: Context,
  { problem, dataset, samples }: Workbench,
  spectrum: Spectrum,
): Promise<NoiseSource> {
  const { sgd, seed } = experiment;
  const k = spectrum.eigenvalues.length;
  const { theta } = readMean(directory);
  const random = randomStream(sgd.seed ?? seed, `sgd/${sgd.sampler}`);
  const batches = batchSource(sgd.sampler, samples, sgd.batchSize, random, sgd.dropLast);
  const exact = projectionBackend(problem.backend, k, problem.size);
  const gradients = openBatchGradients(problem, dataset.train, sgd.batchSize, spectrum.eigenvectors, exact);
  const full = lossGradientAlong(spectrum, theta, sgd.weightDecay);
  return {
    async next() {
      const noise = await gradients.along(theta, batches.nextEpoch(), silent);
      for (let at = 0; at < noise.length; at++) noise[at] -= full[at % k];
      return noise;
    },
    dispose: () => gradients.dispose(),
  };
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
    dispose() {},
  };
}

function pickRange({ low, high, directions, ...range }: ControlRange): ControlRange {
  return {
    low,
    high,
    directions,
    ratioSampler: range.ratioSampler,
    ratioTwoComponent: range.ratioTwoComponent,
    coverage: range.coverage,
    coverageTwoComponent: range.coverageTwoComponent,
  };
}

/** Over the seeds of each control: geometric means of the ratios, with intervals that suppose nothing but independent seeds. */
function pooledOver(results: ControlSummary['controls']): ControlSummary['pooled'] {
  const words = [...new Set(results.map(({ control }) => control))];
  return words.flatMap((control) => {
    const replicas = results.filter((one) => one.control === control);
    return replicas[0].ranges.map(({ low, high }, at) => {
      const pooled = (of: (range: ControlRange) => number | null) => {
        const values = replicas.map(({ ranges }) => of(ranges[at])).filter((value) => value !== null && value > 0);
        if (values.length < replicas.length) return null;
        const mean = geometricMean(values as number[]);
        const finite = (value: number) => (Number.isFinite(value) ? value : null);
        return { value: mean.value, low: finite(mean.low), high: finite(mean.high) };
      };
      return {
        control: control as Control,
        low,
        high,
        seeds: replicas.length,
        ratioSampler: pooled((range) => range.ratioSampler),
        ratioTwoComponent: pooled((range) => range.ratioTwoComponent),
      };
    });
  });
}
