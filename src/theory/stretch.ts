/**
 * Stretches of updates that can be joined: all that sums over pairs of readings need to know of a part of a window. Joining
 * is associative, so K equal updates take the O(log K) joins of a power.
 */
import {
  identityPlus,
  inner,
  plus,
  plusBothWays,
  plusOuter,
  plusProduct,
  product,
  transposed,
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
  /** Number of updates. */
  readonly updates: number;
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
    updates: 0,
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

/** An update that ends with a reading o = a·x: E − I and a. Its noise is the push m: alone it has no other. */
export function reading(shift: Matrix, response: Vector): Stretch {
  return { ...moment(shift, ZERO_MATRIX), updates: 1, response: plusOuter(ZERO_MATRIX, response, response) };
}

/**
 * Two stretches, one after the other, as one. What the first leaves in the state is, to the second, noise at its start.
 *
 * @see docs/concepts/epoch-noise.md, equation 24
 */
export function join(first: Stretch, second: Stretch): Stretch {
  const early = identityPlus(first.shift);
  const late = identityPlus(second.shift);
  const earlyBack = transposed(early);
  const lateBack = transposed(late);
  const { noise } = first;
  const { response } = second;
  const carried = product(late, noise);
  const seen = product(noise, response);
  const seenBack = transposed(seen);
  const responseEarly = product(response, early);
  return {
    updates: first.updates + second.updates,
    shift: plusProduct(plus(first.shift, second.shift), second.shift, first.shift),
    noise: plusProduct(second.noise, carried, lateBack),
    response: plusProduct(first.response, earlyBack, responseEarly),
    left: plusProduct(
      plusBothWays(second.left, product(carried, second.responseLeft)),
      product(late, plusProduct(first.left, seen, noise)),
      lateBack,
    ),
    responseLeft: plusProduct(
      product(first.responseLeft, lateBack),
      earlyBack,
      plusProduct(second.responseLeft, seenBack, lateBack),
    ),
    weighted: plusProduct(
      plusBothWays(first.weighted, product(first.responseLeft, responseEarly)),
      earlyBack,
      product(plusProduct(second.weighted, seenBack, response), early),
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
export function repeated<S>(stretch: S, count: number, join: (first: S, second: S) => S): S {
  let [power, left] = [stretch, count];
  let result: S | undefined;
  for (;;) {
    if (left % 2 === 1) result = result === undefined ? power : join(result, power);
    left = Math.floor(left / 2);
    if (left === 0) return result ?? power;
    power = join(power, power);
  }
}
