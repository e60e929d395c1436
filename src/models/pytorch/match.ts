/** Which tensor of a PyTorch state dict is which parameter of a model. */
import { ConfigurationError } from '../../errors.ts';
import type { ParameterShape } from '../model.ts';
import { shapeInPytorch, type StateDict } from './convert.ts';

/** Which tensor is which parameter. */
export interface Matching {
  /** Names of tensors, in the order of the parameters. */
  readonly names: readonly string[];
  /** Where names and shapes leave the order open: tensors that were taken in the order of their names, in words; else null. */
  readonly doubt: string | null;
}

/** What state dicts hold besides parameters. */
const BUFFERS: readonly string[] = ['running_mean', 'running_var', 'num_batches_tracked'];
/** Last parts of names, here and there, by what they are. */
const ROLES: Readonly<Record<string, 'weight' | 'bias'>> = {
  weight: 'weight',
  kernel: 'weight',
  scale: 'weight',
  bias: 'bias',
  shift: 'bias',
};

const lastPart = (name: string): string => name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')) + 1);
const roleOf = (name: string): 'weight' | 'bias' | undefined => ROLES[lastPart(name)];
const byName = new Intl.Collator('en', { numeric: true });
const listed = (words: readonly string[]): string =>
  words.length > 12 ? `${words.slice(0, 12).join(', ')} and ${words.length - 12} more` : words.join(', ');

/**
 * Finds the tensor of every parameter: by the names that are given, else by those that the model declares, else by shape
 * and by what the name ends in (`weight`, `bias`), tensors alike in both in the order of the numbers in their names.
 *
 * @param given names in the order of the parameters; null to find them
 * @param file names the state dict in errors
 * @throws ConfigurationError where tensors are missing, of another shape, or left over
 */
export function matchStateDict(
  shapes: readonly ParameterShape[],
  state: StateDict,
  given: readonly string[] | null,
  file: string,
): Matching {
  if (given) return { names: checkedNames(shapes, state, given, file), doubt: null };
  const names: string[] = shapes.map(({ pytorch }) => pytorch?.name ?? '');
  for (const [at, name] of names.entries()) if (name) requireShape(shapes[at], state, name, file);
  const left = Object.keys(state)
    .filter((name) => !BUFFERS.includes(lastPart(name)) && !names.includes(name))
    .sort(byName.compare);
  const open = [...names.keys()].filter((at) => names[at] === '');
  let doubt: string | null = null;
  for (const { ours, theirs, words } of classesOf(shapes, open, state, left)) {
    if (ours.length !== theirs.length) {
      const parameters = listed(ours.map((at) => shapes[at].name));
      throw new ConfigurationError(
        `${file} has ${theirs.length} tensors of ${words}${theirs.length ? ` (${listed(theirs)})` : ''}; expected ${ours.length}, for ${parameters} (it has ${described(state)}): the model of the configuration is another, or name the tensors in its order in train.weights.names`,
      );
    }
    if (ours.length > 1 && !isNumbered(theirs))
      doubt ??= `${listed(theirs)} are all of ${words}, and their names do not tell which comes first`;
    ours.forEach((at, rank) => (names[at] = theirs[rank]));
  }
  const unused = left.filter((name) => !names.includes(name));
  if (unused.length > 0)
    throw new ConfigurationError(
      `${file} has tensors that are no parameters of the model: ${listed(unused.map((name) => `${name} [${state[name].shape.join(', ')}]`))}; expected ${listed(shapes.map((one) => `[${shapeInPytorch(one).join(', ')}] for ${one.name}`))}: the model of the configuration is another, or name the tensors in its order in train.weights.names`,
    );
  return { names, doubt };
}

/** Parameters and tensors that are alike. */
interface Class {
  /** Indices of parameters. */
  readonly ours: readonly number[];
  readonly theirs: readonly string[];
  readonly words: string;
}

function* classesOf(
  shapes: readonly ParameterShape[],
  open: readonly number[],
  state: StateDict,
  left: readonly string[],
): Generator<Class> {
  const shapeOf = (at: number) => shapeInPytorch(shapes[at]).join(', ');
  for (const shape of new Set(open.map(shapeOf))) {
    const ours = open.filter((at) => shapeOf(at) === shape);
    const theirs = left.filter((name) => state[name].shape.join(', ') === shape);
    const tell = ours.every((at) => roleOf(shapes[at].name)) && theirs.every(roleOf);
    if (!tell) yield { ours, theirs, words: `shape [${shape}]` };
    else
      for (const role of new Set(ours.map((at) => roleOf(shapes[at].name))))
        yield {
          ours: ours.filter((at) => roleOf(shapes[at].name) === role),
          theirs: theirs.filter((name) => roleOf(name) === role),
          words: `shape [${shape}] called …${role}`,
        };
  }
}

/** Whether names are the same but for the numbers in them. */
function isNumbered(names: readonly string[]): boolean {
  return new Set(names.map((name) => name.replace(/\d+/g, '#'))).size === 1;
}

function checkedNames(
  shapes: readonly ParameterShape[],
  state: StateDict,
  given: readonly string[],
  file: string,
): readonly string[] {
  if (given.length !== shapes.length)
    throw new ConfigurationError(
      `train.weights.names has ${given.length} names; expected ${shapes.length}, for ${listed(shapes.map(({ name }) => name))}`,
    );
  given.forEach((name, at) => {
    if (given.indexOf(name) < at)
      throw new ConfigurationError(`train.weights.names has ${name} twice; expected a tensor for each parameter`);
    requireShape(shapes[at], state, name, file);
  });
  return given;
}

function requireShape(parameter: ParameterShape, state: StateDict, name: string, file: string): void {
  if (!Object.hasOwn(state, name))
    throw new ConfigurationError(`${file} has no tensor ${name} for ${parameter.name}; it has ${described(state)}`);
  const expected = shapeInPytorch(parameter).join(', ');
  const found = state[name].shape.join(', ');
  if (found !== expected)
    throw new ConfigurationError(`${file}: ${name} is [${found}]; expected [${expected}] for ${parameter.name}`);
}

const described = (state: StateDict): string =>
  listed(
    Object.keys(state)
      .sort(byName.compare)
      .map((name) => `${name} [${state[name].shape.join(', ')}]`),
  ) || 'none';

/**
 * Means, then variances, of frozen batch normalisation [2·C], from the buffers beside the scales.
 *
 * @throws ConfigurationError where they are missing
 */
export function batchStatisticsOf(
  shapes: readonly ParameterShape[],
  state: StateDict,
  names: readonly string[],
  file: string,
): Float32Array {
  const scales = [...shapes.keys()].filter((at) => lastPart(shapes[at].name) === 'scale');
  const read = (buffer: string) =>
    scales.flatMap((at) => {
      const name = names[at].slice(0, names[at].length - lastPart(names[at]).length) + buffer;
      requireShape(
        { name: `${shapes[at].name.replace(/scale$/, '')}${buffer}`, shape: shapes[at].shape },
        state,
        name,
        file,
      );
      return Array.from(state[name].data);
    });
  return Float32Array.from([...read('running_mean'), ...read('running_var')]);
}
