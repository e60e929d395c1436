/**
 * Powers of the update matrix A, and sums over them. With these, sums of a covariance or of its square over all later
 * updates cost O(1) at each update, because the covariance at lag h is a fixed vector times the row of A^h.
 */
import type { UpdateRule } from './direction.ts';

/** A response this far below its start leaves no trace in any sum. */
const NEGLIGIBLE = 1e-100;

/** One row (weight's or velocity's) of A^h for h = 0 … length, with running sums over h = 1 … length. */
export interface ResponseRow {
  /** The row itself. */
  readonly theta: Float64Array;
  readonly velocity: Float64Array;
  /** Running sums of the row. */
  readonly sumTheta: Float64Array;
  readonly sumVelocity: Float64Array;
  /** Running sums of the products of the row's entries. */
  readonly thetaTheta: Float64Array;
  readonly thetaVelocity: Float64Array;
  readonly velocityVelocity: Float64Array;
  /** Response C_h = Σ_{i<h} A^i (1, 1)ᵀ to a constant push, this row, and running sums with it; up to the epoch's length. */
  readonly push: Float64Array;
  readonly sumPush: Float64Array;
  readonly thetaPush: Float64Array;
  readonly velocityPush: Float64Array;
  readonly pushPush: Float64Array;
}

/** Room for a row, reused from one direction to the next. */
export function responseRow(length: number, pushLength: number): ResponseRow {
  const long = () => new Float64Array(length + 1);
  const short = () => new Float64Array(pushLength + 1);
  return {
    theta: long(),
    velocity: long(),
    sumTheta: long(),
    sumVelocity: long(),
    thetaTheta: long(),
    thetaVelocity: long(),
    velocityVelocity: long(),
    push: short(),
    sumPush: short(),
    thetaPush: short(),
    velocityPush: short(),
    pushPush: short(),
  };
}

/** Fills a row for one update rule, starting from (1, 0) for the weight's row and (0, 1) for the velocity's. */
export function fillResponseRow(row: ResponseRow, rule: UpdateRule, startTheta: number, startVelocity: number): void {
  const step = rule.learningRate * rule.eigenvalue;
  const { momentum } = rule;
  const { theta, velocity, sumTheta, sumVelocity, thetaTheta, thetaVelocity, velocityVelocity } = row;
  let a = startTheta;
  let b = startVelocity;
  theta[0] = a;
  velocity[0] = b;
  let [sa, sb, saa, sab, sbb] = [0, 0, 0, 0, 0];
  for (let lag = 1; lag < theta.length; lag++) {
    const both = a + b;
    a -= step * both;
    b = momentum * both;
    // Squares of what has decayed this far are below any double's resolution, and denormal numbers are slow.
    if (Math.abs(a) + Math.abs(b) < NEGLIGIBLE) a = b = 0;
    theta[lag] = a;
    velocity[lag] = b;
    sumTheta[lag] = sa += a;
    sumVelocity[lag] = sb += b;
    thetaTheta[lag] = saa += a * a;
    thetaVelocity[lag] = sab += a * b;
    velocityVelocity[lag] = sbb += b * b;
  }
  const { push, sumPush, thetaPush, velocityPush, pushPush } = row;
  for (let lag = 1; lag < push.length; lag++) {
    const pushed = push[lag - 1] + theta[lag - 1] + velocity[lag - 1];
    push[lag] = pushed;
    sumPush[lag] = sumPush[lag - 1] + pushed;
    thetaPush[lag] = thetaPush[lag - 1] + theta[lag] * pushed;
    velocityPush[lag] = velocityPush[lag - 1] + velocity[lag] * pushed;
    pushPush[lag] = pushPush[lag - 1] + pushed * pushed;
  }
}

/** Σ_{h=1}^{lags} (row_h · (x, y) + z C_h)². */
export function squaresAhead(row: ResponseRow, lags: number, x: number, y: number, z: number): number {
  const free = x * x * row.thetaTheta[lags] + 2 * x * y * row.thetaVelocity[lags] + y * y * row.velocityVelocity[lags];
  if (z === 0) return free;
  return free + z * (2 * (x * row.thetaPush[lags] + y * row.velocityPush[lags]) + z * row.pushPush[lags]);
}
