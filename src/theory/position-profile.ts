/** What a window shows at each position in the epoch: the mean over its epochs of the squared distance from its own mean. */
import { functionalMoments } from './functional.ts';
import { runProcesses, type Process } from './process.ts';
import { checkWindow, type WindowOptions } from './window.ts';

/**
 * Prepares the profiles of the directions of one run. Entry j belongs to the state after j+1 updates of an epoch; the mean
 * of the entries is the window's variance.
 *
 * @param options the run and its window of whole epochs, opened at an epoch boundary; not shuffle-once, whose expected
 *   profile is flat
 * @returns a function from the eigenvalue, and the share of the noise that is white, to the variances by position [M] per
 *   unit noise variance; null where there is no prediction
 * @see docs/concepts/epoch-noise.md, equation 29
 */
export function positionPredictor(
  options: WindowOptions,
): (eigenvalue: number, whiteShare?: number) => Float64Array | null {
  checkWindow(options);
  const { batchesPerEpoch, updates, sampler } = options;
  if (sampler === 'shuffle-once') return () => null;
  const processOf = runProcesses(options);
  return (eigenvalue, whiteShare) => {
    const process = processOf(eigenvalue, whiteShare);
    return process && process.position === 0 ? profile(process, batchesPerEpoch, updates) : null;
  };
}

/** E(θ_k − θ̄)² = P_k − 2cov(θ_k, θ̄) + Var θ̄, averaged over the epochs. */
function profile(process: Process, length: number, updates: number): Float64Array {
  const mean = functionalMoments(process, new Float64Array(updates).fill(1 / updates));
  const squares = weightVariances(process, updates);
  const byPosition = new Float64Array(length);
  const share = process.strength / Math.ceil(updates / length);
  for (let k = 0; k < updates; k++)
    byPosition[k % length] += share * (squares[k] - 2 * mean.covariance[k] + mean.variance);
  return byPosition;
}

/**
 * P_k, the weight's variance after every update [K], in units of the strength, update by update.
 *
 * @see docs/concepts/epoch-noise.md, equation 17
 */
function weightVariances({ rule, epochs, opening }: Process, updates: number): Float64Array {
  const { momentum } = rule;
  const step = rule.learningRate * rule.eigenvalue;
  const fraction = epochs.noise.samplingFraction;
  const kick = 1 - fraction;
  const variances = new Float64Array(updates);
  let [theta, cross, velocity] = [opening[0], opening[1], opening[4]];
  // Responses to a kick, summed over the updates of the epoch so far: the covariance with the epoch's next kick.
  let [sumTheta, sumVelocity, kickTheta, kickVelocity] = [0, 0, 1, 1];
  for (let k = 0; k < updates; k++) {
    if (k % epochs.epochLength === 0) [sumTheta, sumVelocity, kickTheta, kickVelocity] = [0, 0, 1, 1];
    const [withTheta, withVelocity] = [-fraction * sumTheta, -fraction * sumVelocity];
    // A P Aᵀ of the old state, then the new kick, and twice its covariance with the state it meets.
    const stay = 1 - step;
    const newVelocity = step * step * theta - 2 * step * momentum * cross + momentum * momentum * velocity;
    const newCross = -step * stay * theta + momentum * (1 - 2 * step) * cross + momentum * momentum * velocity;
    const newTheta = stay * stay * theta + 2 * stay * momentum * cross + momentum * momentum * velocity;
    const metTheta = stay * withTheta + momentum * withVelocity;
    const metVelocity = -step * withTheta + momentum * withVelocity;
    theta = newTheta + kick + 2 * metTheta;
    cross = newCross + kick + metTheta + metVelocity;
    velocity = newVelocity + kick + 2 * metVelocity;
    variances[k] = theta;
    sumTheta += kickTheta;
    sumVelocity += kickVelocity;
    kickVelocity = momentum * kickVelocity - step * kickTheta;
    kickTheta += kickVelocity;
  }
  return variances;
}
