/** The window's moments for each sampler and start: which exact route serves which. */
import { cycleWindow } from './cycle-window.ts';
import { checkOptimiser, isStable, type Sampler, type UpdateRule } from './direction.ts';
import { epochNoise } from './noise.ts';
import { runProcesses } from './process.ts';
import { propagateWindow } from './propagated-window.ts';
import { NO_MOMENTS, type WindowMoments } from './window-moments.ts';

/** Settings of a run and its window, the same for all directions. */
export interface WindowOptions {
  readonly learningRate: number;
  readonly momentum: number;
  /** Updates per epoch M. */
  readonly batchesPerEpoch: number;
  readonly sampler: Sampler;
  /** K, updates of the window; need not be a multiple of M. The window opens at an epoch boundary. */
  readonly updates: number;
  /** `stationary`: long since settled. `rest`: θ = v = 0 in the minimum, `burnInUpdates` before the window. */
  readonly start: 'stationary' | 'rest';
  /** Updates between rest and the window; 0 by default. */
  readonly burnInUpdates?: number;
  /** f = S/N where a last incomplete batch is dropped; 1/M by default. Has no meaning with replacement. */
  readonly samplingFraction?: number;
}

/**
 * Prepares the moments of a window for many eigenvalues.
 *
 * - reshuffle, stationary: from the periodic steady state. For λ ≤ 0 there is none worth the name, and the window is
 *   propagated from rest instead, through `burnInUpdates`.
 * - with-replacement, stationary: λ ≥ 0 only; at λ = 0 the window's variance is finite although the stationary one is not.
 * - shuffle-once, stationary: the limit cycle, expected over the permutation, λ ≥ 0 only.
 * - reshuffle and with-replacement from rest: any λ, unstable ones included.
 * - shuffle-once from rest has no prediction, and none with a white share: its noise repeats itself, all of it.
 *
 * Exact to 1e-10 or better. O(log K) for each direction, and O(M) where the start or the cycle must be solved for. A
 * direction that runs away beyond 1e308 within the window gives NaN.
 *
 * @returns a function from the eigenvalue, and the share of the noise that is white (0 by default, see process.ts), to the
 *   moments per unit noise variance; all NaN where there is no prediction
 * @throws RangeError for settings outside the theory, a window that is not a whole number ≥ 1 of updates, a burn-in that
 *   is not a whole number ≥ 0, or a sampling fraction outside 0 ≤ f ≤ 1/M
 * @see docs/concepts/epoch-noise.md, equations 14 to 18
 */
export function windowPredictor(options: WindowOptions): (eigenvalue: number, whiteShare?: number) => WindowMoments {
  checkWindow(options);
  const { learningRate, momentum, batchesPerEpoch, sampler, updates, start } = options;
  if (sampler === 'shuffle-once') {
    if (start === 'rest') return () => NO_MOMENTS;
    const noise = epochNoise(batchesPerEpoch, options.samplingFraction);
    return (eigenvalue, whiteShare = 0) => {
      const rule: UpdateRule = { learningRate, momentum, eigenvalue };
      return isStable(rule) && whiteShare === 0 ? cycleWindow(rule, batchesPerEpoch, noise, updates) : NO_MOMENTS;
    };
  }
  const processOf = runProcesses(options);
  return (eigenvalue, whiteShare) => {
    const process = processOf(eigenvalue, whiteShare);
    return process ? propagateWindow(process, updates) : NO_MOMENTS;
  };
}

/** @throws RangeError as {@link windowPredictor} */
export function checkWindow({
  learningRate,
  momentum,
  batchesPerEpoch,
  updates,
  burnInUpdates = 0,
}: WindowOptions): void {
  checkOptimiser(learningRate, momentum, batchesPerEpoch);
  if (!(Number.isInteger(updates) && updates >= 1))
    throw new RangeError(`window of ${updates} updates is not a whole number of at least 1`);
  if (!(Number.isInteger(burnInUpdates) && burnInUpdates >= 0))
    throw new RangeError(`burn-in of ${burnInUpdates} updates is not a whole number of at least 0`);
}
