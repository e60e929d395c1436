/** The curvatures that the weights feel, with their errors. Channels: closed forms, naive loops, and simulated subsets. */
import { describe, expect, it } from 'vitest';
import { finiteStepCurvature, marginOf, trajectoryCurvature } from '../../../src/experiment/compare/felt-curvature.ts';
import { blockSlopes, jackknifeError } from '../../../src/statistics/block-slopes.ts';
import { normals } from '../../statistics/draws.ts';

const report = { window: 'same', samples: 400 } as const;

describe('trajectoryCurvature', () => {
  const [s, k] = [80, 2];
  const theta = Float64Array.from(normals(s * k, 'felt/theta'));
  const residual = normals(s * k, 'felt/residual');
  const gradient = theta.map((value, at) => (at % 2 === 0 ? 3 : -1) * value + 0.2 * residual[at] + 7);
  const one = { theta, gradient, groupSlopes: new Float64Array(k) };

  it('of all samples is the slope, with the scatter between eight blocks', () => {
    const felt = trajectoryCurvature({ snapshots: one, report }, k, 400);
    const { value, without } = blockSlopes(theta, gradient, k, 8);
    expect([...felt.value]).toEqual([...value]);
    for (let i = 0; i < k; i++) {
      // Student's t of 7 degrees of freedom at 97.5 %.
      const half = 2.364624 * jackknifeError(without.map((slopes) => slopes[i]));
      expect(felt.high[i] - felt.value[i]).toBeCloseTo(half, 6);
      expect(felt.value[i] - felt.low[i]).toBeCloseTo(half, 6);
    }
    expect(felt.value[0]).toBeCloseTo(3, 0);
    expect(felt.value[1]).toBeCloseTo(-1, 0);
  });

  it('of a subset has the scatter between its groups as well, the less the more of all samples it is', () => {
    const groupSlopes = Float64Array.from([1, 2, 4, 5, 3, 3, 0, 6].flatMap((value) => [value, 0]));
    const subset = (all: number) => trajectoryCurvature({ snapshots: { ...one, groupSlopes }, report }, k, all);
    const alone = trajectoryCurvature({ snapshots: one, report }, k, 400);
    const half = (felt: typeof alone, i: number) => (felt.high[i] - felt.low[i]) / 2;
    // Mean 3, squares 28 over 8 groups: standard error √(28/7/8), by 1 − 400/all of its square.
    for (const [all, left] of [
      [400, 0],
      [800, 0.5],
      [40_000, 0.99],
    ]) {
      const extra = half(subset(all), 0) ** 2 - half(alone, 0) ** 2;
      expect(extra).toBeCloseTo(left * 2.364624 ** 2 * (28 / 7 / 8), 4);
      expect(half(subset(all), 1)).toBeCloseTo(half(alone, 1), 12);
    }
  });
});

describe('finiteStepCurvature', () => {
  const eigenvalues = Float64Array.of(4, 2, 1);
  const given = (curvature: number[], rounding = [0, 0]) => ({
    finiteStep: {
      directions: Int32Array.of(0, 2),
      step: Float64Array.of(0.1, 0.2),
      curvature: Float64Array.from(curvature),
      rounding: Float64Array.from(rounding),
    },
    report,
  });

  it('of all samples in float64 is exact, and unknown where no step was made', () => {
    const { value, low, high, step } = finiteStepCurvature(given([5, 1.5]), eigenvalues, 400);
    for (const column of [value, low, high]) expect([...column]).toEqual([5, NaN, 1.5]);
    expect([...step]).toEqual([0.1, NaN, 0.2]);
  });

  it('is wider by rounding, of four degrees of freedom, and unknown where that would hide it', () => {
    const { value, low, high } = finiteStepCurvature(given([5, 1.5], [0.1, 0.2]), eigenvalues, 400);
    // t = 2.776: 0.2776 of λ = 4; 0.555 of λ = 1 is more than half.
    expect(high[0] - 5).toBeCloseTo(0.27764, 4);
    expect(5 - low[0]).toBeCloseTo(0.27764, 4);
    expect([value[2], low[2], high[2]]).toEqual([NaN, NaN, NaN]);
  });

  it('of a subset is the mean of its groups, with their scatter', () => {
    const { value, high } = finiteStepCurvature(given([4, 1, 6, 1, 8, 1]), eigenvalues, 800);
    expect([...value]).toEqual([6, NaN, 1]);
    // Three groups: standard error √(8/2/3), half of its square, t of two degrees of freedom 4.302653.
    expect(high[0] - 6).toBeCloseTo(4.302653 * Math.sqrt(0.5 * (8 / 2 / 3)), 5);
    expect(high[2]).toBe(1);
  });

  it('along no direction is unknown everywhere', () => {
    const none = {
      directions: new Int32Array(0),
      step: new Float64Array(0),
      curvature: new Float64Array(0),
      rounding: new Float64Array(0),
    };
    expect([...finiteStepCurvature({ finiteStep: none, report }, eigenvalues, 400).value]).toEqual([NaN, NaN, NaN]);
  });
});

describe('marginOf', () => {
  it('is 0 where nothing was left to chance', () => expect(marginOf([], ([value]) => value)).toBe(0));

  it('has the fewest degrees of freedom of what it adds', () => {
    const pair = [Float64Array.of(-1), Float64Array.of(1)];
    const many = Array.from({ length: 8 }, () => Float64Array.of(0));
    const both = [
      { without: pair, weight: 1 },
      { without: many, weight: 1 },
    ];
    // √(1/2 · 2) = 1 of one degree of freedom.
    expect(marginOf(both, ([value]) => value)).toBeCloseTo(12.7062, 3);
  });
});
