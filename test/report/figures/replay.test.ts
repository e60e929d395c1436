import { describe, expect, test } from 'vitest';
import { replayFigure } from '../../../src/report/figures/replay.ts';
import type { EstimatorColumns, Regime, ReportInput } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';
import { syntheticDetails, syntheticInput } from '../synthetic.ts';

/** λ, R², R² expected, regime. */
type Row = readonly [number, number, number, Regime];

function given(rows: readonly Row[]): ReportInput {
  const estimators = {
    replay_explained: rows.map(([, explained]) => explained),
    replay_explained_predicted: rows.map(([, , expected]) => expected),
  };
  return {
    ...inputOf(rows.map(([eigenvalue, , , regime]) => ({ eigenvalue, regime }))),
    estimators: estimators as unknown as EstimatorColumns,
  };
}

const BIN: readonly Row[] = [
  [2, 0.9, 0.95, 'stiff'],
  [2.01, 0.8, 0.94, 'stiff'],
  [2.02, 0.7, 0.93, 'stiff'],
  [2.03, -3, 0.92, 'stiff'],
  [2.04, -4, 0.91, 'stiff'],
];

describe('series', () => {
  test('directions, drifting ones apart, their medians, and what is expected', () => {
    const input = syntheticInput({ directions: 100 });
    const { series, message } = replayFigure({ ...input, ...syntheticDetails(input) });
    expect(series.map(({ label, kind, role }) => `${kind}, ${role}: ${label}`)).toEqual([
      'points, left-out: left out: drifting',
      'points, measured: R² of one direction',
      'line, measured: medians',
      'line, two-component-theory: expected with a fluctuating curvature',
    ]);
    expect(message).toBeUndefined();
  });

  test('medians take in what lies below the axis; points do not', () => {
    const { series, y } = replayFigure(given(BIN));
    const [points, medians, expected] = series;
    expect(points.x).toEqual([2, 2.01, 2.02]);
    expect(points.y).toEqual([0.9, 0.8, 0.7]);
    expect(medians.x).toEqual([2.02]);
    expect(medians.y[0]).toBeCloseTo(0.7, 12);
    expect(expected.y[0]).toBeCloseTo(0.93, 12);
    expect(y.range).toEqual([-0.5, 1.05]);
  });

  test('drifting directions are drawn and have no part in the medians', () => {
    const { series } = replayFigure(given([...BIN, ...BIN.map(([x]) => [x + 0.001, 0.1, 0.2, 'drift'] as const)]));
    const labelled = (label: string) => series.find((one) => one.label === label)!;
    expect(labelled('left out: drifting').y).toEqual([0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(labelled('medians').y[0]).toBeCloseTo(0.7, 12);
    expect(labelled('expected with a fluctuating curvature').y[0]).toBeCloseTo(0.93, 12);
  });

  test('four directions have no median', () => {
    expect(replayFigure(given(BIN.slice(0, 4))).series.map(({ label }) => label)).toEqual(['R² of one direction']);
  });
});

describe('footnote and subtitle', () => {
  test('count what lies below the axis, drifting or not', () => {
    const { footnote, subtitle } = replayFigure(given([...BIN, [0.001, -9, NaN, 'drift'], [0.002, 0.3, NaN, 'drift']]));
    expect(footnote).toContain('Below the axis: 3 directions.');
    expect(subtitle).toContain('; 7 directions');
  });

  test('are silent where nothing does, and count what has no λ', () => {
    const { footnote } = replayFigure(given([...BIN.slice(0, 3), [-1, 0.5, 0.5, 'negative']]));
    expect(footnote).not.toContain('Below the axis');
    expect(footnote).toContain('Not shown: 1 direction with λ\u00a0≤\u00a00.');
  });
});

describe('missing data', () => {
  test('of a direction leaves it out, and out of the count', () => {
    const { series, subtitle } = replayFigure(given([[1, NaN, 0.9, 'stiff'], ...BIN.slice(0, 2)]));
    expect(series[0].x).toEqual([2, 2.01]);
    expect(subtitle).toContain('; 2 directions');
  });

  test('of predictions leaves their line out', () => {
    const rows = BIN.map(([x, explained, , regime]) => [x, explained, NaN, regime] as const);
    expect(replayFigure(given(rows)).series.map(({ label }) => label)).toEqual(['R² of one direction', 'medians']);
  });

  test('of everything is said', () => {
    for (const input of [syntheticInput({ directions: 100 }), inputOf([]), given([[1, NaN, NaN, 'stiff']])]) {
      const { series, message } = replayFigure(input);
      expect(series).toEqual([]);
      expect(message).toBe('no path was replayed');
    }
  });
});
