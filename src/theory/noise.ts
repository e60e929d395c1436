/**
 * Covariance of the gradient noise inside one epoch: cov(δg_i, δg_j) = q_g(δ_ij − f). Drawing without replacement makes
 * two batches of an epoch anti-correlated; with f = 1/M the noise of an epoch sums to zero exactly.
 */

/** Noise of one sampler, per unit of the single-batch variance C. */
export interface EpochNoise {
  /** q_g/C = 1/(1−f): C is the variance of a single batch, q_g that of an uncorrelated contribution. */
  readonly scale: number;
  /** f = S/N: the anti-correlation of two batches of one epoch, over q_g. 0 for independent batches. */
  readonly samplingFraction: number;
  /** M(1−Mf): what is left of an epoch's noise when it is summed, over q_g. Exactly 0 for whole epochs. */
  readonly epochExcess: number;
}

/** Noise of independent batches: no correlation. */
export const INDEPENDENT_NOISE: EpochNoise = { scale: 1, samplingFraction: 0, epochExcess: NaN };

/**
 * Noise of batches drawn without replacement within an epoch.
 *
 * @param batchesPerEpoch M, updates per epoch
 * @param samplingFraction f = S/N; 1/M where the batches use up the data (the default), less where a last incomplete
 *   batch is dropped. Within rounding of 1/M it counts as 1/M: the zero sum is what the small variance hangs on.
 * @throws RangeError unless 0 ≤ f ≤ 1/M
 * @see docs/concepts/epoch-noise.md, equation 4
 */
export function epochNoise(batchesPerEpoch: number, samplingFraction = 1 / batchesPerEpoch): EpochNoise {
  const total = samplingFraction * batchesPerEpoch;
  if (Math.abs(total - 1) < 1e-12) {
    return {
      scale: batchesPerEpoch / (batchesPerEpoch - 1),
      samplingFraction: 1 / batchesPerEpoch,
      epochExcess: 0,
    };
  }
  if (!(samplingFraction >= 0 && total < 1))
    throw new RangeError(
      `sampling fraction ${samplingFraction} is not in 0 ≤ f ≤ 1/M = ${1 / batchesPerEpoch}: it is the batch size over the number of samples`,
    );
  return { scale: 1 / (1 - samplingFraction), samplingFraction, epochExcess: batchesPerEpoch * (1 - total) };
}

/**
 * Noise of which a share is independent from batch to batch; what is left is that of an epoch. The same family again: the
 * anti-correlation gets weaker, and the epoch's sum is not zero any more.
 *
 * @param noise of an epoch's batches
 * @param share of the variance of one batch, 0 … 1
 * @see docs/concepts/epoch-noise.md, equation 19
 */
export function withWhiteNoise(noise: EpochNoise, batchesPerEpoch: number, share: number): EpochNoise {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`white share ${share} of the noise is not in 0 … 1`);
  const own = (1 - share) * noise.scale;
  const scale = own + share;
  return {
    scale,
    samplingFraction: (own * noise.samplingFraction) / scale,
    epochExcess: (own * noise.epochExcess + share * batchesPerEpoch) / scale,
  };
}
