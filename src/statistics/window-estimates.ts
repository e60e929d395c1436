/** Variances of a recorded window that drift disturbs less than it does the plain one. */

/** What a window of whole epochs shows along k directions, [k] each. */
export interface WindowEstimates {
  /** Mean square about the mean of each epoch. */
  readonly withinEpochs: Float64Array;
  /** Mean square about the straight line through the window. */
  readonly withoutTrend: Float64Array;
  /** Mean square of the first and of the last ⌊n/2⌋ epochs about their own mean. */
  readonly halves: readonly [Float64Array, Float64Array];
  /** Mean of the last ⌊n/2⌋ epochs less that of the first. */
  readonly shift: Float64Array;
}

/**
 * @param theta e·(θ−θ̄) after every update [K, k], row by row
 * @param directions k
 * @param batchesPerEpoch M; K is n ≥ 2 times as much
 * @throws RangeError unless the window is two or more whole epochs
 */
export function windowEstimates(
  theta: ArrayLike<number>,
  directions: number,
  batchesPerEpoch: number,
): WindowEstimates {
  const updates = theta.length / directions;
  const epochs = updates / batchesPerEpoch;
  if (!(Number.isInteger(epochs) && epochs >= 2))
    throw new RangeError(`a window of ${updates} updates is not two or more whole epochs of ${batchesPerEpoch}`);
  const half = Math.floor(epochs / 2);
  const zeros = () => new Float64Array(directions);
  const [all, tilted, squares, epochSum, sharpSquares] = [zeros(), zeros(), zeros(), zeros(), zeros()];
  const sums = [zeros(), zeros()] as const;
  const halfSquares = [zeros(), zeros()] as const;
  const centre = (updates - 1) / 2;
  let at = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    epochSum.fill(0);
    const part = epoch < half ? 0 : epoch >= epochs - half ? 1 : undefined;
    for (let position = 0; position < batchesPerEpoch; position++) {
      const time = epoch * batchesPerEpoch + position - centre;
      for (let i = 0; i < directions; i++, at++) {
        const value = theta[at];
        const square = value * value;
        epochSum[i] += value;
        tilted[i] += time * value;
        squares[i] += square;
        if (part !== undefined) halfSquares[part][i] += square;
      }
    }
    for (let i = 0; i < directions; i++) {
      all[i] += epochSum[i];
      sharpSquares[i] -= (epochSum[i] * epochSum[i]) / batchesPerEpoch;
      if (part !== undefined) sums[part][i] += epochSum[i];
    }
  }
  const spread = (updates * (updates * updates - 1)) / 12; // Σ (t−t̄)²
  const inHalf = half * batchesPerEpoch;
  const halfVariance = (part: 0 | 1) =>
    halfSquares[part].map((square, i) => square / inHalf - (sums[part][i] / inHalf) ** 2);
  return {
    withinEpochs: squares.map((square, i) => (square + sharpSquares[i]) / updates),
    withoutTrend: squares.map((square, i) => (square - all[i] ** 2 / updates - tilted[i] ** 2 / spread) / updates),
    halves: [halfVariance(0), halfVariance(1)],
    shift: sums[1].map((sum, i) => (sum - sums[0][i]) / inHalf),
  };
}
