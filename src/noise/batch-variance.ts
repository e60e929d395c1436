/** What a sampler makes of the per-sample variance. See docs/concepts/epoch-noise.md, equation 4. */

/**
 * Variance C of one batch's gradient at fixed weights.
 *
 * Without replacement inside the batch C = (C₀/S)(1−S/N), with C₀ over N−1; of S independent draws C = C₀(1−1/N)/S.
 *
 * @param perSample C₀, the variance over the samples, over N−1
 */
export function batchVariance(
  perSample: number,
  { samples, batchSize, withReplacement }: { samples: number; batchSize: number; withReplacement: boolean },
): number {
  return withReplacement
    ? (perSample * (1 - 1 / samples)) / batchSize
    : (perSample / batchSize) * (1 - batchSize / samples);
}

/** C₀ from the variance of a batch drawn without replacement: the inverse of `batchVariance`. */
export function perSampleFromBatch(variance: number, samples: number, batchSize: number): number {
  return (variance * batchSize) / (1 - batchSize / samples);
}
