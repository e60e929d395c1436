/** |actual/expected − 1|; NaN, which no tolerance passes, where either is not a number. */
export function relativeError(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}

/** The largest |actual − expected| over the largest |expected|: for profiles that pass near zero. */
export function profileError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return NaN;
  let [worst, scale] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(actual[index] - expected[index]);
    if (!(difference <= worst)) worst = difference;
    scale = Math.max(scale, Math.abs(expected[index]));
  }
  return worst / scale;
}
