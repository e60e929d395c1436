/** A run of updates, epoch by epoch, as one stretch. */
import { centredMoment, joinCentred, joinCentredWithin, type CentredStretch } from './centred-stretch.ts';
import type { UpdateRule } from './direction.ts';
import type { Matrix } from './matrix.ts';
import type { EpochNoise } from './noise.ts';
import { joinWithin } from './source.ts';
import { join, moment, repeated, type Stretch } from './stretch.ts';
import { velocityUpdate, weightUpdate } from './update-stretch.ts';

/** Epochs of M updates and their noise; independent batches are epochs of one. */
export interface Epochs {
  readonly epochLength: number;
  readonly noise: EpochNoise;
}

/** How the stretches of one observable begin and are joined, across epochs and within one. */
interface Observable<S> {
  readonly update: (rule: UpdateRule) => S;
  readonly moment: (shift: Matrix, noise: Matrix) => S;
  readonly join: (first: S, second: S) => S;
  readonly joinWithin: (first: S, second: S) => S;
}

/** The velocity after each update. */
export const VELOCITY: Observable<Stretch> = { update: velocityUpdate, moment, join, joinWithin };

/** The weight after each update, about the mean of all. */
export const WEIGHT_ABOUT_MEAN: Observable<CentredStretch> = {
  update: weightUpdate,
  moment: centredMoment,
  join: joinCentred,
  joinWithin: joinCentredWithin,
};

/**
 * A run of updates as one stretch, in O(log M + log K) joins.
 *
 * @param position updates that the first epoch has behind it; the push m is their mean noise
 * @param count ≥ 1 updates
 */
export function throughEpochs<S>(
  { epochLength, noise }: Epochs,
  observable: Observable<S>,
  rule: UpdateRule,
  position: number,
  count: number,
): S {
  const { update, moment, join, joinWithin } = observable;
  const one = update(rule);
  const withinEpoch = (earlier: number, updates: number) => {
    const [shift, variance] = nextPush(noise, earlier, updates);
    return join(moment(pushOnly(shift), pushOnly(variance)), repeated(one, updates, joinWithin));
  };
  const head = position === 0 ? 0 : Math.min(epochLength - position, count);
  const whole = Math.floor((count - head) / epochLength);
  const tail = count - head - whole * epochLength;
  const parts: S[] = [];
  if (head > 0) parts.push(withinEpoch(position, head));
  if (whole > 0) parts.push(repeated(withinEpoch(0, epochLength), whole, join));
  if (tail > 0) parts.push(withinEpoch(0, tail));
  return parts.reduce((earlier, later) => join(earlier, later));
}

/**
 * From the mean noise m₁ of an epoch's first n₁ updates to that of its next n₂: what m₂ − m₁ has of m₁, and the variance of
 * the rest. Exactly none is left where they end the epoch and its noise sums to zero.
 *
 * @see docs/concepts/epoch-noise.md, equation 26
 */
function nextPush({ samplingFraction: f }: EpochNoise, earlier: number, updates: number): [number, number] {
  const open = 1 - (earlier + updates) * f;
  // f = 1/M is rounded.
  return [-1 / (1 - earlier * f), open < 1e-12 ? 0 : open / (updates * (1 - earlier * f))];
}

function pushOnly(value: number): Matrix {
  return [0, 0, 0, 0, 0, 0, 0, 0, value];
}
