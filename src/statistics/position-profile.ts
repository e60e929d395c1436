/** What a group of directions shows at each position in the epoch, relative to what each is expected to show on average. */

/** [M] each; entry j belongs to the state after j+1 updates of the epoch. */
export interface PositionProfile {
  readonly mean: Float64Array;
  /** Standard error from the scatter between epochs: directions share an epoch's order and do not count. */
  readonly error: Float64Array;
}

/**
 * Mean over a group's directions and over the epochs of θ²/expected, position by position.
 *
 * @param theta e·(θ−θ̄) after every update [K, k], row by row
 * @param directions k
 * @param batchesPerEpoch M
 * @param group indices of the directions, at least one
 * @param expected variance of each direction [k]
 */
export function positionProfile(
  theta: ArrayLike<number>,
  directions: number,
  batchesPerEpoch: number,
  group: readonly number[],
  expected: ArrayLike<number>,
): PositionProfile {
  const epochs = theta.length / directions / batchesPerEpoch;
  const weights = group.map((i) => 1 / (expected[i] * group.length));
  const mean = new Float64Array(batchesPerEpoch);
  const square = new Float64Array(batchesPerEpoch);
  for (let epoch = 0; epoch < epochs; epoch++)
    for (let position = 0; position < batchesPerEpoch; position++) {
      const row = (epoch * batchesPerEpoch + position) * directions;
      let value = 0;
      for (const [at, i] of group.entries()) value += weights[at] * theta[row + i] * theta[row + i];
      mean[position] += value / epochs;
      square[position] += value * value;
    }
  return {
    mean,
    error: square.map((sum, j) => Math.sqrt(Math.max(0, sum / epochs - mean[j] ** 2) / (epochs - 1))),
  };
}
