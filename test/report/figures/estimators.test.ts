import { describe, expect, test } from 'vitest';
import { estimatorsFigure } from '../../../src/report/figures/estimators.ts';
import type { EstimatorColumns, ReportInput } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';
import { syntheticInput } from '../synthetic.ts';

/** Directions of one bin about λ = 2, and of another about λ = 0.02 that drift. */
function given(columns: Partial<Record<keyof EstimatorColumns, readonly number[]>>, changes: object = {}): ReportInput {
  const stiff = [2, 2.01, 2.02, 2.03, 2.04];
  const drifting = [0.02, 0.0201, 0.0202, 0.0203, 0.0204];
  const rows = [...stiff, ...drifting].map((eigenvalue, i) => ({
    eigenvalue,
    theta_variance: 3 * (1 + 0.1 * (i % 5)),
    theta_variance_sampler: 2,
    theta_variance_two_component: 4,
    theta_dof: NaN,
    regime: i < 5 ? ('stiff' as const) : ('drift' as const),
  }));
  const names: readonly (keyof EstimatorColumns)[] = [
    'multiplicative_noise_variance',
    'theta_dof_two_component',
    'within_epoch_variance',
    'within_epoch_dof',
    'within_epoch_variance_sampler',
    'within_epoch_variance_two_component',
    'detrended_variance',
    'detrended_dof',
    'detrended_variance_sampler',
    'detrended_variance_two_component',
    'replay_explained',
    'replay_explained_predicted',
  ];
  const filled = (value: number) => rows.map(() => value);
  const estimators = Object.fromEntries(names.map((name) => [name, columns[name] ?? filled(NaN)]));
  return { ...inputOf(rows, changes), estimators: estimators as unknown as EstimatorColumns };
}

const ten = (value: number) => Array<number>(10).fill(value);
const sampler = {
  within_epoch_variance: ten(6),
  within_epoch_variance_sampler: ten(4),
  detrended_variance: ten(5),
  detrended_variance_sampler: ten(20),
};

describe('series', () => {
  test('three estimators, told apart by role and dashes', () => {
    const { series } = estimatorsFigure(given(sampler));
    expect(series.map(({ label, kind, role, dashed = false }) => [label, kind, role, dashed])).toEqual([
      ['about the mean of the window', 'line', 'measured', false],
      ['about a straight line', 'line', 'measured-again', true],
      ['about the mean of each epoch', 'line', 'fit', false],
    ]);
  });

  test('each is the median of a bin over its own prediction, drifting directions included', () => {
    const { series, x, subtitle } = estimatorsFigure(given(sampler));
    // Medians of the whole window: 3·1.2/2.
    expect(series.map(({ y }) => y.map((value) => Number(value.toFixed(12))))).toEqual([
      [1.8, 1.8],
      [0.25, 0.25],
      [1.5, 1.5],
    ]);
    for (const one of series) expect(one.x).toEqual([0.0202, 2.02]);
    expect(x.scale).toBe('log');
    expect(subtitle).toContain('10 directions, over epoch theory');
  });

  test('x counts in crossovers', () => {
    const { series } = estimatorsFigure(given(sampler, { crossoverEigenvalue: 0.2 }));
    expect(series[0].x[0]).toBeCloseTo(0.101, 12);
    expect(series[0].x[1]).toBeCloseTo(10.1, 12);
  });

  test('are corrected for the median of their own χ²', () => {
    const { series } = estimatorsFigure(
      given({ ...sampler, within_epoch_dof: ten(2), detrended_dof: ten(4), theta_dof_two_component: ten(1) }),
    );
    // (1 − 2/(9ν))³; without two components the plain variance has ν of directions.csv, unknown here.
    expect(series[0].y[0]).toBeCloseTo(1.8, 12);
    expect(series[1].y[0]).toBeCloseTo(0.25 / (17 / 18) ** 3, 12);
    expect(series[2].y[0]).toBeCloseTo(1.5 / (8 / 9) ** 3, 12);
  });

  test('are held against two components where these are predicted', () => {
    const { series, subtitle } = estimatorsFigure(
      given({
        ...sampler,
        within_epoch_variance_two_component: ten(12),
        detrended_variance_two_component: ten(50),
        theta_dof_two_component: ten(2),
      }),
    );
    expect(series[0].y[0]).toBeCloseTo(3.6 / 4 / (8 / 9) ** 3, 12);
    expect(series[1].y[0]).toBeCloseTo(0.1, 12);
    expect(series[2].y[0]).toBeCloseTo(0.5, 12);
    expect(subtitle).toContain('over two-component theory');
  });
});

describe('axis', () => {
  test('shows a factor of two to either side at least, and a factor of twenty at most', () => {
    const [low, high] = estimatorsFigure(given({ ...sampler, detrended_variance: ten(20) })).y.range!;
    expect(low).toBeLessThanOrEqual(0.5);
    expect(high).toBeGreaterThanOrEqual(2);
    const far = estimatorsFigure(given({ ...sampler, detrended_variance: ten(1e-6), within_epoch_variance: ten(1e6) }));
    expect(far.y.range).toEqual([0.05, 20]);
  });
});

describe('missing data', () => {
  test('of an estimator leaves it out', () => {
    const labels = estimatorsFigure(given({ ...sampler, detrended_variance: ten(NaN) })).series.map(
      ({ label }) => label,
    );
    expect(labels).toEqual(['about the mean of the window', 'about the mean of each epoch']);
  });

  test('four directions have no median; none have estimators: it is said', () => {
    const input = given(sampler);
    const some = (values: ArrayLike<number | string>) => Array.from(values).slice(0, 4);
    const few = {
      ...input,
      directions: Object.fromEntries(
        Object.entries(input.directions).map(([name, values]) => [name, some(values)]),
      ) as unknown as ReportInput['directions'],
    };
    for (const one of [few, { ...input, estimators: undefined }, inputOf([])]) {
      const { series, message } = estimatorsFigure(one);
      expect(series).toEqual([]);
      expect(message).toBe('too few directions for medians');
    }
    expect(estimatorsFigure(input).message).toBeUndefined();
  });

  test('directions that cannot be shown are counted', () => {
    const { footnote } = estimatorsFigure(syntheticInput({ negative: 6 }));
    expect(footnote).toContain('Not shown: 6 directions with λ\u00a0≤\u00a00.');
    expect(footnote).toContain('Medians of bins with at least 5 directions');
  });
});
