/**
 * Stretches whose readings are taken about their own mean. Joining two of them adds one reading, the difference of the two
 * means, so that no mean is ever subtracted from a sum: a weight that is far from the minimum, or anywhere, costs no digits.
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
  ZERO_MATRIX,
  ZERO_VECTOR,
} from './matrix.ts';
import type { Matrix, Vector } from './matrix.ts';
import { NO_SOURCE, sourceOf, withSource, type Source } from './source.ts';
import { join, moment, type Stretch } from './stretch.ts';

/** A reading o = a·x + w in its relation to the noise and the other readings of a stretch. */
interface Reading {
  /** a; for the mean of weights less (1, 0, 0), which is what a weight that does not move has. */
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
  /** The mean of the weights, one an update. */
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
  return { ...moment(shift, noise), mean: NOTHING };
}

/** One update whose weight is recorded: it has a mean and no deviation. `response` is the weight's, less (1, 0, 0). */
export function centredUpdate(shift: Matrix, response: Vector): CentredStretch {
  return { ...moment(shift, ZERO_MATRIX), updates: 1, mean: { ...NOTHING, response } };
}

/**
 * Two stretches, one after the other, as one.
 *
 * @see docs/concepts/epoch-noise.md, equation 25
 */
export function joinCentred(first: CentredStretch, second: CentredStretch): CentredStretch {
  return withStep(first, second, join(first, second));
}

/** Two stretches of one epoch as one: as {@link joinCentred}, with the push m the mean noise of both. */
export function joinCentredWithin(first: CentredStretch, second: CentredStretch): CentredStretch {
  const source = sourceOf(first, second);
  return withStep(first, second, withSource(join(first, second), source), source);
}

/** `both`, the two joined, with the step from one mean to the other as one more reading, and the mean of all. */
function withStep(
  first: CentredStretch,
  second: CentredStretch,
  both: Stretch,
  source: Source = NO_SOURCE,
): CentredStretch {
  const { updates, shift, noise } = both;
  const share = updates === 0 ? 0 : second.updates / updates;
  const mean = mixture(first, second, source, 1 - share, share);
  if (first.updates === 0 || second.updates === 0) return { ...both, mean };

  const weight = Math.sqrt(first.updates * share);
  const step = mixture(first, second, source, -weight, weight);
  const { response, left, variance } = step;
  const covariance = weight * meanWithStep(first, second, share) + mean.gain * step.gain;
  return {
    updates,
    shift,
    noise,
    response: plusOuter(both.response, response, response),
    left: plusOuter(both.left, left, left),
    responseLeft: plusOuter(both.responseLeft, response, left),
    weighted: plusOuter(
      plusOuter(both.weighted, response, step.responseRow),
      addScaled(step.responseRow, variance, response),
      response,
    ),
    trace: both.trace + variance,
    square: both.square + 2 * step.rowSquare + variance * variance,
    mean: {
      response: mean.response,
      left: mean.left,
      variance: mean.variance,
      responseRow: addScaled(mean.responseRow, covariance, response),
      leftRow: addScaled(mean.leftRow, covariance, left),
      rowSquare: mean.rowSquare + covariance * covariance,
    },
  };
}

/** A reading with its response g to the source that joining adds. */
interface Mixture extends Reading {
  readonly gain: number;
}

/** p₁ mean₁ + p₂ mean₂ as a reading of the joined stretch; its response less p₁ + p₂ times (1, 0, 0). */
function mixture(first: CentredStretch, second: CentredStretch, source: Source, p1: number, p2: number): Mixture {
  const early = identityPlus(first.shift);
  const late = identityPlus(second.shift);
  const earlier = first.mean;
  const later = second.mean;
  const laterResponse = add(WEIGHT, later.response);
  // Covariance of the reading's noise with the state between the two stretches, and with the readings of each.
  const between = addScaled(scaled(p1, earlier.left), p2, apply(first.noise, laterResponse));
  const firstRow = addScaled(scaled(p1, earlier.responseRow), p2, apply(first.responseLeft, laterResponse));
  const firstLeftRow = addScaled(scaled(p1, earlier.leftRow), p2, apply(first.left, laterResponse));
  const secondRow = addApplied(scaled(p2, later.responseRow), second.response, between);
  const leftRow = addApplied(
    addApplied(scaled(p2, later.leftRow), transposed(second.responseLeft), between),
    late,
    addApplied(firstLeftRow, first.noise, secondRow),
  );
  const rowSquare =
    p1 * p1 * earlier.rowSquare +
    p2 * p2 * later.rowSquare +
    p2 * dot(laterResponse, addScaled(firstLeftRow, p1, earlier.leftRow)) +
    dot(between, addScaled(secondRow, p2, later.responseRow));
  const gain = p1 * source.push * earlier.response[2] + p2 * dot(laterResponse, source.between);
  const overlap = source.push * firstRow[2] + dot(source.between, secondRow);
  return {
    response: addScaled(
      scaled(p1, earlier.response),
      p2,
      addApplied(later.response, transposed(first.shift), laterResponse),
    ),
    left: addScaled(addApplied(scaled(p2, later.left), late, between), gain, source.end),
    variance:
      p1 * p1 * earlier.variance +
      p2 * p2 * later.variance +
      p2 * dot(laterResponse, addScaled(between, p1, earlier.left)) +
      gain * gain,
    responseRow: addScaled(addApplied(firstRow, transposed(early), secondRow), gain, source.response),
    leftRow: addScaled(addScaled(leftRow, gain, source.left), overlap + gain * source.square, source.end),
    rowSquare: rowSquare + gain * (2 * overlap + gain * source.square),
    gain,
  };
}

/** Covariance of the joined mean with the second mean less the first, without the source's part. */
function meanWithStep(first: CentredStretch, second: CentredStretch, share: number): number {
  const laterResponse = add(WEIGHT, second.mean.response);
  const mixed = dot(laterResponse, first.mean.left);
  const later = second.mean.variance + dot(laterResponse, apply(first.noise, laterResponse));
  return share * (later - mixed) - (1 - share) * (first.mean.variance - mixed);
}
