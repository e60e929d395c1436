import { describe, expect, test } from 'vitest';
import { ratioFigure } from '../../../src/report/figures/ratio.ts';
import type { RangeSummary } from '../../../src/report/summary.ts';
import { inputOf, rangeOf } from '../hand-made.ts';
import { syntheticInput } from '../synthetic.ts';

const range = (low: number, high: number | null, ratioSampler: number | null): RangeSummary =>
  rangeOf({ low, high, ratioSampler });

describe('series', () => {
  test('both theories, each direction by direction and range by range', () => {
    expect(ratioFigure(syntheticInput()).series.map(({ label, kind }) => `${kind}: ${label}`)).toEqual([
      'points: left out: drifting',
      'points: over independent-batch theory',
      'errorbars: over epoch theory, 95 % interval',
      'line: over independent-batch theory: medians',
      'line: over epoch theory: medians',
      // Of bins with few: below the medians they would not be seen.
      'points: over independent-batch theory',
      'errorbars: over epoch theory, 95 % interval',
    ]);
  });

  test('one theory where the run drew with replacement', () => {
    const { series } = ratioFigure(syntheticInput({ sampler: 'with-replacement' }));
    expect(series.map(({ role }) => role)).toEqual(['left-out', 'sampler-theory', 'sampler-theory', 'sampler-theory']);
  });

  test('a ratio is that of the summary, with its interval in the same units', () => {
    const { series } = ratioFigure(
      inputOf([
        {
          eigenvalue: 3,
          theta_variance: 6,
          theta_variance_low: 4,
          theta_variance_high: 12,
          theta_variance_sampler: 2,
          theta_dof: 2,
          regime: 'stiff',
        },
      ]),
    );
    const [points] = series.filter(({ kind }) => kind === 'errorbars');
    expect(points.x).toEqual([3]);
    expect(points.y[0]).toBeCloseTo(3 / (8 / 9) ** 3, 12);
    expect([points.low![0], points.high![0]]).toEqual([2, 6]);
  });
});

describe('medians of ranges', () => {
  const rows = [0.05, 0.5, 5].map((eigenvalue) => ({
    eigenvalue,
    theta_variance: 1,
    theta_variance_sampler: 1,
    regime: eigenvalue > 1 ? ('stiff' as const) : ('suppressed' as const),
  }));
  const ranges = [
    range(0, 0.01, 40),
    range(0.01, 0.1, 0.9),
    range(0.1, 1, null),
    range(1, 10, 1.1),
    range(10, null, 2),
  ];

  test('over two components, where these are known', () => {
    const two = ranges.map((one) => ({ ...one, ratioTwoComponent: one.low === 1 ? 1.05 : null }));
    const drawn = ratioFigure(inputOf(rows, { ranges: two })).series.filter(
      ({ role }) => role === 'two-component-theory',
    );
    expect(drawn.map(({ label, y }) => [label, y.slice(0, 2)])).toEqual([
      ['over two-component theory: medians', [1.05, 1.05]],
    ]);
  });

  const lines = ratioFigure(inputOf(rows, { ranges })).series.filter(({ kind }) => kind === 'line');

  test('are level pieces between the ends of each range, cut at the picture and broken between two', () => {
    expect(lines).toHaveLength(1);
    expect(lines[0].y).toEqual([0.9, 0.9, NaN, 1.1, 1.1, NaN]);
    expect(lines[0].x[0]).toBeCloseTo(0.05 / 1.3, 12);
    expect(lines[0].x[1]).toBe(0.1);
    expect(lines[0].x[3]).toBe(1);
    expect(lines[0].x[4]).toBeCloseTo(5 * 1.3, 12);
  });

  test('every x is a number that does not fall: a chart library may search among them', () => {
    expect(lines[0].x.every(Number.isFinite)).toBe(true);
    expect(lines[0].x).toEqual(lines[0].x.toSorted((a, b) => a - b));
  });
});

describe('what is left out', () => {
  test('is counted: without prediction, ν too small, beyond the axis', () => {
    const row = { theta_variance: 1, theta_variance_sampler: 1, regime: 'suppressed' as const };
    const { footnote, y, subtitle } = ratioFigure(
      inputOf([
        { ...row, eigenvalue: 0.9 },
        { ...row, eigenvalue: 0.8, theta_variance_sampler: NaN },
        { ...row, eigenvalue: 0.7, theta_dof: 0.1 },
        { ...row, eigenvalue: 0.6, theta_variance: 1e4 },
        { ...row, eigenvalue: 0.5, theta_variance: 1e-9 },
      ]),
    );
    expect(footnote).toContain('Not shown: 2 directions without both variances, or with ν too small to correct.');
    expect(footnote).toContain('Beyond the axis: 2 ratios.');
    expect(y.range).toEqual([1e-3, 100]);
    expect(subtitle).toContain('3 directions');
  });

  test('1 is always on the axis, with room around it', () => {
    const { y, horizontals } = ratioFigure(
      inputOf([{ eigenvalue: 2, theta_variance: 1.01, theta_variance_sampler: 1, regime: 'stiff' }]),
    );
    expect(y.range![0]).toBeLessThanOrEqual(0.5);
    expect(y.range![1]).toBeGreaterThanOrEqual(2);
    expect(horizontals).toEqual([{ value: 1, label: '1' }]);
  });
});
