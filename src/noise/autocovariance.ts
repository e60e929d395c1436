/** The noise's autocovariance over lags, averaged over directions: the sign of an epoch that visits every sample once. */
import type { Report } from '../progress.ts';
import { AT_THE_END, type Checkpoint, noCheckpoint } from '../store/checkpoint.ts';
import { requireTensor } from '../store/safetensors.ts';
import type { Backend } from '../tensor/backend.ts';
import { real } from '../tensor/types.ts';

/** The autocovariance by lags [2M+1], in units of the variance. */
export interface Autocovariance {
  /** 0 … 2M. */
  readonly lags: Int32Array;
  /** Over all pairs of updates, divided by each direction's lag 0, averaged over directions. */
  readonly value: Float64Array;
  /** Standard error of `value`, from the scatter between epochs: directions share the permutations and do not count. */
  readonly error: Float64Array;
}

/**
 * Sums over pairs of updates are those of the diagonals of an epoch's rows times the rows that follow, one native product an
 * epoch.
 *
 * @param noise batch gradient minus full gradient along each direction, in the order of the updates [updates, k]
 * @param backend of the products: float64 where it can be had
 * @param checkpoint where the sums of the epochs that are done are kept
 */
export async function autocovariance(
  noise: Float64Array,
  k: number,
  batchesPerEpoch: number,
  backend: Backend,
  report: Report,
  checkpoint: Checkpoint = noCheckpoint,
): Promise<Autocovariance> {
  const updates = noise.length / k;
  const largest = Math.min(2 * batchesPerEpoch, updates - 1);
  const epochs = Math.ceil(updates / batchesPerEpoch);
  const { scale, counted } = perDirection(noise, k);
  // Sums over pairs by the epoch of the earlier update, so that the scatter between epochs can be had.
  const known = checkpoint.load();
  const sums = known ? requireTensor(known, 'sums', 'F64').data : new Float64Array(epochs * (largest + 1));
  // Rows beyond the last update are zero: they belong to no pair.
  const reach = batchesPerEpoch + largest;
  const array = backend.precision === 'float32' ? Float32Array : Float64Array;
  const rows = new array(reach * k);
  const product = backend.compile(
    (all) => [
      backend.ops.matMul(backend.ops.slice(all as never, [0, 0], [batchesPerEpoch, k]), all as never, false, true),
    ],
    [real(reach, k)],
  );
  try {
    for (let epoch = Number(known?.metadata.epochs ?? 0); epoch < epochs; epoch++) {
      const first = epoch * batchesPerEpoch;
      const end = Math.min(first + reach, updates);
      rows.fill(0);
      for (let at = first * k; at < end * k; at++) rows[at - first * k] = noise[at] * scale[at % k];
      const [pairs] = await product.run(rows);
      for (let row = 0; row < batchesPerEpoch; row++)
        for (let lag = 0; lag <= largest; lag++) sums[epoch * (largest + 1) + lag] += pairs[row * reach + row + lag];
      if (checkpoint.isDue(epoch + 1 === epochs ? AT_THE_END : 1))
        checkpoint.save({ sums: { shape: [sums.length], data: sums } }, { epochs: epoch + 1 });
      await report(epoch + 1, epochs);
    }
  } finally {
    product.dispose();
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

/** What brings every direction's mean square to 1, and how many have one. */
function perDirection(noise: Float64Array, k: number): { readonly scale: Float64Array; readonly counted: number } {
  const squares = new Float64Array(k);
  for (let at = 0; at < noise.length; at++) squares[at % k] += noise[at] * noise[at];
  const updates = noise.length / k;
  return {
    scale: squares.map((square) => (square > 0 ? Math.sqrt(updates / square) : 0)),
    counted: squares.filter((square) => square > 0).length,
  };
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
