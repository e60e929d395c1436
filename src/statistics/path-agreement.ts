/** How much of a path another one explains. */

/**
 * R² = 1 − Var(x − x̂)/Var(x) of each direction's path, the mean of either taken off; 1 where they run alike, below 0 where
 * the other one explains less than a constant would.
 *
 * @param path x [K, k], row by row
 * @param model x̂ likewise
 * @param directions k
 * @returns [k]; NaN where nothing moves
 */
export function explainedShare(path: ArrayLike<number>, model: ArrayLike<number>, directions: number): Float64Array {
  const updates = path.length / directions;
  const zeros = () => new Float64Array(directions);
  const [sum, square, offSum, offSquare] = [zeros(), zeros(), zeros(), zeros()];
  for (let at = 0; at < path.length;)
    for (let i = 0; i < directions; i++, at++) {
      const off = path[at] - model[at];
      sum[i] += path[at];
      square[i] += path[at] * path[at];
      offSum[i] += off;
      offSquare[i] += off * off;
    }
  return square.map((value, i) => {
    const variance = value - sum[i] ** 2 / updates;
    return 1 - (offSquare[i] - offSum[i] ** 2 / updates) / variance;
  });
}
