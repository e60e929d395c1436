/**
 * Finite windows by exact propagation of the covariance, from any start, for any sign of the eigenvalue: O(K) for the
 * variances and for their degrees of freedom.
 */
import type { StateCovariance } from './boundary.ts';
import type { UpdateRule } from './direction.ts';
import type { EpochNoise } from './noise.ts';
import { fillResponseRow, responseRow, squaresAhead, type ResponseRow } from './responses.ts';
import type { WindowMoments } from './window-moments.ts';

/** The window to propagate through: the start is an epoch boundary, `burnInUpdates` before the window. */
export interface PropagatedWindow {
  /** K, updates of the window. */
  readonly updates: number;
  /** Updates between the start and the window. */
  readonly burnInUpdates: number;
  /** Length of an epoch; Infinity for independent batches, which know no epochs. */
  readonly epochLength: number;
  readonly noise: EpochNoise;
}

/** Moments of the window, with the mean products that a change of variables needs. */
export interface PropagatedMoments extends WindowMoments {
  /** Mean of θ² over the window, about the minimum. */
  readonly thetaMeanSquare: number;
  /** Mean of θv over the window. */
  readonly crossMean: number;
}

/**
 * Prepares the propagation through one window; the function returned may be called for many directions.
 *
 * The covariance of two updates of the window is R(k, k+h) = (A^h P_k)_θθ − fq C_θ,j C_θ,h while both lie in one epoch
 * (j updates into it), and (A^{l} g_k)_θ beyond its end E = k+h−l, with g_k the covariance of the state at E and θ_k.
 * Sums of R and R² over h therefore follow from running sums over powers of A.
 *
 * @returns moments per unit noise variance for an update rule and the state's covariance at the start
 * @see docs/concepts/epoch-noise.md, equations 15, 17 and 18
 */
export function windowPropagator(
  window: PropagatedWindow,
): (rule: UpdateRule, start: StateCovariance) => PropagatedMoments {
  const { updates, burnInUpdates, epochLength, noise } = window;
  const correlated = noise.samplingFraction > 0;
  const pushLength = correlated ? Math.min(epochLength, updates + burnInUpdates) : 0;
  const length = Math.max(updates, pushLength);
  const weightRow = responseRow(length, pushLength);
  const velocityRow = responseRow(length, pushLength);

  return (rule, start) => {
    fillResponseRow(weightRow, rule, 1, 0);
    fillResponseRow(velocityRow, rule, 0, 1);
    const { momentum } = rule;
    const step = rule.learningRate * rule.eigenvalue;
    const strength = rule.learningRate * rule.learningRate * noise.scale;
    const anti = noise.samplingFraction * strength;
    let { theta, cross, velocity } = start;
    let position = 0;
    // Covariance of the state with the sum of the window's earlier weights, and Σ C_θ,j over those of this epoch.
    let [withSumTheta, withSumVelocity, earlier] = [0, 0, 0];
    let [traceTheta, traceCross, traceVelocity, total, rows, squareTheta, squareVelocity] = [0, 0, 0, 0, 0, 0, 0];

    for (let update = 1 - burnInUpdates; update <= updates; update++) {
      if (position === epochLength) position = earlier = 0;
      position++;
      // P ← A P Aᵀ + noise, written for v ← βv − ηλθ − ηδg, θ ← θ + v.
      const nextVelocity = momentum * (momentum * velocity - 2 * step * cross) + step * step * theta;
      const nextCross = momentum * cross - step * theta;
      theta += 2 * nextCross + nextVelocity;
      cross = nextCross + nextVelocity;
      velocity = nextVelocity;
      theta += strength;
      cross += strength;
      velocity += strength;
      let [pushTheta, pushVelocity] = [0, 0];
      if (correlated) {
        // The new noise leans against all noise of the epoch so far, itself included: the state holds that as C_j.
        pushTheta = weightRow.push[position];
        pushVelocity = velocityRow.push[position];
        theta -= anti * (2 * pushTheta - 1);
        cross -= anti * (pushTheta + pushVelocity - 1);
        velocity -= anti * (2 * pushVelocity - 1);
      }
      if (update < 1) continue;

      const ahead = Math.min(epochLength - position, updates - update);
      const beyond = updates - update - ahead;
      const antiTheta = -anti * pushTheta;
      const antiVelocity = -anti * pushVelocity;

      traceTheta += theta;
      traceCross += cross;
      traceVelocity += velocity;
      let sumAhead = theta * weightRow.sumTheta[ahead] + cross * weightRow.sumVelocity[ahead];
      let squares = squaresAhead(weightRow, ahead, theta, cross, antiTheta);
      let velocitySquares = squaresAhead(velocityRow, ahead, cross, velocity, antiVelocity);
      if (correlated) sumAhead += antiTheta * weightRow.sumPush[ahead];
      if (beyond > 0) {
        const endTheta = carried(weightRow, ahead, theta, cross, antiTheta);
        const endVelocity = carried(velocityRow, ahead, theta, cross, antiTheta);
        sumAhead += endTheta * weightRow.sumTheta[beyond] + endVelocity * weightRow.sumVelocity[beyond];
        squares += squaresAhead(weightRow, beyond, endTheta, endVelocity, 0);
        const endCross = carried(weightRow, ahead, cross, velocity, antiVelocity);
        const endSpeed = carried(velocityRow, ahead, cross, velocity, antiVelocity);
        velocitySquares += squaresAhead(velocityRow, beyond, endCross, endSpeed, 0);
      }
      squareTheta += theta * theta + 2 * squares;
      squareVelocity += velocity * velocity + 2 * velocitySquares;
      const row = withSumTheta + theta + sumAhead;
      total += row;
      rows += row * row;

      // The sum of earlier weights takes in this one, then the state moves on under noise that is anti-correlated with it.
      withSumTheta += theta;
      withSumVelocity += cross;
      earlier += pushTheta;
      const drive = correlated && position < epochLength ? -anti * earlier : 0;
      withSumVelocity = momentum * withSumVelocity - step * withSumTheta + drive;
      withSumTheta += withSumVelocity;
    }

    const trace = traceTheta - total / updates;
    const centred = squareTheta - (2 * rows) / updates + (total / updates) ** 2;
    return {
      thetaVariance: trace / updates,
      velocityVariance: traceVelocity / updates,
      thetaDegreesOfFreedom: trace ** 2 / centred,
      velocityDegreesOfFreedom: traceVelocity ** 2 / squareVelocity,
      thetaMeanSquare: traceTheta / updates,
      crossMean: traceCross / updates,
    };
  };
}

/** Row of the covariance carried over `lags` updates that end the epoch. */
function carried(row: ResponseRow, lags: number, x: number, y: number, z: number): number {
  return row.theta[lags] * x + row.velocity[lags] * y + z * row.push[lags];
}
