/**
 * Stretches of updates that can be joined: all that sums over pairs of readings need to know of a part of a window. Joining
 * is associative, so K equal updates take the O(log K) joins of a power.
 */
import {
  identityPlus,
  inner,
  outer,
  plus,
  product,
  transposed,
  twiceSymmetric,
  ZERO_MATRIX,
  type Matrix,
  type Vector,
} from './matrix.ts';

/**
 * What a stretch does to the state x = (θ, v, m), m a constant push, and what its readings o_i show of it:
 * x_end = Ex + e and o_i = a_i·x + w_i, with e and w_i the part of the stretch's own noise, W_ij = cov(w_i, w_j) and
 * γ_i = cov(e, w_i).
 *
 * @see docs/concepts/epoch-noise.md, equation 23
 */
export interface Stretch {
  /** E − I, so that a state that hardly moves is moved exactly. */
  readonly shift: Matrix;
  /** V = cov(e). */
  readonly noise: Matrix;
  /** G = Σ a_i a_iᵀ. */
  readonly response: Matrix;
  /** Γ = Σ γ_i γ_iᵀ. */
  readonly left: Matrix;
  /** D = Σ a_i γ_iᵀ. */
  readonly responseLeft: Matrix;
  /** H = Σ_ij a_i W_ij a_jᵀ. */
  readonly weighted: Matrix;
  /** Σ W_ii. */
  readonly trace: number;
  /** Σ_ij W_ij². */
  readonly square: number;
}

/** A moment between two updates: the state may change by a linear map, E − I, and takes on noise of covariance V. */
export function moment(shift: Matrix, noise: Matrix): Stretch {
  return {
    shift,
    noise,
    response: ZERO_MATRIX,
    left: ZERO_MATRIX,
    responseLeft: ZERO_MATRIX,
    weighted: ZERO_MATRIX,
    trace: 0,
    square: 0,
  };
}

/** An update that ends with a reading: E − I, the kick that noise of unit variance gives the state, the reading's response. */
export function reading(shift: Matrix, kick: Vector, response: Vector): Stretch {
  const square = outer(response, response);
  const noise = outer(kick, kick);
  return {
    shift,
    noise,
    response: square,
    left: noise,
    responseLeft: outer(response, kick),
    weighted: square,
    trace: 1,
    square: 1,
  };
}

/**
 * Two stretches, one after the other, as one. What the first leaves in the state is, to the second, noise at its start.
 *
 * @see docs/concepts/epoch-noise.md, equation 24
 */
export function join(first: Stretch, second: Stretch): Stretch {
  const early = identityPlus(first.shift);
  const late = identityPlus(second.shift);
  const [earlyBack, lateBack] = [transposed(early), transposed(late)];
  const { noise } = first;
  const { response } = second;
  const carried = product(late, noise);
  const seen = product(noise, response);
  const seenBack = transposed(seen);
  const responseEarly = product(response, early);
  return {
    shift: plus(plus(first.shift, second.shift), product(second.shift, first.shift)),
    noise: plus(product(carried, lateBack), second.noise),
    response: plus(first.response, product(earlyBack, responseEarly)),
    left: plus(
      plus(product(product(late, plus(first.left, product(seen, noise))), lateBack), second.left),
      twiceSymmetric(product(carried, second.responseLeft)),
    ),
    responseLeft: plus(
      product(first.responseLeft, lateBack),
      product(earlyBack, plus(second.responseLeft, product(seenBack, lateBack))),
    ),
    weighted: plus(
      plus(first.weighted, twiceSymmetric(product(first.responseLeft, responseEarly))),
      product(earlyBack, product(plus(second.weighted, product(seenBack, response)), early)),
    ),
    trace: first.trace + second.trace + inner(noise, response),
    square:
      first.square +
      second.square +
      2 * (inner(first.left, response) + inner(noise, second.weighted)) +
      inner(seen, seenBack),
  };
}

/** `count` ≥ 1 equal stretches as one, by squaring: 2 log₂ count joins at most. */
export function repeated<S>(stretch: S, count: number, joined: (first: S, second: S) => S): S {
  let [power, left] = [stretch, count];
  let result: S | undefined;
  for (;;) {
    if (left % 2 === 1) result = result === undefined ? power : joined(result, power);
    left = Math.floor(left / 2);
    if (left === 0) return result ?? power;
    power = joined(power, power);
  }
}
