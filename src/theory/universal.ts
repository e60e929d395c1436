/** The crossover as one function of one number, where momentum has been forgotten long before an epoch ends. */

/** Up to here the closed form, which cancels to x/3, is summed as a series: 20 terms are then exact. */
const SERIES_UP_TO = 1;
const TERMS = 20;

/**
 * Weight variance of reshuffled epochs over that of independent batches, in the limit ηλ ≪ 1−β and M ≫ 1/(1−β):
 * f(x) = 1 − 2(x − 1 + e^{−x})/x² with x = Mηλ/(1−β). It is x/3 − x²/12 + … for small x, 0.545 at the crossover x = 3, and
 * 1 − 2/x for large x.
 *
 * A limit, not what runs are held against: good to 3 % for β = 0.9 and M = 1000, only to 30 % for M = 100.
 *
 * @param x ≥ 0
 * @see docs/concepts/epoch-noise.md, "The crossover"
 */
export function universalSuppression(x: number): number {
  if (x > SERIES_UP_TO) return 1 - (2 * (x + Math.expm1(-x))) / (x * x);
  // −2 Σ_{j≥1} (−x)^j/(j+2)!, from the smallest term to the largest.
  let sum = 0;
  for (let j = TERMS; j >= 1; j--) sum = (1 + sum) * (-x / (j + 2));
  return -sum;
}
