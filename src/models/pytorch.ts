/**
 * Parameters from a PyTorch state dict: which of its tensors is which parameter, and the numbers in this program's order.
 * Convolution kernels [out, in, height, width] become [height, width, in, out], dense weights [out, in] become [in, out],
 * and the inputs of a dense layer that follows an image go from channels first to channels last. Vectors stay as they are.
 */
import { ConfigurationError } from '../errors.ts';
import { type Shape, sizeOf } from '../tensor/types.ts';
import type { ParameterShape } from './model.ts';

/** A tensor of a state dict, row-major. */
export interface StateTensor {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** Tensors by their names. */
export type StateDict = Readonly<Record<string, StateTensor>>;

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

/** A parameter's shape in a state dict. */
export function shapeInPytorch({ shape, pytorch }: ParameterShape): Shape {
  const axes = pytorch?.flattened ? [1, 0] : axesOf({ name: '', shape, pytorch });
  const theirs: number[] = [];
  axes.forEach((theirAxis, ourAxis) => (theirs[theirAxis] = shape[ourAxis]));
  return theirs;
}

function axesOf({ shape, pytorch }: ParameterShape): readonly number[] {
  if (pytorch?.axes) return pytorch.axes;
  if (shape.length === 4) return [2, 3, 1, 0];
  if (shape.length === 2) return [1, 0];
  return shape.map((_, axis) => axis);
}

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
 * The flat vector, float64 [d].
 *
 * @param names of the tensors, in the order of the parameters and of the right shapes
 */
export function weightsOfStateDict(
  shapes: readonly ParameterShape[],
  state: StateDict,
  names: readonly string[],
): Float64Array {
  const theta = new Float64Array(shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  let offset = 0;
  shapes.forEach((parameter, at) => {
    const { data } = state[names[at]];
    if (parameter.pytorch?.flattened) {
      const [height, width, channels] = parameter.pytorch.flattened;
      const outputs = parameter.shape[1];
      reorder(data, [height, width, channels, outputs], [2, 3, 1, 0], theta, offset);
    } else reorder(data, parameter.shape, axesOf(parameter), theta, offset);
    offset += sizeOf(parameter.shape);
  });
  return theta;
}

/**
 * Copies an array whose axes are in another order.
 *
 * @param shape of the copy
 * @param axes axis i of the copy is axis `axes[i]` of the array
 */
function reorder(
  values: ArrayLike<number>,
  shape: Shape,
  axes: readonly number[],
  into: Float64Array,
  offset: number,
): void {
  const theirs: number[] = [];
  axes.forEach((theirAxis, ourAxis) => (theirs[theirAxis] = shape[ourAxis]));
  const strides = theirs.map((_, axis) => sizeOf(theirs.slice(axis + 1)));
  const steps = axes.map((axis) => strides[axis]);
  const index = shape.map(() => 0);
  for (let at = 0; at < sizeOf(shape); at++) {
    into[offset + at] = values[index.reduce((sum, i, axis) => sum + i * steps[axis], 0)];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}

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
      requireShape({ name: `${shapes[at].name.replace(/scale$/, '')}${buffer}`, shape: shapes[at].shape }, state, name, file);
      return Array.from(state[name].data);
    });
  return Float32Array.from([...read('running_mean'), ...read('running_var')]);
}

/**
 * Inputs [n, ...inputShape], float64, from a file.
 *
 * @param channelsFirst whether images are [n, channels, height, width], as PyTorch has them
 * @throws ConfigurationError for another shape
 */
export function inputsInOrder(
  { shape, data }: StateTensor,
  inputShape: Shape,
  channelsFirst: boolean,
  where: string,
): Float64Array {
  const ours = [shape[0], ...inputShape];
  const isImage = channelsFirst && inputShape.length === 3;
  const axes = isImage ? [0, 2, 3, 1] : ours.map((_, axis) => axis);
  const expected = isImage ? [ours[0], ours[3], ours[1], ours[2]] : ours;
  if (shape.join() !== expected.join())
    throw new ConfigurationError(
      `${where} is [${shape.join(', ')}]; expected [${['n', ...expected.slice(1)].join(', ')}]${isImage ? ', channels first' : ''}`,
    );
  const x = new Float64Array(sizeOf(shape));
  reorder(data, ours, axes, x, 0);
  return x;
}
