import { describe, expect, test } from 'vitest';
import { controlsFigure } from '../../../src/report/figures/controls.ts';
import type { ControlColumns } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';
import { syntheticInput } from '../synthetic.ts';

const X = [2, 2.01, 2.02, 2.03, 2.04];

/** One bin of five directions: means 3 measured, 5 predicted, 7 with two components. */
function control(sampler: ControlColumns['sampler'], changes: Partial<ControlColumns> = {}): ControlColumns {
  return {
    name: sampler,
    sampler,
    eigenvalue: X,
    theta_variance: [1, 1, 1, 1, 11],
    theta_variance_sampler: [4, 4, 4, 4, 9],
    theta_variance_two_component: [6, 6, 6, 6, 11],
    trend_fraction: X.map(() => 0.1),
    drift_ratio: X.map(() => 0.1),
    ...changes,
  };
}
const given = (...controls: ControlColumns[]) => ({
  ...inputOf(X.map((eigenvalue) => ({ eigenvalue, regime: 'stiff' as const }))),
  controls,
});

describe('series', () => {
  const networks = ['reshuffle', 'shuffle-once', 'with-replacement'] as const;
  const models = ['frozen', 'quadratic'] as const;

  test('each sampler’s theory and what it measured, then the model alone in outlines', () => {
    const { series } = controlsFigure(
      given(...networks.map((one) => control(one)), ...models.map((one) => control(one))),
    );
    expect(series.map(({ label, kind, role, shape }) => [label, kind, role, shape])).toEqual([
      ['reshuffled every epoch: theory', 'line', 'sampler-theory', undefined],
      ['reshuffled, with a fluctuating curvature', 'line', 'two-component-theory', undefined],
      ['reshuffled every epoch', 'points', 'sampler-theory', undefined],
      ['one order for all epochs: theory', 'line', 'measured-again', undefined],
      ['one order for all epochs', 'points', 'measured-again', 'rect'],
      ['independent batches: theory', 'line', 'white-theory', undefined],
      ['independent batches', 'points', 'white-theory', undefined],
      ['frozen noise', 'points', 'measured', 'cross'],
      ['quadratic, Gaussian noise', 'points', 'test', 'rectRot'],
    ]);
    expect(series.map(({ hollow = false }) => hollow)).toEqual([...Array<boolean>(7).fill(false), true, true]);
  });

  test('are means of bins, measured and predicted of the same directions', () => {
    const { series } = controlsFigure(given(control('reshuffle')));
    expect(series.map(({ y }) => y)).toEqual([[5], [7], [3]]);
    for (const one of series) expect(one.x).toEqual([2.02]);
  });

  test('leave out what drifts, does not curve, or has no prediction', () => {
    const spoilt = control('with-replacement', {
      eigenvalue: [...X, 2.005, 1e-3, -2, 2.025],
      theta_variance: [1, 1, 1, 1, 11, 1e6, 1e6, 1e6, 1e6],
      theta_variance_sampler: [4, 4, 4, 4, 9, 1e6, 1e6, 1e6, NaN],
      theta_variance_two_component: Array<number>(9).fill(NaN),
      trend_fraction: [...X.map(() => 0.1), 0.6, 0.1, 0.1, 0.1],
      drift_ratio: [...X.map(() => 0.1), 2.1, 0.1, 0.1, 0.1],
    });
    expect(controlsFigure(given(spoilt)).series.map(({ y }) => y)).toEqual([[5], [3]]);
  });

  test('two components that are unknown have no line', () => {
    const one = control('reshuffle', { theta_variance_two_component: X.map(() => NaN) });
    expect(controlsFigure(given(one)).series.map(({ label }) => label)).toEqual([
      'reshuffled every epoch: theory',
      'reshuffled every epoch',
    ]);
  });
});

test('the subtitle does not name one of the samplers', () => {
  const { subtitle } = controlsFigure({ ...given(control('reshuffle')), title: 'a run; a good one' });
  expect(subtitle).toBe('a run; a good one\nη = 0.1, β = 0.9, M = 10');
});

test('the axis holds all that is drawn, and the crossover is marked', () => {
  const far = control('with-replacement', {
    theta_variance: X.map(() => 500),
    theta_variance_sampler: X.map(() => 0.02),
  });
  const { y, x, verticals, footnote } = controlsFigure(given(control('reshuffle'), far));
  expect(y.range![0]).toBeLessThan(0.02);
  expect(y.range![1]).toBeGreaterThan(500);
  expect(x.scale).toBe('log');
  // No further than what is drawn and the crossover: directions without a mean would leave it empty.
  expect(x.range![0]).toBeGreaterThan(0.5);
  expect(x.range![1]).toBeLessThan(4);
  expect(verticals).toEqual([{ value: 1, label: 'crossover λ_× = 1' }]);
  expect(footnote).toContain('Means of bins with at least 5 directions');
});

test('missing data is said', () => {
  const few = control('reshuffle', { eigenvalue: X.map((value, i) => value * 10 ** i) });
  for (const input of [syntheticInput({ directions: 50 }), given(), given(few)]) {
    const { series, message } = controlsFigure(input);
    expect(series).toEqual([]);
    expect(message).toBe('too few directions for means');
  }
  expect(controlsFigure(given(control('frozen'))).message).toBeUndefined();
});
