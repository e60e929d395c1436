/** Several tests at once. */

/**
 * Holm's (1979) step-down correction: p values such that, whatever truly differs, the chance that any test of the family errs
 * at level α is at most α when those below α are taken for real. Never weaker than Bonferroni's.
 *
 * @returns in the order that was given; NaN stays NaN, and does not count as a test
 */
export function holm(values: readonly number[]): number[] {
  const order = [...values.keys()].filter((i) => !Number.isNaN(values[i])).sort((a, b) => values[a] - values[b]);
  const adjusted = values.map(() => NaN);
  let least = 0;
  order.forEach((i, rank) => {
    least = Math.min(1, Math.max(least, (order.length - rank) * values[i]));
    adjusted[i] = least;
  });
  return adjusted;
}
