/** How a path is correlated with itself some steps later. */

/**
 * Autocorrelation of a path about zero: the mean of x_k·x_{k+h} over the K − h pairs there are, over the mean square.
 *
 * The path of a window has the window's mean taken out, which lowers every value by the variance of that mean, little where
 * the window is many correlation times long.
 *
 * @param lags whole numbers 0 ≤ h < K
 * @returns one value a lag; NaN where the path is zero throughout
 */
export function autocorrelation(path: ArrayLike<number>, lags: readonly number[]): number[] {
  const meanProduct = (lag: number) => {
    const pairs = path.length - lag;
    let sum = 0;
    for (let k = 0; k < pairs; k++) sum += path[k] * path[k + lag];
    return sum / pairs;
  };
  const variance = meanProduct(0);
  return lags.map((lag) => meanProduct(lag) / variance);
}

/**
 * About so many lags from 0 to the longest, evenly spaced in their logarithm; every lag at the short end.
 *
 * @returns rising, each once
 */
export function spreadLags(longest: number, count: number): number[] {
  const steps = Array.from({ length: count }, (_, i) => Math.round(longest ** (i / (count - 1))));
  return [...new Set([0, ...steps])].filter((lag) => lag <= longest);
}
