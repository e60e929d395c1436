/**
 * The noise of a fluctuating curvature: what a displacement of the weights within the epoch adds to a batch's gradient. It
 * changes from update to update, so that the epoch does not sum it to zero. See docs/concepts/epoch-noise.md, equation 19.
 */
import type { Report } from '../progress.ts';
import type { Reals } from '../tensor/types.ts';
import { varianceFromEpochs, type BatchGradients } from './batch-gradients.ts';

/** A state of the window, and the mean of the epoch that it belongs to, [d] each. */
export interface Snapshot {
  readonly state: Reals;
  readonly epochMean: Reals;
}

/**
 * Variance of one batch's e·(∇ℓ(θ_snapshot) − ∇ℓ(θ̄_epoch)) along the directions, for batches drawn without replacement:
 * (1/S)(1−S/N)·Var_n of the samples' differences, unbiased, from the scatter of two or more fresh batches about their mean.
 *
 * @param samples of the batches [batches · batchSize], all different
 * @param samplingFraction f = S/N
 * @returns [k]
 */
export async function multiplicativeVariance(
  gradients: BatchGradients,
  { state, epochMean }: Snapshot,
  samples: Int32Array,
  batches: number,
  samplingFraction: number,
  report: Report,
): Promise<Float64Array> {
  const along = await gradients.along(state, samples, report, { lessAt: epochMean });
  return varianceFromEpochs(along, along.length / batches, batches, samplingFraction).variance;
}
