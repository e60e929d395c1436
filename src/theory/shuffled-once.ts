/**
 * One shuffle for all epochs: the weights settle on a limit cycle that is one draw, set by the permutation. All variances
 * here are expectations over the permutation.
 */
import { checkStationary, relaxationRate, type Direction, type UpdateRule } from './direction.ts';
import { epochMatrix, slowEpochMap, SLOW_LIMIT } from './epoch-map.ts';
import { solveLinear } from './linear-solve.ts';
import { epochNoise, type EpochNoise } from './noise.ts';

/** The limit cycle's response to one batch of the order: deviations from the mean over the cycle, [M] each. */
export interface CycleResponse {
  readonly theta: Float64Array;
  readonly velocity: Float64Array;
}

/**
 * Response of the limit cycle to unit noise in one batch, m = 0 … M−1 updates later: G_m = A^m (I − A^M)⁻¹ (1, 1)ᵀ less
 * its mean over m.
 *
 * @param rule any λ with ηλ ≠ 0 that is stable, and the limit λ = 0
 * @see docs/concepts/epoch-noise.md, equation 13
 */
function cycleResponse(rule: UpdateRule, batchesPerEpoch: number): CycleResponse {
  const kappa = relaxationRate(rule);
  const response = { theta: new Float64Array(batchesPerEpoch), velocity: new Float64Array(batchesPerEpoch) };
  if (kappa < SLOW_LIMIT) slowCycle(rule, kappa, response);
  else directCycle(rule, response);
  // The velocity's mean over a cycle is zero in exact arithmetic; both are centred to keep the rounding out.
  centre(response.theta);
  centre(response.velocity);
  return response;
}

/** In (κy, v), accumulating only what y differs from its start: the cycle's mean, which diverges as 1/κ, is never formed. */
function slowCycle(rule: UpdateRule, kappa: number, response: CycleResponse): void {
  const { momentum } = rule;
  const updates = response.theta.length;
  const { alpha, gamma, mu, nu } = slowEpochMap(rule, updates);
  const solution = solveLinear(
    [
      [alpha, kappa * gamma],
      [-mu, 1 - nu],
    ],
    [1 / (1 - momentum), 1],
  );
  const lag = momentum / (1 - momentum);
  const start = solution[0];
  let velocity = solution[1];
  let moved = 0;
  for (let update = 0; update < updates; update++) {
    response.theta[update] = moved - lag * velocity;
    response.velocity[update] = velocity;
    const kappaTheta = start + kappa * (moved - lag * velocity);
    moved -= kappaTheta;
    velocity = momentum * velocity - (1 - momentum) * kappaTheta;
  }
}

function directCycle(rule: UpdateRule, response: CycleResponse): void {
  const updates = response.theta.length;
  const step = rule.learningRate * rule.eigenvalue;
  const map = epochMatrix(rule, updates);
  let [theta, velocity] = solveLinear(
    [
      [1 - map.thetaTheta, -map.thetaVelocity],
      [-map.velocityTheta, 1 - map.velocityVelocity],
    ],
    [1, 1],
  );
  for (let update = 0; update < updates; update++) {
    response.theta[update] = theta;
    response.velocity[update] = velocity;
    velocity = rule.momentum * velocity - step * theta;
    theta += velocity;
  }
}

function centre(values: Float64Array): void {
  let mean = 0;
  for (const value of values) mean += value;
  mean /= values.length;
  for (let index = 0; index < values.length; index++) values[index] -= mean;
}

/**
 * Weight variance over one cycle, expected over the permutation: q Σ_m (G_m − Ḡ)²_θ. Half of the reshuffled one at small
 * eigenvalues, at leading order.
 *
 * @param samplingFraction f = S/N where a last incomplete batch is dropped; 1/M by default
 * @returns variance in units of the weights squared
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β), or unless 0 ≤ f ≤ 1/M
 * @see docs/concepts/epoch-noise.md, equation 13
 */
export function shuffledOnceWeightVariance(direction: Direction, samplingFraction?: number): number {
  return shuffledOnceVariances(direction, samplingFraction).theta;
}

/**
 * Velocity variance over one cycle, expected over the permutation: q Σ_m (G_m)²_v.
 *
 * @param samplingFraction f = S/N where a last incomplete batch is dropped; 1/M by default
 * @returns variance of one update's step, in units of the weights squared
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β), or unless 0 ≤ f ≤ 1/M
 * @see docs/concepts/epoch-noise.md, equation 13
 */
export function shuffledOnceVelocityVariance(direction: Direction, samplingFraction?: number): number {
  return shuffledOnceVariances(direction, samplingFraction).velocity;
}

/** Both of these variances, for the price of one. */
export function shuffledOnceVariances(
  direction: Direction,
  samplingFraction?: number,
): { readonly theta: number; readonly velocity: number } {
  checkStationary(direction);
  const { batchesPerEpoch, learningRate, noiseVariance } = direction;
  const strength = noiseVariance * learningRate ** 2 * epochNoise(batchesPerEpoch, samplingFraction).scale;
  const { theta, velocity } = cycleResponse(direction, batchesPerEpoch);
  return { theta: strength * sumOfProducts(theta, theta), velocity: strength * sumOfProducts(velocity, velocity) };
}

/**
 * Autocovariances of weight and velocity around the cycle, over lags 0 … M−1, per unit C, in O(M): the covariance with a
 * fixed update obeys the update rule itself, driven by the cycle's own response.
 *
 * @see docs/concepts/epoch-noise.md, equation 14
 */
export function cycleAutocovariance(
  rule: UpdateRule,
  batchesPerEpoch: number,
  noise: EpochNoise,
): { readonly theta: Float64Array; readonly velocity: Float64Array } {
  const strength = rule.learningRate * rule.learningRate * noise.scale;
  const { theta, velocity } = cycleResponse(rule, batchesPerEpoch);
  const around = (own: Float64Array, isVelocity: boolean) => {
    const step = rule.learningRate * rule.eigenvalue;
    const covariance = new Float64Array(batchesPerEpoch);
    let withTheta = strength * sumOfProducts(theta, own);
    let withVelocity = strength * sumOfProducts(velocity, own);
    for (let lag = 0; lag < batchesPerEpoch; lag++) {
      covariance[lag] = isVelocity ? withVelocity : withTheta;
      withVelocity = rule.momentum * withVelocity - step * withTheta + strength * own[batchesPerEpoch - 1 - lag];
      withTheta += withVelocity;
    }
    return covariance;
  };
  return { theta: around(theta, false), velocity: around(velocity, true) };
}

function sumOfProducts(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index] * right[index];
  return sum;
}
