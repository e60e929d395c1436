/**
 * The noise of a stretch, split as centred-stretch.ts splits its readings: into its mean, which is the push m and belongs to
 * the state, and what is left, which sums to zero. Where the noise of an epoch sums to zero there is no mean, and nothing
 * has to cancel. Joining two stretches of an epoch adds one source: what the first has too much of, the second lacks.
 */
import {
  add,
  addApplied,
  addScaled,
  apply,
  dot,
  identityPlus,
  plusOuter,
  scaled,
  transposed,
  ZERO_VECTOR,
  type Vector,
} from './matrix.ts';
import { join, type Stretch } from './stretch.ts';

/** Noise δ of unit variance that the readings of a stretch respond to by g_i δ, and the state at its end by ε δ. */
export interface Source {
  /** Push on the first of the two stretches joined, per unit δ. */
  readonly push: number;
  /** State between the two stretches per unit δ, its push on the second one included. */
  readonly between: Vector;
  /** ε. */
  readonly end: Vector;
  /** Σ a_i g_i. */
  readonly response: Vector;
  /** Σ γ_i g_i. */
  readonly left: Vector;
  /** Σ g_i². */
  readonly square: number;
  /** Σ_ij g_i W_ij g_j. */
  readonly weighted: number;
}

/** What joining stretches of different epochs adds. */
export const NO_SOURCE: Source = {
  push: 0,
  between: ZERO_VECTOR,
  end: ZERO_VECTOR,
  response: ZERO_VECTOR,
  left: ZERO_VECTOR,
  square: 0,
  weighted: 0,
};

const PUSH: Vector = [0, 0, 1];

/**
 * The source that joining n₁ and n₂ updates of one epoch adds: √(n₁n₂/(n₁+n₂)) times a push of 1/n₁ on the first and −1/n₂
 * on the second. Its squares sum to 1.
 *
 * @see docs/concepts/epoch-noise.md, equation 26
 */
export function sourceOf(first: Stretch, second: Stretch): Source {
  const updates = first.updates + second.updates;
  const push = Math.sqrt(second.updates / (first.updates * updates));
  const pull = Math.sqrt(first.updates / (second.updates * updates));
  const early = identityPlus(first.shift);
  const late = identityPlus(second.shift);
  const between = addScaled(scaled(push, apply(early, PUSH)), -push - pull, PUSH);
  const seen = apply(second.response, between);
  const arriving = apply(first.noise, seen);
  const leftByFirst = scaled(push, apply(transposed(first.responseLeft), PUSH));
  return {
    push,
    between,
    end: addApplied(scaled(pull, PUSH), late, between),
    response: addApplied(scaled(push, apply(first.response, PUSH)), transposed(early), seen),
    left: addApplied(apply(transposed(second.responseLeft), between), late, add(leftByFirst, arriving)),
    square: push * push * first.response[8] + dot(between, seen),
    weighted:
      push * push * first.weighted[8] +
      2 * dot(leftByFirst, seen) +
      dot(between, apply(second.weighted, between)) +
      dot(seen, arriving),
  };
}

/** A stretch with one more source of noise. */
export function withSource(stretch: Stretch, { end, response, left, square, weighted }: Source): Stretch {
  return {
    updates: stretch.updates,
    shift: stretch.shift,
    noise: plusOuter(stretch.noise, end, end),
    response: stretch.response,
    left: plusOuter(plusOuter(stretch.left, end, left), addScaled(left, square, end), end),
    responseLeft: plusOuter(stretch.responseLeft, response, end),
    weighted: plusOuter(stretch.weighted, response, response),
    trace: stretch.trace + square,
    square: stretch.square + 2 * weighted + square * square,
  };
}

/** Two stretches of one epoch as one: like `join`, with the push m the mean noise of both. */
export function joinWithin(first: Stretch, second: Stretch): Stretch {
  return withSource(join(first, second), sourceOf(first, second));
}
