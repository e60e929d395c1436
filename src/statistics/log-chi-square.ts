/** Mean and variance of the logarithm of a variance estimate: what a least-squares fit to logarithms has to know. */

/** From here on the asymptotic series of ψ and ψ′ are exact to 1e-15. */
const ASYMPTOTIC_FROM = 12;

/** ψ(z) and ψ′(z) by their recurrences up to where the asymptotic series hold (Abramowitz & Stegun 6.3.18, 6.4.12). */
function polygammas(z: number): { readonly digamma: number; readonly trigamma: number } {
  let [down, up] = [0, 0];
  let at = z;
  for (; at < ASYMPTOTIC_FROM; at++) {
    down += 1 / at;
    up += 1 / (at * at);
  }
  const t = 1 / (at * at);
  const digamma =
    Math.log(at) -
    1 / (2 * at) -
    t * (1 / 12 - t * (1 / 120 - t * (1 / 252 - t * (1 / 240 - t * (1 / 132 - t * (691 / 32760 - t / 12))))));
  const trigamma =
    1 / at +
    t / 2 +
    (t / at) * (1 / 6 - t * (1 / 30 - t * (1 / 42 - t * (1 / 30 - t * (5 / 66 - t * (691 / 2730 - (7 * t) / 6))))));
  return { digamma: digamma - down, trigamma: trigamma + up };
}

/**
 * By how much the mean of log s² lies below log σ² where s²/σ² is χ²_ν/ν: ψ(ν/2) − log(ν/2), about −1/ν.
 *
 * @param degreesOfFreedom ν > 0; NaN, where unknown, gives 0: no correction
 */
export function logBias(degreesOfFreedom: number): number {
  if (Number.isNaN(degreesOfFreedom)) return 0;
  return polygammas(degreesOfFreedom / 2).digamma - Math.log(degreesOfFreedom / 2);
}

/** Variance of log s² where s²/σ² is χ²_ν/ν: ψ′(ν/2), about 2/ν. @param degreesOfFreedom ν > 0; NaN gives NaN */
export function logVariance(degreesOfFreedom: number): number {
  return polygammas(degreesOfFreedom / 2).trigamma;
}
