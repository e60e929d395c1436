/** What a model is: shapes of its parameters and a pure forward function. Parameters live as one flat vector [d]. */
import { ConfigurationError } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import type { Ops } from '../tensor/ops.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor/types.ts';
import type { BatchNorm } from './batch-norm.ts';

/** One parameter tensor. Convolution kernels are [height, width, in, out], dense weights [in, out]. */
export interface ParameterShape {
  readonly name: string;
  readonly shape: Shape;
  /** What all of it is at initialisation; without it vectors are 0, and weights random. */
  readonly initial?: number;
  /** How the same parameter looks in a PyTorch state dict, where that is not what its axes tell. */
  readonly pytorch?: PytorchParameter;
}

/** A parameter as PyTorch keeps it. What is left out is found out, from names and shapes. */
export interface PytorchParameter {
  /** Its name in the state dict. */
  readonly name?: string;
  /**
   * Axis i of ours is axis `axes[i]` of PyTorch's. Unless said otherwise [2, 3, 1, 0] for convolution kernels, [1, 0] for
   * dense weights, and the same order for all others.
   */
  readonly axes?: readonly number[];
  /** [height, width, channels] of the image that is flattened to a dense layer's inputs: PyTorch flattens channels first. */
  readonly flattened?: Shape;
}

/** A network as a pure function of its parameters. */
export interface Model {
  readonly name: string;
  /** In the order of the flat vector: a layer's bias after its weights. */
  readonly shapes: readonly ParameterShape[];
  /** Outputs of all layers for one sample: what a chunk of samples costs in memory. */
  readonly unitsPerSample: number;
  /** Logits or regression outputs [n, outputs] for inputs [n, ...inputShape]. Pure; written in the given ops only. */
  forward(ops: Ops, parameters: readonly Tensor[], x: Tensor): Tensor;
  /** Weights before training, float64 [d], where the model has a way of its own. */
  readonly initialise?: (random: RandomStream) => Float64Array;
  /** Set where a sample's outputs depend on the other samples of a batch: for training only. */
  readonly couplesSamples?: true;
  /** Of a network with batch normalisation, which this is with the statistics frozen: how it is trained, and frozen anew. */
  readonly batchNorm?: BatchNorm;
}

/** What follows a layer. */
export type Activation = 'tanh' | 'relu' | 'softplus';

/** Where a parameter lies in the flat vector. */
export interface ParameterPlace extends ParameterShape {
  readonly offset: number;
}

/** Names, shapes and offsets of all parameters, as stored beside the weights. */
export function places(shapes: readonly ParameterShape[]): ParameterPlace[] {
  let offset = 0;
  return shapes.map(({ name, shape }) => {
    const place = { name, shape, offset };
    offset += sizeOf(shape);
    return place;
  });
}

/** Number of parameters d. */
export function parameterCount({ shapes }: Pick<Model, 'shapes'>): number {
  return shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Cuts the flat vector [d] into the model's parameters; one op, so that gradients are concatenated once. */
export function split(ops: Ops, { shapes }: Pick<Model, 'shapes'>, flat: Tensor): Tensor[] {
  if (shapes.length === 1) return [ops.reshape(flat, [...shapes[0].shape])];
  const parts = ops.split(
    flat,
    shapes.map(({ shape }) => sizeOf(shape)),
  );
  return parts.map((part, index) => ops.reshape(part, [...shapes[index].shape]));
}

/**
 * Random weights, float64 [d]: normal with variance 1/fan-in (LeCun 1998), biases 0, scales of a normalisation 1. For relu
 * the variance is twice that (He 2015).
 *
 * @param random the stream of the run's seed for this purpose
 */
export function initialWeights(
  { shapes }: Pick<Model, 'shapes'>,
  activation: Activation,
  random: RandomStream,
): Float64Array {
  const gain = activation === 'relu' ? 2 : 1;
  const weights = new Float64Array(shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  for (const [index, { shape, offset }] of places(shapes).entries()) {
    const { initial } = shapes[index];
    if (initial !== undefined) weights.fill(initial, offset, offset + sizeOf(shape));
    if (initial !== undefined || shape.length < 2) continue;
    const scale = Math.sqrt(gain / sizeOf(shape.slice(0, -1)));
    for (let index = 0; index < sizeOf(shape); index++) weights[offset + index] = scale * random.normal();
  }
  return weights;
}

/**
 * Weights that scatter about given ones, e.g. a student's about the teacher's.
 *
 * @param spread standard deviation of the scatter
 * @throws ConfigurationError when the lengths differ
 */
export function weightsNear(centre: Float64Array, size: number, spread: number, random: RandomStream): Float64Array {
  if (centre.length !== size)
    throw new ConfigurationError(
      `model.initialisation is teacher, but the teacher has ${centre.length} parameters and the model ${size}: give both the same layers`,
    );
  return centre.map((value) => value + spread * random.normal());
}

/** The activation of every entry. */
export function activate(ops: Ops, activation: Activation, x: Tensor): Tensor {
  return ops[activation](x);
}

/** x·W + b. */
export function dense(ops: Ops, x: Tensor, weights: Tensor, bias: Tensor): Tensor {
  return ops.add(ops.matMul(x as never, weights as never), bias);
}
