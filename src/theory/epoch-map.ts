/**
 * One noiseless epoch in the slow coordinate y = θ + βv/(1−β), which moves only by −κθ an update. Everything that gets
 * small with κ is divided by it beforehand, so the numbers stay exact down to κ = 0, where (I − A^M) is singular.
 */
import { relaxationRate, type UpdateRule } from './direction.ts';

/** Below this κ the slow coordinate conditions the equations; above it, it costs digits and (θ, v) is used directly. */
export const SLOW_LIMIT = 0.3;

/** M updates without noise: y_M = y_0 − κ(alpha·y_0 + gamma·v_0), v_M = κ·mu·y_0 + nu·v_0. */
export interface SlowEpochMap {
  readonly alpha: number;
  readonly gamma: number;
  readonly mu: number;
  readonly nu: number;
}

/** M updates without noise in (θ, v): the matrix A^M, row by row. */
export interface EpochMatrix {
  readonly thetaTheta: number;
  readonly thetaVelocity: number;
  readonly velocityTheta: number;
  readonly velocityVelocity: number;
}

/**
 * The epoch map in the slow coordinate, by carrying the two basis vectors through the epoch.
 *
 * @see docs/concepts/epoch-noise.md, equation 12
 */
export function slowEpochMap(rule: UpdateRule, updates: number): SlowEpochMap {
  const kappa = relaxationRate(rule);
  const { momentum } = rule;
  const lag = momentum / (1 - momentum);
  // From y = 1, v = 0: v is O(κ) and carried over κ. From y = 0, v = 1: y is O(κ) and carried over κ.
  let slow = 1;
  let velocityOverKappa = 0;
  let alpha = 0;
  let slowOverKappa = 0;
  let velocity = 1;
  for (let update = 0; update < updates; update++) {
    const theta = slow - kappa * lag * velocityOverKappa;
    alpha += theta;
    slow -= kappa * theta;
    velocityOverKappa = momentum * velocityOverKappa - (1 - momentum) * theta;
    const thetaOfVelocity = kappa * slowOverKappa - lag * velocity;
    slowOverKappa -= thetaOfVelocity;
    velocity = momentum * velocity - (1 - momentum) * kappa * thetaOfVelocity;
  }
  return { alpha, gamma: -slowOverKappa, mu: velocityOverKappa, nu: velocity };
}

/**
 * The matrix A^M of M updates without noise.
 *
 * @see docs/concepts/epoch-noise.md, equation 2
 */
export function epochMatrix(rule: UpdateRule, updates: number): EpochMatrix {
  const step = rule.learningRate * rule.eigenvalue;
  let [thetaTheta, velocityTheta, thetaVelocity, velocityVelocity] = [1, 0, 0, 1];
  for (let update = 0; update < updates; update++) {
    velocityTheta = rule.momentum * velocityTheta - step * thetaTheta;
    thetaTheta += velocityTheta;
    velocityVelocity = rule.momentum * velocityVelocity - step * thetaVelocity;
    thetaVelocity += velocityVelocity;
  }
  return { thetaTheta, thetaVelocity, velocityTheta, velocityVelocity };
}
