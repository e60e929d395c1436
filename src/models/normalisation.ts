/**
 * What follows a convolution in place of its bias: the outputs [n, height, width, channels] are brought to mean 0 and
 * variance 1, then to a learned scale and shift. Whose mean and variance these are makes the difference.
 */
import type { Ops } from '../tensor/ops.ts';
import type { Tensor } from '../tensor/types.ts';

/** What follows every convolution of a network. */
export interface Normaliser {
  /** Its parameters, one number a channel each, and what they are at initialisation. */
  readonly parameters: readonly { readonly name: string; readonly initial: number }[];
  /**
   * The convolution's outputs, normalised, as a sum, so that what else is added may come between.
   *
   * @param convolve the outputs [n, height, width, channels] of the convolution with a kernel
   * @param own the parameters of this layer [channels]
   * @param layer which of the network's convolutions it is, from 0
   */
  apply(
    ops: Ops,
    convolve: (kernel: Tensor) => Tensor,
    kernel: Tensor,
    own: readonly Tensor[],
    layer: number,
  ): Normalised;
}

/** Outputs [n, height, width, channels] as scaled + offset. */
export interface Normalised {
  readonly scaled: Tensor;
  /** [channels] or [n, 1, 1, channels] */
  readonly offset: Tensor;
}

/** Means and variances [channels] of one layer's outputs. */
export interface ChannelStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Added to every variance, as PyTorch does. */
const EPSILON = 1e-5;

const SCALE_AND_SHIFT = [
  { name: 'scale', initial: 1 },
  { name: 'shift', initial: 0 },
] as const;

/**
 * No normalisation: a bias, and where a layer ends a branch of a residual network, the outputs divided by a number.
 *
 * @param divisorOf of a layer; whole numbers, which are the same in both precisions
 */
export function bias(divisorOf: (layer: number) => number): Normaliser {
  return {
    parameters: [{ name: 'bias', initial: 0 }],
    apply(ops, convolve, kernel, [own], layer) {
      const divisor = divisorOf(layer);
      const divided = (values: Tensor) => (divisor === 1 ? values : ops.div(values, ops.scalar(divisor)));
      return { scaled: convolve(divided(kernel)), offset: divided(own) };
    },
  };
}

/**
 * Group normalisation (Wu & He 2018, arXiv 1803.08494): every sample by itself, over the places and the channels of a
 * group. Few passes over the array: one for the sums, two for the squares, two for the result. The variance is that of a
 * mean square less a squared mean; of a convolution's outputs little cancels in it.
 *
 * @param groups divides the channels of every layer; a group's channels lie side by side
 */
export function groupNorm(groups: number): Normaliser {
  return {
    parameters: SCALE_AND_SHIFT,
    apply(ops, convolve, kernel, [scale, shift]) {
      const x = convolve(kernel);
      const [samples, height, width, channels] = x.shape as [number, number, number, number];
      const places = ops.reshape(x, [samples, height * width, channels]);
      const sameGroup = blockOfOnes(ops, channels, channels / groups);
      const count = ops.scalar((height * width * channels) / groups);
      const meanOf = (values: Tensor) => ops.div(ops.matMul(ops.sum(values, 1) as never, sameGroup as never), count);
      const mean = meanOf(places);
      const variance = ops.sub(meanOf(ops.square(places)), ops.square(mean));
      const [factor, offset] = factorAndOffset(ops, { mean, variance }, scale, shift);
      const scaled = ops.mul(places, ops.reshape(factor, [samples, 1, channels]));
      return { scaled: ops.reshape(scaled, x.shape), offset: ops.reshape(offset, [samples, 1, 1, channels]) };
    },
  };
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015, arXiv 1502.03167) as in training: over the places and the samples of the batch.
 *
 * @param note told the statistics of every layer
 */
export function batchNorm(note: (statistics: ChannelStatistics, layer: number) => void = () => {}): Normaliser {
  return {
    parameters: SCALE_AND_SHIFT,
    apply(ops, convolve, kernel, [scale, shift], layer) {
      const x = convolve(kernel);
      const rows = ops.reshape(x, [-1, x.shape[3]!]);
      const mean = ops.mean(rows, 0);
      const variance = ops.sub(ops.mean(ops.square(rows), 0), ops.square(mean));
      note({ mean, variance }, layer);
      const [factor, offset] = factorAndOffset(ops, { mean, variance }, scale, shift);
      return { scaled: ops.mul(x, factor), offset };
    },
  };
}

/**
 * Batch normalisation with statistics that are given: a factor and an offset a channel. The kernel takes the factor, so
 * that no pass over the outputs is left but the bias.
 */
export function frozenBatchNorm(statisticsOf: (ops: Ops, layer: number) => ChannelStatistics): Normaliser {
  return {
    parameters: SCALE_AND_SHIFT,
    apply(ops, convolve, kernel, [scale, shift], layer) {
      const [factor, offset] = factorAndOffset(ops, statisticsOf(ops, layer), scale, shift);
      return { scaled: convolve(ops.mul(kernel, factor)), offset };
    },
  };
}

/** (x − mean)/√(variance + ε)·scale + shift as x·factor + offset. */
function factorAndOffset(ops: Ops, { mean, variance }: ChannelStatistics, scale: Tensor, shift: Tensor) {
  const factor = ops.mul(scale, ops.pow(ops.add(variance, ops.scalar(EPSILON)), ops.scalar(-0.5)));
  return [factor, ops.sub(shift, ops.mul(mean, factor))] as const;
}

/** [channels, channels]: 1 where two channels are of the same group. A product with it gives every channel its group's sum. */
function blockOfOnes(ops: Ops, channels: number, size: number): Tensor {
  const groupOf = (channel: number) => Math.floor(channel / size);
  const values = Float32Array.from({ length: channels ** 2 }, (_, at) =>
    groupOf(Math.floor(at / channels)) === groupOf(at % channels) ? 1 : 0,
  );
  return ops.tensor(values, [channels, channels]);
}
