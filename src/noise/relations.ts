/** How the noise's covariance lies to the Hessian: whether the two commute, and how much directions have in common. */

/** What the covariance of the noise between directions says, its own sampling error taken off. */
export interface NoiseRelations {
  /**
   * ‖CH − HC‖ / (√2 ‖C‖ ‖H‖) in the computed subspace, Frobenius norms, H without L2: 0 where the two share their
   * eigenvectors, at most 1 (Böttcher & Wenzel 2008). Sampling alone would give `commutatorFloor`.
   */
  readonly commutator: number;
  readonly commutatorFloor: number;
  /** Root mean square of the correlation of two directions' noise, and what sampling alone would give. */
  readonly correlation: number;
  readonly correlationFloor: number;
  /** How many independent batches the covariance is worth. */
  readonly batches: number;
}

/**
 * The covariance estimate of n independent Gaussian vectors scatters by E(Ĉ_ij − C_ij)² = (C_iiC_jj + C_ij²)/n; what it adds to
 * sums of squares is taken off, and may leave less than nothing, which is told as 0.
 *
 * @param covariance of one batch's gradient along the directions [k, k], symmetric
 * @param curvatures λ − μ [k]
 * @param batches n: independent batches behind it (M−1 for every epoch without replacement)
 */
export function noiseRelations(
  covariance: Float64Array | Float32Array,
  curvatures: ArrayLike<number>,
  batches: number,
): NoiseRelations {
  const k = curvatures.length;
  let [commutator, commutatorNoise, square, squareNoise, curvature] = [0, 0, 0, 0, 0];
  let [correlation, pairs] = [0, 0];
  for (let i = 0; i < k; i++) {
    curvature += curvatures[i] ** 2;
    for (let j = 0; j < k; j++) {
      const entry = covariance[i * k + j];
      const own = covariance[i * k + i] * covariance[j * k + j];
      // Both of E Ĉ² = C² + (own + C²)/n and own's expectation are good to 1/n.
      const noise = (own + entry * entry) / (batches + 1);
      const gap = curvatures[i] - curvatures[j];
      commutator += (entry * gap) ** 2;
      commutatorNoise += noise * gap * gap;
      square += entry * entry;
      squareNoise += noise;
      if (i === j || !(own > 0)) continue;
      correlation += (entry * entry) / own;
      pairs++;
    }
  }
  const scale = 2 * Math.max(square - squareNoise, 0) * curvature;
  const root = (value: number) => Math.sqrt(Math.max(value, 0));
  return {
    commutator: root((commutator - commutatorNoise) / scale),
    commutatorFloor: root(commutatorNoise / scale),
    correlation: pairs === 0 ? NaN : root(correlation / pairs - 1 / batches),
    correlationFloor: pairs === 0 ? NaN : root(1 / batches),
    batches,
  };
}
