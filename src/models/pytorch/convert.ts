/**
 * Numbers of a PyTorch state dict in this program's order: convolution kernels [out, in, height, width] become [height, width,
 * in, out], dense weights [out, in] become [in, out], and the inputs of a dense layer that follows an image go from channels
 * first to channels last. Vectors stay as they are.
 */
import { ConfigurationError } from '../../errors.ts';
import { type Shape, sizeOf } from '../../tensor/types.ts';
import type { ParameterShape } from '../model.ts';

/** A tensor of a state dict, row-major. */
export interface StateTensor {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** Tensors by their names. */
export type StateDict = Readonly<Record<string, StateTensor>>;

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
