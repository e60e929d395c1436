import { describe, expect, test } from 'vitest';
import { curvatureRatiosFigure } from '../../../src/report/figures/curvature-ratios.ts';
import { curvaturesFigure } from '../../../src/report/figures/curvatures.ts';
import type { CurvatureColumns, ReportInput } from '../../../src/report/input.ts';
import type { CurvatureRange } from '../../../src/report/summary.ts';
import { inputOf } from '../hand-made.ts';
import { FELT_ON_PATH, syntheticCurvatures, syntheticDetails, syntheticInput } from '../synthetic.ts';

const NAMES: readonly (keyof CurvatureColumns)[] = [
  'trajectory_curvature',
  'trajectory_curvature_low',
  'trajectory_curvature_high',
  'trajectory_theta_variance_sampler',
  'trajectory_theta_variance_two_component',
  'trajectory_theta_dof',
  'finite_step_curvature',
  'finite_step_curvature_low',
  'finite_step_curvature_high',
  'finite_step_theta_variance_sampler',
  'finite_step_theta_variance_two_component',
  'finite_step_theta_dof',
];

const felt = (ratio: number | null) => ({ directions: 2, overEigenvalue: null, ratio, coverage: null });
const range = (
  low: number,
  high: number | null,
  ...ratios: [number | null, number | null, number | null]
): CurvatureRange => ({
  low,
  high,
  directions: 2,
  eigenvalue: { ratio: ratios[0], coverage: null },
  trajectory: felt(ratios[1]),
  finiteStep: felt(ratios[2]),
});

/** λ = 5, 4, 0.5 of λ_cross = 1, and 0.005, which drifts. */
function given(
  columns: Partial<Record<keyof CurvatureColumns, readonly number[]>>,
  ranges: readonly CurvatureRange[] = [],
  window: 'same' | 'second' = 'same',
): ReportInput {
  const rows = [5, 4, 0.5, 0.005].map((eigenvalue, i) => ({
    eigenvalue,
    theta_variance: 6,
    theta_variance_sampler: 4,
    theta_variance_two_component: i === 2 ? NaN : 8,
    theta_dof: NaN,
    regime: (['stiff', 'stiff', 'suppressed', 'drift'] as const)[i],
  }));
  const curvatures = Object.fromEntries(NAMES.map((name) => [name, columns[name] ?? [NaN, NaN, NaN, NaN]]));
  return {
    ...inputOf(rows, { curvatures: { window, snapshots: 100, samples: 400, ranges } }),
    curvatures: curvatures as unknown as CurvatureColumns,
  };
}

const measured = {
  trajectory_curvature: [6, 4, 1, 0.01],
  trajectory_curvature_low: [5, 3, 0.5, -1],
  trajectory_curvature_high: [7, 5, 1.5, 1],
  finite_step_curvature: [7.5, NaN, 1, NaN],
  finite_step_curvature_low: [7.5, NaN, 1, NaN],
  finite_step_curvature_high: [7.5, NaN, 1, NaN],
};

describe('curvatures over λ', () => {
  test('along the path with intervals, over a step without where these cannot be seen, drift apart', () => {
    const { series, subtitle, horizontals } = curvaturesFigure(given(measured));
    expect(series.map(({ label, kind, role }) => [label, kind, role])).toEqual([
      ['left out: drifting', 'points', 'left-out'],
      ['along the path, 95 % interval', 'errorbars', 'measured'],
      ['over a step of ±σ', 'points', 'fit'],
    ]);
    const [drifting, path, step] = series;
    expect(drifting).toMatchObject({ x: [0.005], y: [2] });
    expect(path).toMatchObject({ x: [5, 4, 0.5], y: [1.2, 1, 2], low: [1, 0.75, 1], high: [1.4, 1.25, 3] });
    expect(step).toMatchObject({ x: [5, 0.5], y: [1.5, 2], shape: 'rectRot' });
    expect(horizontals).toEqual([{ value: 1, label: '1' }]);
    expect(subtitle).toContain('3 directions');
  });

  test('a step whose interval is seen has it', () => {
    const { series } = curvaturesFigure(given({ ...measured, finite_step_curvature_high: [7.8, NaN, 1, NaN] }));
    expect(series[2]).toMatchObject({ label: 'over a step of ±σ, 95 % interval', kind: 'errorbars' });
    expect(series[2].high![0]).toBeCloseTo(1.56, 12);
  });

  test('medians of bins with five directions and more, and the axis made for them; what lies beyond is counted', () => {
    const input = syntheticInput();
    const figure = curvaturesFigure({ ...input, ...syntheticDetails(input) });
    const medians = figure.series.find(({ label }) => label === 'along the path: medians')!;
    for (const value of medians.y) expect(Math.abs(value - FELT_ON_PATH)).toBeLessThan(0.15);
    const [low, high] = figure.y.range!;
    expect(low).toBeGreaterThan(0.3);
    expect(high).toBeLessThan(3);
    const wild = given({ ...measured, trajectory_curvature: [6, -4, 100, 0.01] });
    const { series, footnote } = curvaturesFigure(wild);
    expect(series.find(({ role }) => role === 'measured')!.y).toEqual([1.2]);
    expect(footnote).toContain('Beyond the axis: 2 directions.');
  });

  test('a run without them says so', () => {
    const { series, message } = curvaturesFigure(inputOf([{ eigenvalue: 3, regime: 'stiff' }]));
    expect(series).toEqual([]);
    expect(message).toBe('no curvature was measured along the path');
  });
});

describe('measured over predicted with three curvatures', () => {
  const predicted = {
    trajectory_theta_variance_sampler: [3, 3, 3, 3],
    trajectory_theta_variance_two_component: [6, 6, NaN, 6],
    trajectory_theta_dof: [2, 2, 2, 2],
    finite_step_theta_variance_sampler: [12, NaN, NaN, NaN],
    finite_step_theta_variance_two_component: [NaN, NaN, NaN, NaN],
    finite_step_theta_dof: [1e9, NaN, NaN, NaN],
  };
  const ranges = [range(0.1, 1, 0.5, 0.9, null), range(1, 10, 0.7, 1, 1.1), range(10, null, 2, 2, 2)];

  test('has points of directions over the best theory there is', () => {
    const { series } = curvatureRatiosFigure(given(predicted, ranges));
    expect(series.map(({ label, kind, role }) => [label, kind, role])).toEqual([
      ['with the curvature along the path', 'points', 'measured'],
      ['with the curvature over a step of ±σ', 'points', 'fit'],
      // On top: crosses over disks are seen where the curvatures agree.
      ['with the eigenvalue λ', 'points', 'reference'],
    ]);
    const [path, step, eigenvalue] = series;
    // 6 over two components, 8, or the sampler's, 4.
    expect(eigenvalue).toMatchObject({ x: [5, 4, 0.5], y: [0.75, 0.75, 1.5] });
    expect(step.x).toEqual([5]);
    expect(step.y[0]).toBeCloseTo(0.5, 6);
    // Corrected for the median of χ² of two degrees of freedom.
    for (const [at, value] of [1, 1, 2].entries()) expect(path.y[at]).toBeCloseTo(value / (8 / 9) ** 3, 12);
  });

  test('has medians of ranges in which there are five points and more', () => {
    // Five directions above the crossover, five below; of a step only four of each.
    const lambda = [5, 4, 3, 2, 1.5, 0.9, 0.8, 0.7, 0.6, 0.5];
    const rows = lambda.map((eigenvalue) => ({
      eigenvalue,
      theta_variance: 6,
      theta_variance_sampler: 4,
      theta_dof: NaN,
      regime: eigenvalue > 1 ? ('stiff' as const) : ('suppressed' as const),
    }));
    const column = (value: number, missing: readonly number[] = []) =>
      lambda.map((_, i) => (missing.includes(i) ? NaN : value));
    const columns: Partial<Record<keyof CurvatureColumns, readonly number[]>> = {
      trajectory_theta_variance_sampler: column(6),
      finite_step_theta_variance_sampler: column(12, [0, 9]),
      finite_step_theta_dof: column(1e9),
    };
    const curvatures = Object.fromEntries(NAMES.map((name) => [name, columns[name] ?? column(NaN)]));
    const { series, footnote } = curvatureRatiosFigure({
      ...inputOf(rows, { curvatures: { window: 'same', snapshots: 100, samples: 400, ranges } }),
      curvatures: curvatures as unknown as CurvatureColumns,
    });
    const lines = series.filter(({ kind }) => kind === 'line');
    expect(lines.map(({ label, role, dashed = false }) => [label, role, dashed])).toEqual([
      ['', 'reference', true],
      ['', 'measured', false],
    ]);
    // What is shown of the ranges: 0.5/1.3 … 5·1.3.
    expect(lines[0].y).toEqual([0.5, 0.5, NaN, 0.7, 0.7, NaN]);
    expect(lines[1].y).toEqual([0.9, 0.9, NaN, 1, 1, NaN]);
    expect(lines[1].x.slice(3, 5)).toEqual([1, 6.5]);
    expect(footnote).toContain('medians of ranges with at least 5 points');
  });

  test('says whether the prediction knows the path that it is about', () => {
    const note = (window: 'same' | 'second') => curvatureRatiosFigure(given(predicted, ranges, window)).footnote;
    expect(note('same')).toContain('is not independent of it');
    expect(note('second')).toContain('The path is that of a second window.');
  });

  test('a run without them says so', () => {
    const { series, message } = curvatureRatiosFigure(inputOf([{ eigenvalue: 3, regime: 'stiff' }]));
    expect(series).toEqual([]);
    expect(message).toBe('no prediction with a curvature that the weights feel');
  });

  test('of many directions shows the axis that they need, within a factor of ten', () => {
    const input = syntheticInput();
    const curvatures = syntheticCurvatures(input.run.ranges);
    const figure = curvatureRatiosFigure({ ...input, ...syntheticDetails(input), run: { ...input.run, curvatures } });
    const [low, high] = figure.y.range!;
    expect([low >= 0.1, low <= 0.5, high >= 2, high <= 10]).toEqual([true, true, true, true]);
    expect(figure.subtitle).toMatch(/; \d+ directions$/);
  });
});
