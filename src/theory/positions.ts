/** Variances at each position in the epoch: reshuffled noise makes the process periodic, not stationary. */
import { boundaryCovariance } from './boundary.ts';
import { checkStationary, type Direction } from './direction.ts';
import { epochNoise } from './noise.ts';

/** Variances by position: entry j belongs to the state after j updates of the epoch; 0 is the end of the one before. */
export interface PositionVariances {
  /** Weight variance, [M]. */
  readonly theta: Float64Array;
  /** Velocity variance, [M]. */
  readonly velocity: Float64Array;
}

/**
 * Weight and velocity variance at every position of a reshuffled epoch in the periodic steady state.
 *
 * @param samplingFraction f = S/N where a last incomplete batch is dropped; 1/M by default
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β), or unless 0 ≤ f ≤ 1/M
 * @see docs/concepts/epoch-noise.md, equation 11
 */
export function reshuffledPositionVariances(direction: Direction, samplingFraction?: number): PositionVariances {
  checkStationary(direction);
  const { learningRate, momentum, eigenvalue, batchesPerEpoch, noiseVariance } = direction;
  const noise = epochNoise(batchesPerEpoch, samplingFraction);
  const step = learningRate * eigenvalue;
  const strength = learningRate * learningRate * noise.scale;
  const start = boundaryCovariance(direction, batchesPerEpoch, noise);
  const theta = new Float64Array(batchesPerEpoch);
  const velocity = new Float64Array(batchesPerEpoch);
  // A^j of the start, and Welford sums of the impulse responses 0 … j−1.
  let [a, b, c, d] = [1, 0, 0, 1];
  let [response, speed] = [1, 1];
  let [meanResponse, meanSpeed, sumResponse, sumSpeed] = [0, 0, 0, 0];
  for (let position = 0; position < batchesPerEpoch; position++) {
    const left =
      noise.epochExcess === 0
        ? (position * (batchesPerEpoch - position)) / batchesPerEpoch
        : position * (1 - position * noise.samplingFraction);
    const carriedTheta = a * a * start.theta + 2 * a * b * start.cross + b * b * start.velocity;
    // A random walk (infinite start) leaves no trace in the velocity, whose c is exactly 0 then.
    const carriedVelocity = (c === 0 ? 0 : c * (c * start.theta + 2 * d * start.cross)) + d * d * start.velocity;
    theta[position] = noiseVariance * (carriedTheta + strength * (sumResponse + left * meanResponse * meanResponse));
    velocity[position] = noiseVariance * (carriedVelocity + strength * (sumSpeed + left * meanSpeed * meanSpeed));
    const offResponse = response - meanResponse;
    const offSpeed = speed - meanSpeed;
    meanResponse += offResponse / (position + 1);
    meanSpeed += offSpeed / (position + 1);
    sumResponse += offResponse * (response - meanResponse);
    sumSpeed += offSpeed * (speed - meanSpeed);
    speed = momentum * speed - step * response;
    response += speed;
    c = momentum * c - step * a;
    a += c;
    d = momentum * d - step * b;
    b += d;
  }
  return { theta, velocity };
}
