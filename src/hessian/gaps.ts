/** How far computed eigendirections may be turned into each other. */

/**
 * Residual over gap of each pair: a bound of the sine of the angle between the vector and its eigendirection (Davis &
 * Kahan 1970, SIAM J. Numer. Anal. 7, 1). The gap is the distance to the nearest other computed eigenvalue. Where the ratio is
 * not small, the vectors of a cluster of eigenvalues span the right space, but each is a mixture of its directions.
 *
 * @param eigenvalues [k], in any order
 * @param residuals ‖Hv−λv‖ [k]
 * @param beyond further eigenvalues, or approximations of them, whose vectors were not asked for
 * @returns [k]; 0 where there is no other eigenvalue, and for a pair without residual; ∞ at gap 0
 */
export function residualOverGap(
  eigenvalues: Float64Array,
  residuals: Float64Array,
  beyond: ArrayLike<number> = [],
): Float64Array {
  const all = new Float64Array(eigenvalues.length + beyond.length);
  all.set(eigenvalues);
  all.set(beyond, eigenvalues.length);
  all.sort();
  return residuals.map((residual, i) => {
    if (residual === 0) return 0;
    const value = eigenvalues[i];
    // Equal values stand side by side: the gap is 0 where there are two.
    const at = lowerBound(all, value);
    const below = at > 0 ? value - all[at - 1] : Infinity;
    const above = at + 1 < all.length ? all[at + 1] - value : Infinity;
    return residual / Math.min(below, above);
  });
}

/** The first index at which a sorted list is not below a value. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
