/** Channel: the heavy-ball recursion itself, run from rest. */
import { describe, expect, it } from 'vitest';
import { expectedDrift } from '../../src/experiment/drift.ts';

/** θ after so many noiseless updates of v ← βv − η(g + λθ), θ ← θ + v, from θ = v = 0. */
function descended(gradient: number, eigenvalue: number, updates: number, learningRate: number, momentum: number) {
  let [theta, velocity] = [0, 0];
  for (let k = 0; k < updates; k++) {
    velocity = momentum * velocity - learningRate * (gradient + eigenvalue * theta);
    theta += velocity;
  }
  return theta;
}

describe('expectedDrift', () => {
  // κ = ηλ/(1−β) from 0 to 0.02, κK from 0 to 80, both signs of curvature.
  it.each([
    [0, 4000],
    [1e-9, 4000],
    [1e-4, 4000],
    [1e-3, 4000],
    [4e-2, 4000],
    [-1e-4, 4000],
    [-1e-3, 4000],
    [6e-4, 20_000],
  ])('is where the recursion ends: λ = %d, %d updates', (eigenvalue, updates) => {
    const [learningRate, momentum] = [0.05, 0.9];
    const found = expectedDrift(3e-4, eigenvalue, updates, { learningRate, momentum });
    const exact = descended(3e-4, eigenvalue, updates, learningRate, momentum);
    // The velocity takes β/(1−β) = 9 updates to rise, of 4,000; a path that grows by e² loses more by it.
    expect(Math.abs(found / exact - 1)).toBeLessThan(0.02);
  });

  it('goes against the gradient, and no further than the minimum', () => {
    const rule = { learningRate: 0.1, momentum: 0.5 };
    expect(expectedDrift(2, 100, 1000, rule)).toBeCloseTo(-0.02, 15);
    expect(expectedDrift(-2, 100, 1000, rule)).toBeCloseTo(0.02, 15);
    expect(Math.abs(expectedDrift(0, 0.1, 1000, rule))).toBe(0);
  });

  it('has no step between flat and curved', () => {
    const rule = { learningRate: 0.05, momentum: 0.9 };
    const flat = expectedDrift(1, 0, 2000, rule);
    expect(flat).toBeCloseTo((-0.05 * 2000) / 0.1, 9);
    for (const tiny of [1e-14, -1e-14, 1e-300, -1e-300])
      expect(expectedDrift(1, tiny, 2000, rule) / flat).toBeCloseTo(1, 10);
  });
});
