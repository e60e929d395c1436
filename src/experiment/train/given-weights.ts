/** Weights that were trained elsewhere, from a file: a PyTorch state dict, or one vector `theta` as runs here write it. */
import { resolve } from 'node:path';
import { ConfigurationError, DataError } from '../../errors.ts';
import { type Model, parameterCount, places } from '../../models/model.ts';
import { type StateDict, weightsOfStateDict } from '../../models/pytorch/convert.ts';
import { batchStatisticsOf, matchStateDict } from '../../models/pytorch/match.ts';
import { requireNamedFile } from '../../named-file.ts';
import { canonicalJson } from '../../store/json.ts';
import { readSafetensors, type SafetensorsFile } from '../../store/safetensors.ts';
import type { Reals } from '../../tensor/types.ts';
import { BATCH_STATISTICS } from '../batch-norm.ts';
import type { GivenWeights } from '../schema.ts';
import type { StartingPoint } from '../workbench.ts';

/**
 * @throws ConfigurationError where the file's weights are not those of the model, or it is not told which is which;
 * DataError where it is missing or damaged, or holds numbers that are none
 */
export function readGivenWeights(given: GivenWeights, model: Model): StartingPoint {
  requireNamedFile('train.weights.path', given.path);
  const file = readSafetensors(resolve(given.path));
  const read = given.layout === 'pytorch' ? fromStateDict(given, file, model) : fromTheta(given, file, model);
  const { theta, statistics } = read;
  for (const [what, values] of [['weight', theta] as const, ['batch statistic', statistics ?? []] as const]) {
    const broken = values.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0)
      throw new DataError(`${file.path}: ${what} ${broken} is ${values[broken]}; expected a finite number`);
  }
  return read;
}

function fromStateDict(
  { path, names: given, check }: GivenWeights,
  file: SafetensorsFile,
  model: Model,
): StartingPoint {
  const { shapes, batchNorm } = model;
  if (Object.keys(file.tensors).join() === 'theta')
    throw new ConfigurationError(
      `${path} holds one vector theta, no state dict: give train.weights.layout: epochnoise`,
    );
  const state = floatsOf(file);
  const buffer = Object.keys(state).find((name) => name.endsWith('running_mean'));
  if (buffer !== undefined && !batchNorm)
    throw new ConfigurationError(
      `${path} holds batch statistics (${buffer}), but the model of the configuration has no place for them: use one that has (resnet20 with normalisation frozen-batch), or fold them into weights and biases before saving`,
    );
  const { names, doubt } = matchStateDict(shapes, state, given, path);
  if (doubt !== null && check === null)
    throw new ConfigurationError(
      `${path}: ${doubt}: name all tensors in the order of the model's parameters in train.weights.names, or give inputs with their logits in train.weights.check`,
    );
  return {
    theta: weightsOfStateDict(shapes, state, names),
    statistics: batchNorm ? batchStatisticsOf(shapes, state, names, path) : null,
    names: Object.fromEntries(shapes.map(({ name }, at) => [name, names[at]])),
  };
}

/** The tensors of floats. Others are counters, which are no parameters. */
function floatsOf({ tensors }: SafetensorsFile): StateDict {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, { shape, data }]) => (isFloats(data) ? [[name, { shape, data }]] : [])),
  );
}

const isFloats = (data: unknown): data is Reals => data instanceof Float32Array || data instanceof Float64Array;

function fromTheta({ path }: GivenWeights, { tensors, metadata }: SafetensorsFile, model: Model): StartingPoint {
  const size = parameterCount(model);
  const vector = (name: string, shape: string, what: string): Reals => {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor && isFloats(tensor.data) && tensor.shape.join(', ') === shape) return tensor.data;
    const found = tensor ? `${name} is ${tensor.dtype} [${tensor.shape.join(', ')}]` : `it has no tensor ${name}`;
    throw new ConfigurationError(`${path}: ${found}; expected ${name}, floats [${shape}], ${what}`);
  };
  const theta = vector('theta', String(size), `the model's parameters one after the other`);
  const own = places(model.shapes);
  if (metadata.parameters !== undefined && canonicalJson(metadata.parameters) !== canonicalJson(own))
    throw new ConfigurationError(
      `${path} says that its theta is made of ${namesOf(metadata.parameters)}; expected ${namesOf(own)}: the model of the configuration is another`,
    );
  const { batchNorm } = model;
  return {
    theta: Float64Array.from(theta),
    statistics: batchNorm
      ? Float32Array.from(
          vector(BATCH_STATISTICS, `2, ${batchNorm.channels}`, 'means and variances of the normalisation'),
        )
      : null,
    names: null,
  };
}

/** Names and shapes of parameters, as far as they are such. */
function namesOf(parameters: unknown): string {
  const all = (Array.isArray(parameters) ? parameters : []) as { name?: unknown; shape?: unknown }[];
  const words = all.map(({ name, shape }) => `${String(name)} [${Array.isArray(shape) ? shape.join(', ') : ''}]`);
  return words.length > 8 ? `${words.slice(0, 8).join(', ')} and ${words.length - 8} more` : words.join(', ');
}
