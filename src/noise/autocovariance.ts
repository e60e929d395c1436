/** The noise's autocovariance over lags, averaged over directions: the sign of an epoch that visits every sample once. */
import type { Report } from '../progress.ts';

export interface Autocovariance {
  /** 0 … 2M. */
  readonly lags: Int32Array;
  /** Over all pairs of updates, divided by each direction's lag 0, averaged over directions. */
  readonly value: Float64Array;
  /** Standard error of `value`, from the scatter between epochs: directions share the permutations and do not count. */
  readonly error: Float64Array;
}

/**
 * @param noise batch gradient minus full gradient along each direction, in the order of the updates [updates, k]
 */
export async function autocovariance(
  noise: Float64Array,
  k: number,
  batchesPerEpoch: number,
  report: Report,
): Promise<Autocovariance> {
  const updates = noise.length / k;
  const largest = Math.min(2 * batchesPerEpoch, updates - 1);
  const epochs = Math.ceil(updates / batchesPerEpoch);
  // Sums over pairs by the epoch of the earlier update, so that the scatter between epochs can be had.
  const sums = new Float64Array(epochs * (largest + 1));
  const series = new Float64Array(updates);
  let counted = 0;
  for (let i = 0; i < k; i++) {
    let square = 0;
    for (let update = 0; update < updates; update++) {
      series[update] = noise[update * k + i];
      square += series[update] * series[update];
    }
    await report(i + 1, k);
    if (!(square > 0)) continue;
    counted++;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const first = epoch * batchesPerEpoch;
      const end = Math.min(first + batchesPerEpoch, updates);
      for (let lag = 0; lag <= largest; lag++) {
        let sum = 0;
        for (let update = first; update < Math.min(end, updates - lag); update++)
          sum += series[update] * series[update + lag];
        sums[epoch * (largest + 1) + lag] += (sum * updates) / square;
      }
    }
  }
  const lags = Int32Array.from({ length: largest + 1 }, (_, lag) => lag);
  const value = new Float64Array(largest + 1);
  const error = new Float64Array(largest + 1);
  for (let lag = 0; lag <= largest; lag++) {
    let total = 0;
    for (let epoch = 0; epoch < epochs; epoch++) total += sums[epoch * (largest + 1) + lag];
    value[lag] = total / counted / (updates - lag);
    if (lag === 0) continue;
    // Each epoch's own estimate, from the epochs that have all their pairs.
    const estimates: number[] = [];
    for (let epoch = 0; (epoch + 1) * batchesPerEpoch + lag <= updates; epoch++)
      estimates.push(sums[epoch * (largest + 1) + lag] / counted / batchesPerEpoch);
    error[lag] = standardError(estimates);
  }
  return { lags, value, error };
}

function standardError(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(square / (values.length - 1) / values.length);
}

/**
 * The noise along a recorded trajectory. The update v_k = βv_{k−1} − ηg_k gives the batch's gradient back exactly; what
 * the quadratic model says of the full gradient at θ_{k−1} is taken off.
 *
 * @param theta θ − θ̄ along the directions after every update [updates, k]
 * @param velocity v likewise
 * @param opening both before the first update [k]
 * @param gradient e·∇L(θ̄) [k]
 */
export function noiseAlongTrajectory(
  { theta, velocity }: { theta: ArrayLike<number>; velocity: ArrayLike<number> },
  opening: { theta: ArrayLike<number>; velocity: ArrayLike<number> },
  {
    eigenvalues,
    gradient,
    learningRate,
    momentum,
  }: { eigenvalues: Float64Array; gradient: Float64Array; learningRate: number; momentum: number },
): Float64Array {
  const k = eigenvalues.length;
  const noise = new Float64Array(velocity.length);
  for (let at = 0; at < velocity.length; at++) {
    const i = at % k;
    const before = at < k ? opening.theta[i] : theta[at - k];
    const velocityBefore = at < k ? opening.velocity[i] : velocity[at - k];
    noise[at] = (momentum * velocityBefore - velocity[at]) / learningRate - gradient[i] - eigenvalues[i] * before;
  }
  return noise;
}
