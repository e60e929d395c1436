/** The window's moments for each sampler and start: which exact route serves which. */
import { AT_REST, boundaryCovariance } from './boundary.ts';
import { cycleWindow } from './cycle-window.ts';
import { checkOptimiser, isStable, type Sampler, type UpdateRule } from './direction.ts';
import { independentCovariance } from './independent-batches.ts';
import { epochNoise, INDEPENDENT_NOISE } from './noise.ts';
import { windowPropagator } from './propagated-window.ts';
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
 * - shuffle-once from rest has no prediction.
 *
 * Exact to 1e-10 or better. O(log K) for each direction, and O(M) where the start or the cycle must be solved for. A
 * direction that runs away beyond 1e308 within the window gives NaN.
 *
 * @returns a function from the eigenvalue to the moments per unit noise variance; all NaN where there is no prediction
 * @throws RangeError for settings outside the theory, a window that is not a whole number ≥ 1 of updates, a burn-in that
 *   is not a whole number ≥ 0, or a sampling fraction outside 0 ≤ f ≤ 1/M
 * @see docs/concepts/epoch-noise.md, equations 14 to 18
 */
export function windowPredictor(options: WindowOptions): (eigenvalue: number) => WindowMoments {
  const { learningRate, momentum, batchesPerEpoch, sampler, updates, start } = options;
  const burnInUpdates = options.burnInUpdates ?? 0;
  checkOptimiser(learningRate, momentum, batchesPerEpoch);
  if (!(Number.isInteger(updates) && updates >= 1))
    throw new RangeError(`window of ${updates} updates is not a whole number of at least 1`);
  if (!(Number.isInteger(burnInUpdates) && burnInUpdates >= 0))
    throw new RangeError(`burn-in of ${burnInUpdates} updates is not a whole number of at least 0`);
  const ruleOf = (eigenvalue: number): UpdateRule => ({ learningRate, momentum, eigenvalue });

  if (sampler === 'with-replacement') {
    const unbroken = { updates, epochLength: 1, noise: INDEPENDENT_NOISE };
    if (start === 'stationary') {
      const settled = windowPropagator({ ...unbroken, burnInUpdates: 0 });
      return (eigenvalue) => {
        const rule = ruleOf(eigenvalue);
        return isStable(rule) ? settled(rule, independentCovariance(rule)) : NO_MOMENTS;
      };
    }
    const fromRest = windowPropagator({ ...unbroken, burnInUpdates });
    return (eigenvalue) => (Number.isFinite(eigenvalue) ? fromRest(ruleOf(eigenvalue), AT_REST) : NO_MOMENTS);
  }

  const noise = epochNoise(batchesPerEpoch, options.samplingFraction);
  if (sampler === 'shuffle-once') {
    if (start === 'rest') return () => NO_MOMENTS;
    return (eigenvalue) => {
      const rule = ruleOf(eigenvalue);
      return isStable(rule) ? cycleWindow(rule, batchesPerEpoch, noise, updates) : NO_MOMENTS;
    };
  }

  const epochs = { updates, epochLength: batchesPerEpoch, noise };
  const fromRest = windowPropagator({ ...epochs, burnInUpdates });
  if (start === 'rest')
    return (eigenvalue) => (Number.isFinite(eigenvalue) ? fromRest(ruleOf(eigenvalue), AT_REST) : NO_MOMENTS);
  const settled = windowPropagator({ ...epochs, burnInUpdates: 0 });
  return (eigenvalue) => {
    const rule = ruleOf(eigenvalue);
    if (eigenvalue <= 0 && eigenvalue > -Infinity) return fromRest(rule, AT_REST);
    if (!isStable(rule)) return NO_MOMENTS;
    return settled(rule, boundaryCovariance(rule, batchesPerEpoch, noise));
  };
}
