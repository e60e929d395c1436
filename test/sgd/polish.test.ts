import { describe, expect, it } from 'vitest';
import { polish, type PolishResult } from '../../src/sgd/polish.ts';
import { normals } from '../hessian/plain-mlp.ts';
import {
  bowl,
  FLAT,
  type Landscape,
  OPTIONS,
  polished,
  saddle,
  SIGMA,
  toolsFor,
  turnedBowl,
  valley,
} from './landscapes.ts';

const stiff = Array.from({ length: 30 }, (_, i) => 10 / (i + 1) ** 2);

/** Never uphill: the objective before each step, and that of the end, do not rise but for rounding. */
function expectDescent(landscape: Landscape, start: Float64Array, { steps, theta }: PolishResult): void {
  const values = [landscape.value(start), ...steps.map(({ value }) => value), landscape.value(theta)];
  for (let at = 1; at < values.length; at++)
    expect(values[at]).toBeLessThanOrEqual(values[at - 1] + 1e-12 * Math.abs(values[at - 1]));
}

// Channel of all: landscapes whose minima and saddles are known in closed form.
describe('the polish', () => {
  it('reaches the minimum of a quadratic', async () => {
    const centre = normals(30, 1);
    const landscape = bowl(stiff, centre, 0.3);
    const result = await polished(landscape, normals(30, 2));
    expect(result.converged).toBe(true);
    expect(result.drift.median).toBeLessThan(0.1);
    expect(result.drift.directions).toBe(30);
    expect(result.verdict).toMatch(/^near the minimum: expected drift over the window .* predicted σ \(median over 30/);
    expectDescent(landscape, normals(30, 2), result);
    // Half of the directions are nearer than the ratio asks.
    const distances = result.theta.map((value, i) => Math.abs(value - centre[i])).sort();
    expect(distances[14]).toBeLessThan(0.1 * SIGMA);
  });

  it('does nothing at a minimum', async () => {
    const centre = normals(30, 1);
    const { converged, theta } = await polished(bowl(stiff, centre), centre);
    expect(converged).toBe(true);
    expect(theta).toEqual(centre);
  });

  it('settles in the curved directions where others are flat, or bend down too little to matter', async () => {
    // A bottom 10 away along the last direction: the polish need not go there.
    const landscape = saddle([...stiff, FLAT / 100, FLAT / 100, -FLAT / 10], 1e-6);
    const start = normals(33, 2);
    const result = await polished(landscape, start);
    expect(result.converged).toBe(true);
    expectDescent(landscape, start, result);
    const distances = [...result.theta.subarray(0, 30)].map(Math.abs).sort((a, b) => a - b);
    expect(distances[14]).toBeLessThan(0.1 * SIGMA);
  });

  it.each([
    ['with a gradient to follow', 1e-3],
    ['where the gradient is nearly blind to it', 1e-12],
    ['at the very top, where the gradient is 0', 0],
  ])('leaves a saddle %s', async (_, offset) => {
    const landscape = saddle([...stiff, -0.2]);
    const start = Float64Array.from({ length: 31 }, (_, i) => (i === 30 ? offset : 0.1));
    const result = await polished(landscape, start);
    expect(result.converged).toBe(true);
    expect(Math.abs(result.theta[30])).toBeCloseTo(Math.sqrt(0.2), 3);
    expectDescent(landscape, start, result);
  });

  it('leaves a saddle of several directions', async () => {
    const landscape = saddle([...stiff, -0.05, -0.2, -0.2]);
    const { theta, converged } = await polished(landscape, new Float64Array(33));
    expect(converged).toBe(true);
    expect([...theta.subarray(30)].map(Math.abs)).toEqual(
      [0.05, 0.2, 0.2].map((value) => expect.closeTo(Math.sqrt(value), 1)),
    );
  });

  it('calls no saddle a minimum: a slope that never ends', async () => {
    // ½Σλx² falls for ever along the last direction: no minimum, and no convergence.
    const { converged, verdict, drift } = await polished(bowl([...stiff, -0.2], new Float64Array(31)), normals(31, 3));
    expect(converged).toBe(false);
    expect(verdict).toMatch(/saddle|stopped after/);
    expect(drift.directions).toBe(30);
  });

  it('follows a curved valley to its end, never uphill', async () => {
    const landscape = valley(10);
    const start = Float64Array.from({ length: 10 }, (_, i) => (i % 2 ? 1 : -1.2));
    const result = await polished(landscape, start);
    expect(result.converged).toBe(true);
    expectDescent(landscape, start, result);
    result.theta.forEach((value) => expect(value).toBeCloseTo(1, 3));
  });

  it('keeps away from where the objective is no number', async () => {
    const landscape = valley(4);
    const walled: Landscape = { ...landscape, value: (x) => (x[0] > 1.05 || x[1] > 1.5 ? NaN : landscape.value(x)) };
    const start = Float64Array.of(-1.2, 1, -1.2, 1);
    const result = await polished(walled, start);
    expect(result.converged).toBe(true);
    expect(result.theta[0]).toBeCloseTo(1, 3);
  });

  // The objective of large networks is known to float32 only: what steps gain drowns in that, the gradient still tells.
  it('reaches the minimum where the objective is rounded to float32', async () => {
    const start = normals(30, 1);
    const landscape = valley(30);
    const rounded = { ...landscape, value: (x: Float64Array) => landscape.value(x) + 30 };
    const result = await polished(rounded, start, { driftRatio: 1e-3 }, { roundValue: Math.fround });
    expect(result.converged).toBe(true);
  });

  it('reaches it with the curvature of a subset, ten or thirty per cent off', async () => {
    for (const wrongCurvature of [0.7, 0.9, 1.1, 1.3]) {
      const { converged } = await polished(bowl(stiff, normals(30, 1), 1), normals(30, 2), {}, { wrongCurvature });
      expect(converged).toBe(true);
    }
  });

  it('takes no noise of a subset for a saddle', async () => {
    const { converged } = await polished(bowl(stiff, normals(30, 1), 1), normals(30, 2), {}, { dent: 0.1 });
    expect(converged).toBe(true);
  });

  it('reaches it with the leading directions only', async () => {
    const landscape = bowl(stiff, normals(30, 1), 1);
    const result = await polished(landscape, normals(30, 2), {}, { leading: 10 });
    expect(result.converged).toBe(true);
    expect(result.drift.directions).toBe(10);
    expectDescent(landscape, normals(30, 2), result);
  });

  it.each([0, 1, 3])('stops after %i iterations and says so', async (iterations) => {
    const start = Float64Array.of(-1.2, 1, -1.2, 1);
    const result = await polished(valley(4), start, { iterations });
    expect(result.converged).toBe(false);
    expect(result.steps.length).toBeLessThanOrEqual(iterations);
    expect(result.verdict).toMatch(
      new RegExp(
        `^stopped after ${iterations} iterations \\(polish.iterations\\); expected drift .*, wanted below 0.1$`,
      ),
    );
    // The drift it names is that of the weights it returns.
    expect(result.drift.median).toBeGreaterThan(0.1);
    expect(Number.isFinite(result.drift.median)).toBe(true);
  });

  it('says that no more is to be had, long before the iterations are used up', async () => {
    const landscape = turnedBowl(stiff, normals(30, 1), 10);
    const result = await polished(landscape, normals(30, 2), { driftRatio: 1e-30 });
    expect(result.converged).toBe(false);
    expect(result.verdict).toMatch(/^further Newton steps bring nothing \(lowest eigenvalue 0\.0111\); /);
    expect(result.steps.length).toBeLessThan(30);
    expect(result.counts.bases).toBeLessThanOrEqual(6);
    expect(result.drift.median).toBeLessThan(1e-6);
    expectDescent(landscape, normals(30, 2), result);
  });

  it('does not go on for ever where no direction counts', async () => {
    const { converged, steps } = await polished(bowl([FLAT / 2, FLAT / 3], normals(2, 1)), normals(2, 2));
    expect(converged).toBe(false);
    expect(steps.length).toBeLessThan(30);
  });

  it('lets go of every Hessian, when it is stopped too', async () => {
    const { counts } = await polished(valley(4), Float64Array.of(-1.2, 1, -1.2, 1));
    expect(counts.disposed).toBe(counts.operators);
    for (const after of [1, 10, 25]) {
      const { tools, counts } = toolsFor(valley(4));
      let reports = 0;
      const work = polish(Float64Array.of(-1.2, 1, -1.2, 1), tools, OPTIONS, async () => {
        if (++reports === after) throw new Error('stopped');
      });
      await expect(work).rejects.toThrow('stopped');
      expect(counts.disposed).toBe(counts.operators);
    }
  });

  it('gives the same bytes for the same start', async () => {
    const start = Float64Array.of(-1.2, 1, -1.2, 1);
    expect(await polished(valley(4), start)).toEqual(await polished(valley(4), start));
  });
});
