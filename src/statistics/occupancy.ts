/** How many different numbers independent draws give: the classical occupancy problem. */

/**
 * Mean and variance of the number of different values among n independent uniform draws of N.
 *
 * Each value is missing with probability q₁ = (1 − 1/N)ⁿ, each two together with q₂ = (1 − 2/N)ⁿ; Feller, An Introduction to
 * Probability Theory, vol. 1, IV.2.
 */
export function differentDraws(draws: number, of: number): { readonly mean: number; readonly variance: number } {
  // In the shape of logarithms: 1 − q₁ and q₂ − q₁² are small where there are few draws.
  const one = draws * Math.log1p(-1 / of);
  const two = draws * Math.log1p(-2 / of);
  const mean = -of * Math.expm1(one);
  const variance = of * (Math.exp(one) - Math.exp(two)) + of ** 2 * Math.exp(2 * one) * Math.expm1(two - 2 * one);
  return { mean, variance: Math.max(0, variance) };
}
