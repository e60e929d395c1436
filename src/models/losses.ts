/** Losses, one value a sample [n]. L2 is not among them: it is added exactly, outside the graph. */
import { ConfigurationError } from '../errors.ts';
import type { Ops } from '../tensor/ops.ts';
import type { Reals, Tensor } from '../tensor/types.ts';

/** As the configuration names them. */
export type LossName = 'half-mean-squared-error' | 'binary-cross-entropy' | 'cross-entropy';

/** A loss of one sample, and what it counts as recognised. */
export interface Loss {
  readonly name: LossName;
  /** ℓ_n [n] from the model's outputs and the targets, both [n, outputs]. */
  perSample(ops: Ops, outputs: Tensor, targets: Tensor): Tensor;
  /** Whether a sample counts as recognised; undefined for regression. */
  readonly correct?: (outputs: Reals, targets: Float32Array, sample: number, width: number) => boolean;
}

const halfSquaredError: Loss = {
  name: 'half-mean-squared-error',
  perSample: (ops, outputs, targets) => ops.mul(ops.scalar(0.5), ops.sum(ops.square(ops.sub(outputs, targets)), -1)),
};

const binaryCrossEntropy: Loss = {
  name: 'binary-cross-entropy',
  // −y log σ(z) − (1−y) log(1−σ(z)) = softplus(z) − yz, which does not overflow.
  perSample: (ops, outputs, targets) => ops.sum(ops.sub(ops.softplus(outputs), ops.mul(targets, outputs)), -1),
  correct: (outputs, targets, sample) => outputs[sample] > 0 === targets[sample] > 0.5,
};

const crossEntropy: Loss = {
  name: 'cross-entropy',
  perSample: (ops, outputs, targets) => ops.neg(ops.sum(ops.mul(targets, ops.logSoftmax(outputs)), -1)),
  correct(outputs, targets, sample, width) {
    const first = sample * width;
    let best = first;
    for (let index = first + 1; index < first + width; index++) if (outputs[index] > outputs[best]) best = index;
    return targets[best] > 0.5;
  },
};

/**
 * The loss of a name, for targets of a kind.
 *
 * @param task what the targets are: real numbers, one 0/1 column, or one-hot classes
 * @throws ConfigurationError when loss and targets do not go together
 */
export function lossFor(name: LossName, task: 'regression' | 'binary' | 'classes'): Loss {
  if (name === 'binary-cross-entropy' && task !== 'binary')
    throw new ConfigurationError(
      `loss binary-cross-entropy needs one column of targets 0 or 1, but the data are ${task}: use ${task === 'classes' ? 'cross-entropy' : 'half-mean-squared-error'}`,
    );
  if (name === 'cross-entropy' && task !== 'classes')
    throw new ConfigurationError(
      `loss cross-entropy needs one-hot classes, but the data are ${task}: use ${task === 'binary' ? 'binary-cross-entropy' : 'half-mean-squared-error'}`,
    );
  if (name === 'binary-cross-entropy') return binaryCrossEntropy;
  if (name === 'cross-entropy') return crossEntropy;
  if (task === 'regression') return halfSquaredError;
  // Squared error on classes: the largest output wins; on a binary target the threshold is one half.
  const correct: Loss['correct'] =
    task === 'classes'
      ? crossEntropy.correct
      : (outputs, targets, sample) => outputs[sample] > 0.5 === targets[sample] > 0.5;
  return { ...halfSquaredError, correct };
}
