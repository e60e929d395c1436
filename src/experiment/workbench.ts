/** Data, model, loss and back end of an experiment, put together once and shared by the stages of one process. */
import type { Dataset } from '../data/dataset.ts';
import { ConfigurationError } from '../errors.ts';
import { lenet } from '../models/lenet.ts';
import { lossFor } from '../models/losses.ts';
import { mlp } from '../models/mlp.ts';
import { initialWeights, type Model, weightsNear } from '../models/model.ts';
import { modelOfModule } from '../models/module.ts';
import { defineProblem, onBackend, type Problem, type Samples } from '../models/problem.ts';
import { resnet20 } from '../models/resnet20.ts';
import { countUnits } from '../models/units.ts';
import { requireNamedFile } from '../named-file.ts';
import { importModule } from '../own-module.ts';
import { randomStream } from '../random.ts';
import { batchesPerEpoch } from '../sgd/samplers.ts';
import { type Backend, mostExact, nativeDevices, openBackend, prepareBackend } from '../tensor/backend.ts';
import { fallsBack } from '../tensor/devices.ts';
import { sizeOf } from '../tensor/types.ts';
import { preparedDevice } from '../tensor/webgpu/open.ts';
import { typed } from '../typed.ts';
import { loadDataset } from './dataset.ts';
import { noModel } from './import/no-network.ts';
import { recordingOf } from './import/recording-of-run.ts';
import { refuseWrongDevice } from './back-ends/wrong-device.ts';
import type { Choices, Voice } from './context.ts';
import { memoryForSpectrum, suggestMemory } from './memory.ts';
import type { Experiment } from './schema.ts';
import { readGivenWeights } from './train/given-weights.ts';

/** What the stages compute with. Everything is in memory; graphs are compiled by those who use them. */
export interface Workbench {
  readonly dataset: Dataset;
  /** In the run's precision. */
  readonly problem: Problem;
  /** In float64 where that costs little (small networks, native back end); else the same. */
  readonly exact: Problem;
  /** M. */
  readonly batchesPerEpoch: number;
  /** N. */
  readonly samples: number;
  /** Bytes for intermediate values that Hessian products share; beyond them they are computed anew, with the same results. */
  readonly savedBytes: number;
}

/** Up to this many layer outputs over the whole data set a pass in float64 takes well under a second. */
const CHEAP_UNITS = 2e7;

/** What a workbench is opened for. */
export interface WorkbenchOptions {
  /** Bytes for intermediate values that Hessian products share; half of what is free where they lie, or what the spectrum leaves, unless said otherwise. */
  readonly memoryBytes?: number;
  /** Whether the spectrum is to be computed: one that does not fit into the memory is then refused here. */
  readonly spectrum?: boolean;
}

/**
 * Loads the data, and puts model, loss and back end together.
 *
 * @throws ConfigurationError for settings that do not go together, or that this machine cannot meet; DataError for missing
 * or damaged data
 */
export async function openWorkbench(
  experiment: Experiment,
  { threads }: Choices,
  voice: Pick<Voice, 'warn'>,
  { memoryBytes, spectrum = false }: WorkbenchOptions = {},
): Promise<Workbench> {
  refuseImpossibleBatches(experiment);
  const dataset = await loadDataset(experiment);
  const { inputShape, outputs, task, train } = dataset;
  const updates = batchesPerEpoch(train.samples, experiment.sgd.batchSize, experiment.sgd.dropLast);
  await prepareBackend({ name: experiment.backend });
  const open = () => openBackend({ name: experiment.backend, precision: experiment.precision, threads });
  const model = await modelFor(experiment, inputShape, outputs, open);
  const loss = lossFor(experiment.loss, task);
  const backend = open();
  await refuseWrongDevice(backend);
  if (backend.name === 'cpu')
    voice.warn(
      'back end cpu computes in plain JavaScript: what takes the native library a second takes it up to two minutes',
    );
  const device = backend.name === 'webgpu' ? preparedDevice() : null;
  if (device?.isSoftware)
    voice.warn(
      `back end webgpu computes in software, on ${device.name}, which is no graphics device: a hundred times slower than back end tensorflow`,
    );
  if (backend.name === 'tensorflow' && fallsBack(nativeDevices()))
    voice.warn(
      `the native library is built for CUDA, but TensorFlow sees no GPU and computes on the CPU: \`${typed('doctor')}\` says why`,
    );
  const { weightDecay } = experiment.sgd;
  // A recording of another network is refused here, before anything is written.
  if (experiment.import) recordingOf(experiment, model, train.samples);
  const problem = defineProblem({ backend, model, loss, inputShape, outputs, weightDecay });
  // A teacher of other layers, or weights of another network, are refused here, before anything is written.
  startingPoint(experiment, { dataset, problem });
  const finds = spectrum && experiment.spectrum.shared === null;
  const reserved = finds ? memoryForSpectrum(problem, experiment.spectrum.eigenpairs) : 0;
  const savedBytes = memoryBytes ?? (await suggestMemory(backend, reserved));
  const cheap = train.samples * (model.unitsPerSample + sizeOf(inputShape)) <= CHEAP_UNITS;
  const exact = cheap ? onBackend(problem, mostExact(backend)) : problem;
  const { samples } = train;
  return { dataset, problem, exact, batchesPerEpoch: updates, samples, savedBytes };
}

/** Where the number of samples is in the configuration, a batch size that does not divide it need not wait for the data. */
function refuseImpossibleBatches({ data, sgd }: Experiment): void {
  if (data.samples !== null) batchesPerEpoch(data.samples, sgd.batchSize, sgd.dropLast);
}

/** @param open the back end, on which a module's model is counted */
async function modelFor(
  experiment: Experiment,
  inputShape: readonly number[],
  outputs: number,
  open: () => Backend,
): Promise<Model> {
  const { model } = experiment;
  if (model.name === 'none') return noModel(experiment);
  if (model.name === 'lenet') return lenet(inputShape, outputs, model);
  if (model.name === 'resnet20') return resnet20(inputShape, outputs, model);
  if (model.name === 'mlp') return mlp(inputShape, outputs, model);
  if (model.name === 'linear') return mlp(inputShape, outputs, { hidden: [], activation: 'tanh' });
  requireNamedFile('model.path', model.path);
  const setting = { inputShape, outputs, options: model.options ?? {} };
  const own = await modelOfModule(await importModule(model.path), model.path, setting);
  return { ...own, unitsPerSample: countUnits(open(), own, inputShape) };
}

/** Where a run begins. */
export interface StartingPoint {
  /** Weights, float64 [d]. */
  readonly theta: Float64Array;
  /** Means, then variances [2·C], that belong to given weights of a network with frozen batch normalisation. */
  readonly statistics: Float32Array | null;
  /** Of a state dict: the tensor that became each parameter, by the parameter's name. */
  readonly names: Readonly<Record<string, string>> | null;
}

/**
 * Weights before training, from the run's seed, or those that were trained elsewhere.
 *
 * @throws ConfigurationError where the teacher has other layers than the model, or the file's weights are not the model's;
 * DataError where that file is missing or damaged
 */
export function startingPoint(
  { model, train, seed }: Experiment,
  { dataset, problem }: Pick<Workbench, 'dataset' | 'problem'>,
): StartingPoint {
  if (train.weights) return readGivenWeights(train.weights, problem.model);
  const random = randomStream(seed, 'model/initialisation');
  const at = (theta: Float64Array) => ({ theta, statistics: null, names: null });
  if (model.initialisation.from === 'random') {
    if (problem.model.initialise) return at(problem.model.initialise(random));
    return at(initialWeights(problem.model, 'activation' in model ? model.activation : 'tanh', random));
  }
  if (dataset.teacher === null)
    throw new ConfigurationError('model.initialisation.from is teacher, but the data have no teacher: use random');
  return at(weightsNear(dataset.teacher, problem.size, model.initialisation.spread, random));
}

/** A seeded subset of the training samples. */
export interface SubsetChoice {
  readonly count: number;
  readonly purpose: string;
  /** Samples of the draw that are passed over, 0 unless said otherwise: subsets of one purpose can then be disjoint. */
  readonly skip?: number;
}

/** How many samples so many layer outputs afford: all, where these are not too many, and two at least. */
export function affordableSamples({ samples, problem }: Pick<Workbench, 'samples' | 'problem'>, units: number): number {
  return Math.min(samples, Math.max(2, Math.floor(units / problem.model.unitsPerSample)));
}

/** All training samples, or the subset. */
export function chosenSamples(
  { problem, dataset }: Pick<Workbench, 'problem' | 'dataset'>,
  seed: number,
  subset: SubsetChoice | null,
): Samples {
  return subset ? drawSubset(problem, dataset.train, subset, seed) : dataset.train;
}

/**
 * A seeded subset of samples, in the order of the draw; all of them, in their own order, where there are no more. Fewer than
 * asked for where so many are passed over that no more are left.
 */
function drawSubset(
  problem: Problem,
  { x, y, samples }: Samples,
  { count: wanted, purpose, skip = 0 }: SubsetChoice,
  seed: number,
): Samples {
  if (skip === 0 && wanted >= samples) return { x, y, samples };
  const count = Math.min(wanted, samples - skip);
  const order = randomStream(seed, purpose).shuffle(Int32Array.from({ length: samples }, (_, index) => index));
  const width = sizeOf(problem.inputShape);
  const subset = {
    x: new Float32Array(count * width),
    y: new Float32Array(count * problem.outputs),
    samples: count,
  };
  for (let row = 0; row < count; row++) {
    const from = order[skip + row];
    subset.x.set(x.subarray(from * width, (from + 1) * width), row * width);
    subset.y.set(y.subarray(from * problem.outputs, (from + 1) * problem.outputs), row * problem.outputs);
  }
  return subset;
}

/** So many groups, of equal size and in the order of the samples, without copying; the groups divide the samples. */
export function equalGroups({ x, y, samples }: Samples, groups: number): readonly Samples[] {
  return Array.from({ length: groups }, (_, group) => {
    const part = (values: Float32Array) =>
      values.subarray((group * values.length) / groups, ((group + 1) * values.length) / groups);
    return { x: part(x), y: part(y), samples: samples / groups };
  });
}
