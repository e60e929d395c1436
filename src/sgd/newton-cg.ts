/**
 * Trust-region Newton–CG (Steihaug 1983, SIAM J. Numer. Anal. 20, 626; Nocedal & Wright, algorithms 4.1 and 7.2), with a
 * preconditioner. Negative curvature is followed to the edge of the region, away from saddles. The region is a ball in
 * the preconditioner's norm.
 */
import { axpy, dot, plus } from './vectors.ts';

/** A symmetric positive definite M that resembles the curvature. */
export interface Preconditioner {
  /** M⁻¹v. */
  solve(vector: Float64Array): Float64Array;
}

/** M = 1. */
export const unpreconditioned: Preconditioner = { solve: (vector) => vector.slice() };

/** A curvature by its products with vectors. */
export interface Curvature {
  /** Hv. */
  apply(vector: Float64Array): Promise<Float64Array>;
}

/** An objective and its gradient. */
export interface Objective {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** A point with its objective and gradient. */
export interface Point extends Objective {
  readonly theta: Float64Array;
}

/** A step within the region. */
export interface TrustStep {
  readonly vector: Float64Array;
  /** By the quadratic model, ≥ 0. */
  readonly predictedDecrease: number;
  /** In the norm of the preconditioner. */
  readonly length: number;
  /** Whether it ends at the edge of the region. */
  readonly atBoundary: boolean;
}

const CG_ITERATIONS = 100;
/** Decreases below this part of the value may be lost in its rounding, where that is float32. */
const DROWNED = 1e-5;
/** A region smaller than this has nothing in it. */
export const SMALLEST_RADIUS = 1e-9;

/** A trust region that learns from each step how far the quadratic model holds. */
export class TrustRegion {
  radius: number;

  constructor(radius: number) {
    this.radius = radius;
  }

  /**
   * Tries a step, and learns from it.
   *
   * @returns the new point, or null where it is no better than the old one
   */
  async judge(
    from: Point,
    step: TrustStep,
    valueAndGradient: (theta: Float64Array) => Promise<Objective>,
  ): Promise<Point | null> {
    const theta = plus(from.theta, step.vector);
    const there = await valueAndGradient(theta);
    const agreement = decreaseAlong(step, from, there) / step.predictedDecrease;
    if (agreement > 0.75 && step.atBoundary) this.radius *= 2;
    // Also where the value is no number.
    else if (!(agreement >= 0.25)) this.radius = 0.25 * step.length;
    return agreement > 0.1 ? { theta, ...there } : null;
  }
}

/**
 * By how much a step lowers the objective: the difference of two values, or, where that would drown in their rounding,
 * −∫∇L·dp by the trapezium rule on the gradients at both ends, which is exact for a quadratic.
 */
function decreaseAlong({ vector, predictedDecrease }: TrustStep, from: Point, there: Objective): number {
  const difference = from.value - there.value;
  if (!Number.isFinite(difference) || predictedDecrease > DROWNED * Math.abs(from.value)) return difference;
  return -0.5 * (dot(from.gradient, vector) + dot(there.gradient, vector));
}

/**
 * Conjugate gradients for Hp = −g inside ‖p‖_M ≤ radius.
 *
 * @param tolerance of the residual in the norm of M⁻¹, relative to the gradient's
 * @param breathe awaited before every product
 */
export async function steihaug(
  curvature: Curvature,
  { solve }: Preconditioner,
  gradient: Float64Array,
  radius: number,
  tolerance: number,
  breathe: () => Promise<void>,
): Promise<TrustStep> {
  const size = gradient.length;
  const p = new Float64Array(size);
  const hp = new Float64Array(size);
  const residual = gradient.slice();
  let solved = solve(residual);
  const direction = solved.map((value) => -value);
  let squared = dot(residual, solved);
  const goal = tolerance * tolerance * squared;
  // ‖p‖², ⟨p, d⟩ and ‖d‖² in the norm of M, by recursion: M itself is never applied.
  let [pp, pd, dd] = [0, 0, squared];
  const advance = (length: number, product: Float64Array) => {
    axpy(p, length, direction);
    axpy(hp, length, product);
    axpy(residual, length, product);
    pp += 2 * length * pd + length * length * dd;
  };
  const result = (atBoundary: boolean) => ({
    vector: p,
    predictedDecrease: -(dot(gradient, p) + 0.5 * dot(p, hp)),
    atBoundary,
    length: Math.sqrt(pp),
  });
  for (let iteration = 0; iteration < CG_ITERATIONS && squared > 0; iteration++) {
    await breathe();
    const product = await curvature.apply(direction);
    const bend = dot(direction, product);
    const toBoundary = (-pd + Math.sqrt(Math.max(0, pd * pd + dd * (radius * radius - pp)))) / dd;
    const length = squared / bend;
    if (bend <= 0 || length >= toBoundary) {
      advance(toBoundary, product);
      return result(true);
    }
    advance(length, product);
    solved = solve(residual);
    const next = dot(residual, solved);
    if (next <= goal) break;
    const beta = next / squared;
    pd = beta * (pd + length * dd);
    dd = next + beta * beta * dd;
    squared = next;
    for (let i = 0; i < size; i++) direction[i] = beta * direction[i] - solved[i];
  }
  return result(false);
}
