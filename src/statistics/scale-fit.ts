/** One scale of the abscissa fitted to variances that follow a known curve: how far a crossover lies from where it should. */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { LEVEL } from './chi-square.ts';

/** Measured variances that share one curve; [n] each. */
export interface ScaledCurve {
  /** Where each was measured, > 0. */
  readonly position: ArrayLike<number>;
  /** Measured value, in the units of the curve. */
  readonly value: ArrayLike<number>;
  /** ν of each: what the value scatters by. */
  readonly degreesOfFreedom: ArrayLike<number>;
  /** What is expected at a position if the scale is 1; > 0. */
  readonly curve: (position: number) => number;
  /** Part of what is expected that no scale moves; none unless given. */
  readonly addition?: ArrayLike<number>;
}

/** A fitted scale s: values follow curve(position/s) + addition. */
export interface ScaleFit {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Standard error of log s. */
  readonly error: number;
  /** Values that took part. */
  readonly count: number;
  /** Squared relative residuals over what the degrees of freedom let expect, per value: 1 where the curve is right. */
  readonly reducedChiSquare: number;
}

/** Scales are sought from the inverse of this to this. */
const FURTHEST = 100;
const STEPS = 180;
/** Step of the derivative with respect to log s. */
const DIFFERENCE = 1e-4;

interface Observation {
  readonly position: number;
  readonly value: number;
  /** 1 over the relative variance: ν/2. */
  readonly weight: number;
  readonly curve: ScaledCurve['curve'];
  readonly addition: number;
}

/**
 * Quasi-likelihood of values whose variance goes with the square of their mean (McCullagh & Nelder, Generalized Linear Models,
 * §8.3): minimises Σ (νᵢ/2)(qᵢ − 1 − log qᵢ), qᵢ = rᵢ/R(λᵢ/s), over s. Its minimum asks of the values nothing but that their means
 * be right, where least squares on logarithms would have to know how a logarithm is distributed. The interval is that of the
 * objective's curvature, by Student's t, widened by the residuals' own scatter where that is larger than the degrees of freedom
 * let expect. It takes the values for independent: directions of one run share its batches and are so only nearly, so that it
 * is the least there is.
 *
 * @returns null where fewer than two values can be used, or nothing in them tells of a scale
 */
export function fitScale(curves: readonly ScaledCurve[]): ScaleFit | null {
  const observations = curves.flatMap(observationsOf);
  const count = observations.length;
  if (count < 2) return null;
  const objective = (logScale: number) =>
    observations.reduce((sum, one) => {
      const quotient = one.value / expected(one, logScale);
      return sum + one.weight * (quotient - 1 - Math.log(quotient));
    }, 0);
  const logScale = minimise(objective);
  if (logScale === null) return null;
  const information = observations.reduce((sum, one) => {
    const rise = Math.log(expected(one, logScale + DIFFERENCE) / expected(one, logScale - DIFFERENCE));
    const slope = rise / (2 * DIFFERENCE);
    return sum + one.weight * slope * slope;
  }, 0);
  if (!(information > 0)) return null;
  const squares = observations.map((one) => one.weight * (one.value / expected(one, logScale) - 1) ** 2);
  const reducedChiSquare = squares.reduce((sum, square) => sum + square, 0) / (count - 1);
  const error = Math.sqrt(Math.max(1, reducedChiSquare) / information);
  const margin = tQuantile((1 + LEVEL) / 2, count - 1) * error;
  return {
    value: Math.exp(logScale),
    low: Math.exp(logScale - margin),
    high: Math.exp(logScale + margin),
    error,
    count,
    reducedChiSquare,
  };
}

function observationsOf({ position, value, degreesOfFreedom, curve, addition }: ScaledCurve): Observation[] {
  return Array.from(position, (at, i) => ({
    position: at,
    value: value[i],
    weight: degreesOfFreedom[i] / 2,
    curve,
    addition: addition?.[i] ?? 0,
  })).filter(
    (one) =>
      one.position > 0 && one.value > 0 && one.value < Infinity && one.weight > 0 && Number.isFinite(one.addition),
  );
}

const expected = ({ position, curve, addition }: Observation, logScale: number): number =>
  curve(position * Math.exp(-logScale)) + addition;

/** The lowest point of a grid, then by golden sections; null where the lowest is at an end. */
function minimise(objective: (at: number) => number): number | null {
  const span = Math.log(FURTHEST);
  const at = (step: number) => span * ((2 * step) / STEPS - 1);
  let best = 0;
  let least = Infinity;
  for (let step = 0; step <= STEPS; step++) {
    const value = objective(at(step));
    if (value < least) [best, least] = [step, value];
  }
  if (best === 0 || best === STEPS) return null;
  let [low, high] = [at(best - 1), at(best + 1)];
  const section = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [high - section * (high - low), low + section * (high - low)];
  let [valueLeft, valueRight] = [objective(left), objective(right)];
  // To 1e-9: twice as many digits are not to be had of a minimum.
  for (let step = 0; step < 40; step++) {
    if (valueLeft < valueRight) {
      [high, right, valueRight] = [right, left, valueLeft];
      left = high - section * (high - low);
      valueLeft = objective(left);
    } else {
      [low, left, valueLeft] = [left, right, valueRight];
      right = low + section * (high - low);
      valueRight = objective(right);
    }
  }
  return (low + high) / 2;
}
