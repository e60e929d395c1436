/**
 * Stretches whose readings are taken about their own mean. Joining two of them adds one reading, the difference of the two
 * means, so that no mean is ever subtracted from a sum: a weight that is far from the minimum, or anywhere, costs no digits.
 */
import {
  add,
  apply,
  dot,
  identityPlus,
  outer,
  plus,
  scaled,
  transposed,
  twiceSymmetric,
  ZERO_VECTOR,
} from './matrix.ts';
import type { Matrix, Vector } from './matrix.ts';
import { join, moment, type Stretch } from './stretch.ts';

/** A reading o = a·x + w in its relation to the noise and the other readings of a stretch. */
interface Reading {
  /** a; for the mean of weights less (1, 0, 0), which is what a weight that hardly moves has. */
  readonly response: Vector;
  /** γ = cov(e, w). */
  readonly left: Vector;
  /** cov(w, w). */
  readonly variance: number;
  /** Σ a_i r_i, Σ γ_i r_i and Σ r_i² with r_i = cov(w, w_i) over the readings of the stretch. */
  readonly responseRow: Vector;
  readonly leftRow: Vector;
  readonly rowSquare: number;
}

/** A stretch whose readings are an orthonormal basis of the recorded weights' deviations from their mean. */
export interface CentredStretch extends Stretch {
  /** Number of weights recorded. */
  readonly updates: number;
  /** The mean of these weights. */
  readonly mean: Reading;
}

/** Response of a weight that does not move. */
const WEIGHT: Vector = [1, 0, 0];

const NOTHING: Reading = {
  response: ZERO_VECTOR,
  left: ZERO_VECTOR,
  variance: 0,
  responseRow: ZERO_VECTOR,
  leftRow: ZERO_VECTOR,
  rowSquare: 0,
};

/** A moment, as in stretch.ts. */
export function centredMoment(shift: Matrix, noise: Matrix): CentredStretch {
  return centred(moment(shift, noise), 0, NOTHING);
}

/** One update whose weight is recorded; alone it has a mean and no deviation. `response` is the weight's, less (1, 0, 0). */
export function centredUpdate(shift: Matrix, kick: Vector, response: Vector): CentredStretch {
  return centred(moment(shift, outer(kick, kick)), 1, { ...NOTHING, response, left: kick, variance: 1 });
}

/**
 * Two stretches, one after the other, as one.
 *
 * @see docs/concepts/epoch-noise.md, equation 25
 */
export function joinCentred(first: CentredStretch, second: CentredStretch): CentredStretch {
  const both = join(first, second);
  const updates = first.updates + second.updates;
  if (updates === 0) return centred(both, 0, NOTHING);
  const mean = mixture(first, second, first.updates / updates, second.updates / updates);
  if (first.updates === 0 || second.updates === 0) return centred(both, updates, mean);

  const weight = Math.sqrt((first.updates * second.updates) / updates);
  const step = mixture(first, second, -weight, weight);
  const covariance = meanWithStep(first, second, weight);
  const { response, left, variance } = step;
  const square = outer(response, response);
  return {
    shift: both.shift,
    noise: both.noise,
    response: plus(both.response, square),
    left: plus(both.left, outer(left, left)),
    responseLeft: plus(both.responseLeft, outer(response, left)),
    weighted: plus(
      both.weighted,
      twiceSymmetric(outer(response, add(step.responseRow, scaled(variance / 2, response)))),
    ),
    trace: both.trace + variance,
    square: both.square + 2 * step.rowSquare + variance * variance,
    updates,
    mean: {
      response: mean.response,
      left: mean.left,
      variance: mean.variance,
      responseRow: add(mean.responseRow, scaled(covariance, response)),
      leftRow: add(mean.leftRow, scaled(covariance, left)),
      rowSquare: mean.rowSquare + covariance * covariance,
    },
  };
}

/** p₁ mean₁ + p₂ mean₂ as a reading of the joined stretch; its response less p₁ + p₂ times (1, 0, 0). */
function mixture(first: CentredStretch, second: CentredStretch, p1: number, p2: number): Reading {
  const late = identityPlus(second.shift);
  const earlier = first.mean;
  const later = second.mean;
  const laterResponse = add(WEIGHT, later.response);
  const passed = apply(first.noise, laterResponse);
  // Covariance of the state between the two with the reading's noise.
  const between = add(scaled(p1, earlier.left), scaled(p2, passed));
  const row = add(scaled(p2, later.responseRow), apply(second.response, between));
  const passedRow = add(scaled(p1, earlier.leftRow), scaled(p2, apply(first.left, laterResponse)));
  return {
    response: add(
      scaled(p1, earlier.response),
      scaled(p2, add(later.response, apply(transposed(first.shift), laterResponse))),
    ),
    left: add(apply(late, between), scaled(p2, later.left)),
    variance:
      p1 * p1 * earlier.variance +
      p2 * p2 * later.variance +
      p2 * dot(laterResponse, add(between, scaled(p1, earlier.left))),
    responseRow: add(
      add(scaled(p1, earlier.responseRow), scaled(p2, apply(first.responseLeft, laterResponse))),
      add(row, apply(transposed(first.shift), row)),
    ),
    leftRow: add(
      add(apply(late, add(passedRow, apply(first.noise, row))), scaled(p2, later.leftRow)),
      apply(transposed(second.responseLeft), between),
    ),
    rowSquare:
      p1 * p1 * earlier.rowSquare +
      p2 * p2 * later.rowSquare +
      p2 * dot(laterResponse, add(passedRow, scaled(p1, earlier.leftRow))) +
      dot(between, add(row, scaled(p2, later.responseRow))),
  };
}

/** Covariance of the joined mean with the step from one mean to the other, times `weight`. */
function meanWithStep(first: CentredStretch, second: CentredStretch, weight: number): number {
  const laterResponse = add(WEIGHT, second.mean.response);
  const mixed = dot(laterResponse, first.mean.left);
  const later = second.mean.variance + dot(laterResponse, apply(first.noise, laterResponse));
  const share = weight / (first.updates + second.updates);
  return share * (second.updates * (later - mixed) - first.updates * (first.mean.variance - mixed));
}

function centred(stretch: Stretch, updates: number, mean: Reading): CentredStretch {
  const { shift, noise, response, left, responseLeft, weighted, trace, square } = stretch;
  return { shift, noise, response, left, responseLeft, weighted, trace, square, updates, mean };
}
