import { describe, expect, it } from 'vitest';
import { noiseAlongTrajectory } from '../../src/noise/autocovariance.ts';
import { normals, range } from '../hessian/plain-mlp.ts';

const K = 3;
const UPDATES = 50;
const learningRate = 0.07;
const momentum = 0.9;
const eigenvalues = Float64Array.of(2, 0.1, -0.01);
const gradient = Float64Array.of(0.03, -0.2, 0.001);

/** Heavy ball on L(x) = Σ gᵢxᵢ + λᵢxᵢ²/2 about θ̄ with given noise; rows after every update. */
function simulate(noise: Float64Array) {
  const opening = { theta: normals(K, 1), velocity: normals(K, 2, 0.1) };
  const x = opening.theta.slice();
  const v = opening.velocity.slice();
  const theta = new Float64Array(UPDATES * K);
  const velocity = new Float64Array(UPDATES * K);
  for (let update = 0; update < UPDATES; update++)
    for (let i = 0; i < K; i++) {
      v[i] = momentum * v[i] - learningRate * (gradient[i] + eigenvalues[i] * x[i] + noise[update * K + i]);
      x[i] += v[i];
      theta[update * K + i] = x[i];
      velocity[update * K + i] = v[i];
    }
  return { theta, velocity, opening };
}

const model = { eigenvalues, gradient, learningRate, momentum };
const error = (a: Float64Array, b: Float64Array) => Math.max(...range(a.length).map((i) => Math.abs(a[i] - b[i])));

// Channel: the noise that a simulated quadratic was given.
describe('the noise along a trajectory', () => {
  const noise = normals(UPDATES * K, 3);

  it('is that of the simulation, the first update included', () => {
    const { opening, ...path } = simulate(noise);
    expect(error(noiseAlongTrajectory(path, opening, model), noise)).toBeLessThan(1e-13);
  });

  it('keeps its digits where the recording is float32', () => {
    const { opening, theta, velocity } = simulate(noise);
    const rounded = { theta: Float32Array.from(theta), velocity: Float32Array.from(velocity) };
    // v of about 0.3, rounded by 2⁻²⁵ of it twice, over η; λ·x likewise.
    expect(error(noiseAlongTrajectory(rounded, opening, model), noise)).toBeLessThan(2e-6);
  });

  it('shows a wrong curvature as noise that follows the weights', () => {
    const { opening, ...path } = simulate(noise);
    const wrong = { ...model, eigenvalues: eigenvalues.map((value) => value + 0.5) };
    const found = noiseAlongTrajectory(path, opening, wrong);
    expect(found[K] - noise[K]).toBeCloseTo(-0.5 * path.theta[0], 12);
  });
});
