/** Sums over directions by hand, and where in a window the objective is evaluated. */
import { describe, expect, it } from 'vitest';
import { quadraticLossFluctuation } from '../../../src/experiment/compare/loss-fluctuation.ts';
import { statesOfWindow } from '../../../src/experiment/snapshots.ts';
import { tableOf } from './table.ts';

describe('quadraticLossFluctuation', () => {
  const settings = { learningRate: 0.2, momentum: 0.5, crossover: 1 } as Parameters<typeof quadraticLossFluctuation>[1];

  it('is ½Σλσ² over the directions that all theories know', () => {
    const table = tableOf({
      eigenvalue: [4, 2, 0.5, -1],
      noise_variance: [3.9 * 5, 1.9 * 5, 9, 9],
      theta_variance: [1, 2, 8, 1e9],
      theta_variance_sampler: [3, 1, 4, NaN],
      theta_variance_white: [1, 1, 20, 1],
      theta_variance_two_component: [2, 3, 8, 7],
    });
    const found = quadraticLossFluctuation(table, settings, 0.1);
    expect(found.measured).toBeCloseTo(2 + 2 + 2, 14);
    expect(found.sampler).toBeCloseTo(6 + 1 + 1, 14);
    expect(found.white).toBeCloseTo(2 + 1 + 5, 14);
    expect(found.twoComponent).toBeCloseTo(4 + 3 + 2, 14);
    // a = C/(λ−μ) = 5 above the crossover; one variance ηa/(2(1−β)) = 1 for all directions.
    expect(found.constantVariance).toBeCloseTo(0.5 * (4 + 2 + 0.5), 14);
  });

  it('is null where there is nothing to sum', () => {
    const unknown = tableOf({ eigenvalue: [2, 1], theta_variance: [1, 1] });
    expect(quadraticLossFluctuation(unknown, settings, 0)).toEqual({
      measured: null,
      sampler: null,
      white: null,
      twoComponent: null,
      constantVariance: null,
    });
    const soft = tableOf({
      eigenvalue: [0.5],
      theta_variance: [4],
      theta_variance_sampler: [2],
      theta_variance_white: [8],
    });
    expect(quadraticLossFluctuation(soft, settings, 0)).toEqual({
      measured: 1,
      sampler: 0.5,
      white: 2,
      twoComponent: null,
      constantVariance: null,
    });
  });
});

describe('statesOfWindow', () => {
  it.each([
    [40, 100],
    [20, 50],
    [10, 1000],
    [7, 10],
    [300, 10],
    [2, 2],
  ])('takes as many states from each of %d epochs of %d updates, about 200 in all', (epochs, batchesPerEpoch) => {
    const states = statesOfWindow(epochs, batchesPerEpoch, Math.ceil(200 / epochs));
    const perEpoch = Math.min(batchesPerEpoch, Math.ceil(200 / epochs));
    expect(states).toHaveLength(epochs * perEpoch);
    expect(new Set(states).size).toBe(states.length);
    expect(states).toEqual(states.toSorted((a, b) => a - b));
    for (let epoch = 0; epoch < epochs; epoch++) {
      const here = states.filter((state) => Math.floor(state / batchesPerEpoch) === epoch);
      expect(here).toHaveLength(perEpoch);
    }
  });

  it.each([
    [40, 100],
    [20, 1000],
    [300, 10],
  ])('fills the epoch evenly over the window, which weights are not: %d epochs of %d', (epochs, batchesPerEpoch) => {
    const states = statesOfWindow(epochs, batchesPerEpoch, Math.ceil(200 / epochs));
    const parts = Array<number>(10).fill(0);
    for (const state of states) parts[Math.floor((10 * (state % batchesPerEpoch)) / batchesPerEpoch)]++;
    for (const part of parts) expect(Math.abs(part - states.length / 10)).toBeLessThanOrEqual(3);
  });
});
