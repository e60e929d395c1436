/**
 * Networks with batch normalisation. As they are trained, a sample's outputs depend on the other samples of its batch, so
 * that neither gradient noise nor Hessian is a sum over samples. With the statistics frozen they are plain networks.
 */
import type { Ops } from '../tensor/ops.ts';
import type { Tensor } from '../tensor/types.ts';
import type { Model } from './model.ts';
import { batchNorm, type ChannelStatistics, frozenBatchNorm, type Normaliser } from './normalisation.ts';

/** The forms of one network; its parameters are the same in all of them. */
export interface BatchNorm {
  /** With means and variances of the batch itself: for training only. */
  readonly training: Model;
  /** Channels of all normalised layers together, C. */
  readonly channels: number;
  /** Means, then variances [2·C], layer after layer, of a batch x [n, ...inputShape] that goes through `training`. */
  statistics(ops: Ops, parameters: readonly Tensor[], x: Tensor): Tensor;
  /** With given means and variances [2·C] for constants. */
  freeze(statistics: Float32Array): Model;
}

/**
 * The network frozen at means 0 and variances 1, as it is before any training. `batchNorm` of it has the other forms.
 *
 * @param channels of every normalised layer, in their order
 * @param forwardWith the forward function, given what follows the convolutions
 */
export function withBatchNorm(
  parts: Omit<Model, 'forward'>,
  channels: readonly number[],
  forwardWith: (normaliser: Normaliser) => Model['forward'],
): Model {
  const total = channels.reduce((sum, count) => sum + count, 0);
  const forms: BatchNorm = {
    training: { ...parts, forward: forwardWith(batchNorm()), couplesSamples: true },
    channels: total,
    statistics(ops, parameters, x) {
      const layers: ChannelStatistics[] = [];
      forwardWith(batchNorm((found, layer) => (layers[layer] = found)))(ops, parameters, x);
      return ops.concat([...layers.map(({ mean }) => mean), ...layers.map(({ variance }) => variance)] as never);
    },
    freeze(statistics) {
      if (statistics.length !== 2 * total)
        throw new RangeError(`${statistics.length} batch statistics for ${total} channels; expected ${2 * total}`);
      const firsts = channels.map((_, layer) => channels.slice(0, layer).reduce((sum, count) => sum + count, 0));
      const constant = (ops: Ops, first: number, count: number) =>
        ops.tensor(statistics.slice(first, first + count), [count]);
      const frozen = frozenBatchNorm((ops, layer) => ({
        mean: constant(ops, firsts[layer], channels[layer]),
        variance: constant(ops, total + firsts[layer], channels[layer]),
      }));
      return { ...parts, forward: forwardWith(frozen), batchNorm: forms };
    },
  };
  return forms.freeze(new Float32Array(2 * total).fill(1, total));
}
