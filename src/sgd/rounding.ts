/** The floor that float32 arithmetic puts under a measured variance. */

/**
 * Variance along a direction that rounding θ + v to float32 adds to every step: Σ eᵢ² ulp(θᵢ)²/12, for rounding errors
 * that are uniform and independent. It is held against the velocity variance. What rounding v itself adds is smaller by
 * (v/θ)² and left out.
 *
 * @param theta the weights that are rounded [d]
 * @param direction a unit vector [d]
 */
export function roundingFloor(theta: ArrayLike<number>, direction: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < theta.length; i++) sum += direction[i] ** 2 * unitInTheLastPlace(theta[i]) ** 2;
  return sum / 12;
}

/** Distance from a float32 number to the next larger one in magnitude. */
export function unitInTheLastPlace(value: number): number {
  const magnitude = Math.abs(Math.fround(value));
  if (magnitude < 2 ** -126) return 2 ** -149;
  const exponent = Math.floor(Math.log2(magnitude));
  // log2 may round up just below a power of two.
  return 2 ** ((2 ** exponent > magnitude ? exponent - 1 : exponent) - 23);
}
