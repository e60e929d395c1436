/** How quadratic the window was, and what the curvatures felt add up to, from numbers made by hand. */
import { describe, expect, it } from 'vitest';
import { summariseFelt, summariseQuadraticity } from '../../../src/experiment/compare/curvature-summary.ts';
import { estimatorsOf, tableOf } from './table.ts';

// λ/λ_cross = 5, 0.5, 0.1, 0.05, 0.01, 0.001 and −1 with λ_cross = 2.
const eigenvalues = Float64Array.of(10, 1, 0.2, 0.1, 0.02, 0.002, -2);
const curvature = (directions: readonly number[], ...rows: readonly number[][]) => ({
  directions: Int32Array.from(directions),
  ratio: Float64Array.from(rows.flat()),
});

describe('summariseQuadraticity', () => {
  it('takes what lies above a hundredth of the crossover, of all states, the worst above a tenth', () => {
    // Columns: λ_×/10 itself, λ_×/100 itself and what is below are left out of the one or the other.
    const found = summariseQuadraticity(
      curvature([0, 1, 2, 3, 4, 5, 6], [1.1, 0.7, 3, 0.2, 50, 1e3, -1e3], [1, 1.2, 0.9, 1.05, -50, 1e3, -1e3]),
      eigenvalues,
      2,
    );
    // 0.2 0.7 0.9 1 | 1.05 1.1 1.2 3
    expect(found).toEqual({ median: 1.025, low: 0.2, high: 3, worstAboveTenth: 0.7 });
  });

  it('takes the worst to either side', () => {
    expect(summariseQuadraticity(curvature([0, 1], [1.1, 0.95]), eigenvalues, 2)).toMatchObject({
      worstAboveTenth: 1.1,
    });
    expect(summariseQuadraticity(curvature([0, 1], [1.1, 0.8]), eigenvalues, 2)).toMatchObject({
      worstAboveTenth: 0.8,
    });
  });

  it('is unknown in part where all is below a tenth, and in whole where all is below a hundredth', () => {
    expect(summariseQuadraticity(curvature([3, 5], [1.5, 9]), eigenvalues, 2)).toEqual({
      median: 1.5,
      low: 1.5,
      high: 1.5,
      worstAboveTenth: null,
    });
    expect(summariseQuadraticity(curvature([4, 5, 6], [1, 1, 1]), eigenvalues, 2)).toBeNull();
    expect(summariseQuadraticity(curvature([]), eigenvalues, 2)).toBeNull();
  });
});

describe('summariseFelt', () => {
  // Three directions in (1, 10], one in (0.1, 1] of λ_cross = 2.
  const eigenvalue = [10, 8, 4, 1];
  const table = tableOf({
    eigenvalue,
    theta_variance: [1, 2, 3, 4],
    theta_variance_sampler: [1, 1, 1, 1],
    theta_variance_two_component: [2, 2, 2, NaN],
    theta_dof: [Infinity, Infinity, Infinity, Infinity],
  });
  const estimators = estimatorsOf(4);
  const columns = (...values: number[]) => Float64Array.from(values);
  const exact = (values: Float64Array) => ({ value: values, low: values, high: values, jackknives: [] });
  const prediction = (best: Float64Array) => ({
    sampler: best,
    two: best,
    best,
    degreesOfFreedom: new Float64Array(4).fill(1e6),
    low: best,
    high: best,
  });
  const summarise = (path: object, step: object) =>
    summariseFelt(
      table,
      estimators,
      { curvature: exact(columns(20, 8, 12, 1)), predicted: prediction(columns(1, 2, 6, 4)), ...path },
      { curvature: exact(columns(30, NaN, NaN, NaN)), predicted: prediction(columns(0.5, NaN, NaN, NaN)), ...step },
      2,
    );

  it('are medians of curvature over λ, of measured over predicted, and the share that agrees', () => {
    const ranges = summarise({}, {});
    expect(ranges.map(({ low, high, directions }) => [low, high, directions])).toEqual([
      [0, 0.01, 0],
      [0.01, 0.1, 0],
      [0.1, 1, 1],
      [1, 10, 3],
      [10, null, 0],
    ]);
    const [, , flat, stiff, none] = ranges;
    // λ: two components, 1/2 1 3/2; where they are unknown the sampler's.
    expect(stiff.eigenvalue.ratio).toBeCloseTo(1, 12);
    expect(flat.eigenvalue.ratio).toBeCloseTo(4, 12);
    // Curvature 2 1 3 times λ; variance over prediction 1 1 1/2.
    expect(stiff.trajectory).toMatchObject({ directions: 3, overEigenvalue: { value: 2, low: 2, high: 2 } });
    expect(stiff.trajectory.ratio).toBeCloseTo(1, 5);
    expect(stiff.trajectory.coverage).toBeCloseTo(2 / 3, 12);
    expect(stiff.finiteStep).toMatchObject({ directions: 1, overEigenvalue: { value: 3 }, coverage: 0 });
    expect(stiff.finiteStep.ratio).toBeCloseTo(2, 5);
    expect(flat.finiteStep).toEqual({ directions: 0, overEigenvalue: null, ratio: null, coverage: null });
    expect(none.trajectory).toEqual({ directions: 0, overEigenvalue: null, ratio: null, coverage: null });
  });

  it('have the error of the median itself: of medians without each block', () => {
    // Medians over λ without the blocks: 1.9, 2.1. Jackknife: √(1/2 · 2·0.1²) = 0.1; t of one degree of freedom 12.706.
    const without = [columns(19, 8, 12, 1), columns(21, 8, 12, 1)];
    const curvature = { ...exact(columns(20, 8, 12, 1)), jackknives: [{ without, weight: 1 }] };
    const { value, low, high } = summarise({ curvature }, {})[3].trajectory.overEigenvalue!;
    expect(value).toBe(2);
    expect(low).toBeCloseTo(2 - 1.27062, 4);
    expect(high).toBeCloseTo(2 + 1.27062, 4);
  });
});
