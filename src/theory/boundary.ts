/** Covariance of the state (θ, v) at the boundary between two reshuffled epochs: the start of every exact propagation. */
import { relaxationRate, type UpdateRule } from './direction.ts';
import { epochMatrix, slowEpochMap, SLOW_LIMIT } from './epoch-map.ts';
import { solveLinear } from './linear-solve.ts';
import type { EpochNoise } from './noise.ts';

/** Covariance of weight and velocity at one moment, per unit noise variance C. */
export interface StateCovariance {
  readonly theta: number;
  readonly cross: number;
  readonly velocity: number;
}

/** At rest in the minimum. */
export const AT_REST: StateCovariance = { theta: 0, cross: 0, velocity: 0 };

/** Covariance (first, cross, second) that one epoch of noise adds to a state that starts at rest. */
interface Injection {
  readonly first: number;
  readonly cross: number;
  readonly second: number;
}

/**
 * Stationary covariance at an epoch boundary, per unit C: the solution of P = A^M P (A^M)ᵀ + W_M.
 *
 * @param rule 0 ≤ ηλ < 2(1+β)
 * @param noise of an epoch of M updates
 * @returns an infinite weight variance where the noise of an epoch does not sum to zero and λ = 0: a random walk
 * @see docs/concepts/epoch-noise.md, equations 11 and 12
 */
export function boundaryCovariance(rule: UpdateRule, batchesPerEpoch: number, noise: EpochNoise): StateCovariance {
  const kappa = relaxationRate(rule);
  return kappa < SLOW_LIMIT
    ? slowBoundary(rule, kappa, batchesPerEpoch, noise)
    : directBoundary(rule, batchesPerEpoch, noise);
}

/** In (y, v). The yy equation is divided by κ: its noise is O(κ²) and its left side O(κ), so nothing is lost at κ → 0. */
function slowBoundary(rule: UpdateRule, kappa: number, updates: number, noise: EpochNoise): StateCovariance {
  const { alpha, gamma, mu, nu } = slowEpochMap(rule, updates);
  const injected = injectedCovariance(rule, updates, noise, true);
  const stay = 1 - kappa * alpha;
  const [slow, cross, velocity] = solveLinear(
    [
      [alpha * (2 - kappa * alpha), 2 * stay * gamma, -kappa * gamma * gamma],
      [-stay * kappa * mu, 1 - stay * nu + kappa * kappa * gamma * mu, kappa * gamma * nu],
      [-kappa * kappa * mu * mu, -2 * kappa * mu * nu, 1 - nu * nu],
    ],
    [injected.first, injected.cross, injected.second],
  );
  const lag = rule.momentum / (1 - rule.momentum);
  return { theta: slow - 2 * lag * cross + lag * lag * velocity, cross: cross - lag * velocity, velocity };
}

/** In (θ, v) directly, for directions that relax within a few updates. */
function directBoundary(rule: UpdateRule, updates: number, noise: EpochNoise): StateCovariance {
  const { thetaTheta: a, thetaVelocity: b, velocityTheta: c, velocityVelocity: d } = epochMatrix(rule, updates);
  const injected = injectedCovariance(rule, updates, noise, false);
  const [theta, cross, velocity] = solveLinear(
    [
      [1 - a * a, -2 * a * b, -b * b],
      [-a * c, 1 - a * d - b * c, -b * d],
      [-c * c, -2 * c * d, 1 - d * d],
    ],
    [injected.first, injected.cross, injected.second],
  );
  return { theta, cross, velocity };
}

/**
 * W_M by Welford's running sums over the impulse responses c_i, so that their common mean, which the zero sum of the
 * noise removes, never enters. In slow coordinates, y's response is 1/(1−β) − κΣθ: only Σθ varies; the yy entry is
 * returned over κ.
 */
function injectedCovariance(rule: UpdateRule, updates: number, noise: EpochNoise, slow: boolean): Injection {
  const step = rule.learningRate * rule.eigenvalue;
  const kappa = relaxationRate(rule);
  let theta = 1;
  let velocity = 1;
  let passed = 0;
  let [meanFirst, meanVelocity, sumFirst, sumCross, sumVelocity] = [0, 0, 0, 0, 0];
  for (let update = 1; update <= updates; update++) {
    const first = slow ? -passed : theta;
    const offFirst = first - meanFirst;
    const offVelocity = velocity - meanVelocity;
    meanFirst += offFirst / update;
    meanVelocity += offVelocity / update;
    sumFirst += offFirst * (first - meanFirst);
    sumCross += offFirst * (velocity - meanVelocity);
    sumVelocity += offVelocity * (velocity - meanVelocity);
    passed += theta;
    velocity = rule.momentum * velocity - step * theta;
    theta += velocity;
  }
  const strength = rule.learningRate * rule.learningRate * noise.scale;
  const excess = noise.epochExcess;
  if (!slow) {
    return {
      first: strength * (sumFirst + excess * meanFirst * meanFirst),
      cross: strength * (sumCross + excess * meanFirst * meanVelocity),
      second: strength * (sumVelocity + excess * meanVelocity * meanVelocity),
    };
  }
  const meanSlow = 1 / (1 - rule.momentum) + kappa * meanFirst;
  const restFirst = excess === 0 ? 0 : (excess * meanSlow * meanSlow) / kappa;
  return {
    first: strength * (kappa * sumFirst + restFirst),
    cross: strength * (kappa * sumCross + excess * meanSlow * meanVelocity),
    second: strength * (sumVelocity + excess * meanVelocity * meanVelocity),
  };
}
