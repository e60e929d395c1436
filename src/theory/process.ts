/** What moves along one direction: the noise of its epochs, and the state in which a window finds it. */
import { boundaryCovariance, type StateCovariance } from './boundary.ts';
import { isStable, type UpdateRule } from './direction.ts';
import { throughEpochs, VELOCITY, type Epochs } from './epochs.ts';
import { independentCovariance } from './independent-batches.ts';
import { ZERO_MATRIX, type Matrix } from './matrix.ts';
import { epochNoise, INDEPENDENT_NOISE, withWhiteNoise, type EpochNoise } from './noise.ts';
import { join, moment } from './stretch.ts';
import type { WindowOptions } from './window.ts';

/** A direction at the opening of a window. */
export interface Process {
  readonly rule: UpdateRule;
  readonly epochs: Epochs;
  /** Updates of the running epoch that lie before the window. */
  readonly position: number;
  /** η²q_g, the strength of a single kick, for a batch's noise of variance 1. */
  readonly strength: number;
  /** Covariance of (θ, v, m) where the window opens, in units of the strength. */
  readonly opening: Matrix;
}

/**
 * Prepares the processes of many directions of one run, for noise of unit variance of which a share is white: independent
 * from batch to batch, as that of a fluctuating curvature is, while the rest is the sampler's.
 *
 * The sampler's part starts as {@link WindowOptions} says; the white part always at rest, `burnInUpdates` before the
 * window, because along flat directions it never settles.
 *
 * @returns a function from the eigenvalue and the white share, 0 … 1, to the process; null where there is none
 * @see docs/concepts/epoch-noise.md, equation 19
 */
export function runProcesses(
  options: Omit<WindowOptions, 'updates'>,
): (eigenvalue: number, whiteShare?: number) => Process | null {
  const { learningRate, momentum, batchesPerEpoch, sampler, start } = options;
  const burnIn = options.burnInUpdates ?? 0;
  const independent = sampler === 'with-replacement';
  const epochLength = independent ? 1 : batchesPerEpoch;
  const own = independent ? INDEPENDENT_NOISE : epochNoise(batchesPerEpoch, options.samplingFraction);
  const settles = start === 'stationary';
  const strengthOf = ({ scale }: EpochNoise) => learningRate * learningRate * scale;

  /** Covariance at the window's opening per unit variance of the noise, from rest `burnIn` updates before. */
  const fromRest = (rule: UpdateRule, epochs: Epochs): Matrix => {
    if (burnIn === 0) return ZERO_MATRIX;
    const noise = throughEpochs(epochs, VELOCITY, rule, 0, burnIn);
    return join(moment(ZERO_MATRIX, ZERO_MATRIX), noise).noise.map((value) => strengthOf(epochs.noise) * value);
  };

  return (eigenvalue, whiteShare = 0) => {
    if (!Number.isFinite(eigenvalue)) return null;
    const rule: UpdateRule = { learningRate, momentum, eigenvalue };
    const noise = whiteShare === 0 || independent ? own : withWhiteNoise(own, batchesPerEpoch, whiteShare);
    const epochs = { epochLength, noise };
    const strength = strengthOf(noise);
    // Nothing pulls a reshuffled direction with λ ≤ 0 back: it has no settled state worth the name.
    const propagated = !settles || (!independent && eigenvalue <= 0);
    if (!propagated && !isStable(rule)) return null;
    let opening: Matrix;
    let position = 0;
    if (propagated) {
      opening = fromRest(rule, epochs);
      position = burnIn % epochLength;
    } else {
      const settled = independent ? independentCovariance(rule) : boundaryCovariance(rule, batchesPerEpoch, own);
      const ownShare = independent ? 1 : 1 - whiteShare;
      opening = stateMatrix(settled).map((value) => ownShare * value);
      if (ownShare < 1) {
        const white = fromRest(rule, { epochLength: 1, noise: INDEPENDENT_NOISE });
        // The push m belongs to the stretch before the window and is drawn anew.
        for (const at of STATE) (opening as number[])[at] += whiteShare * white[at];
      }
    }
    return { rule, epochs, position, strength, opening: opening.map((value) => value / strength) };
  };
}

/** Places of θ and v in the matrix of (θ, v, m). */
const STATE = [0, 1, 3, 4] as const;

/** Covariance of (θ, v, m) at an epoch boundary. A random walk's infinite θ leaves no trace in a window. */
function stateMatrix({ theta, cross, velocity }: StateCovariance): Matrix {
  const far = theta === Infinity ? 0 : theta;
  return [far, cross, 0, cross, velocity, 0, 0, 0, 0];
}
