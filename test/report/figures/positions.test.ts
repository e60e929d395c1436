import { describe, expect, test } from 'vitest';
import { positionsFigure } from '../../../src/report/figures/positions.ts';
import type { PositionColumns, ReportInput, RunNumbers } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';
import { syntheticDetails, syntheticInput } from '../synthetic.ts';

/** Profiles of three positions for ranges that begin at these λ/λ_cross: ten times as large in each as in the one before. */
function given(
  lows: readonly number[],
  changes: Partial<RunNumbers> = {},
  columns: Partial<PositionColumns> = {},
): ReportInput {
  const at = (of: (low: number, index: number, position: number) => number) =>
    lows.flatMap((low, index) => [1, 2, 3].map((position) => of(low, index, position)));
  const positions: PositionColumns = {
    low: at((low) => low),
    high: at((low) => (low === 10 ? NaN : 10 * low)),
    position: at((_, __, position) => position),
    measured: at((_, index, position) => 10 ** index * position),
    measured_error: at((_, index) => 10 ** index / 4),
    sampler: at((_, index, position) => 10 ** index * (position + 0.5)),
    two_component: at((_, index, position) => 10 ** index * (position + 0.75)),
    ...columns,
  };
  return { ...inputOf([], { batchesPerEpoch: 3, ...changes }), positions };
}

describe('series', () => {
  test('measured with a standard error to either side, and both predictions', () => {
    const { series } = positionsFigure(given([0.01]));
    expect(series.map(({ label, kind, role }) => [label, kind, role])).toEqual([
      ['measured', 'band', 'measured'],
      ['two-component theory', 'line', 'two-component-theory'],
      ['epoch theory', 'line', 'sampler-theory'],
    ]);
    for (const one of series) expect(one.x).toEqual([1, 2, 3]);
    expect(series.map(({ y }) => y)).toEqual([
      [1, 2, 3],
      [1.75, 2.75, 3.75],
      [1.5, 2.5, 3.5],
    ]);
    expect(series[0].low).toEqual([0.75, 1.75, 2.75]);
    expect(series[0].high).toEqual([1.25, 2.25, 3.25]);
  });

  test('a prediction that is unknown is left out', () => {
    const unknown = [NaN, NaN, NaN];
    const labels = (columns: Partial<PositionColumns>) =>
      positionsFigure(given([0.01], {}, columns)).series.map(({ label }) => label);
    expect(labels({ two_component: unknown })).toEqual(['measured', 'epoch theory']);
    expect(labels({ two_component: unknown, sampler: unknown })).toEqual(['measured']);
  });

  test('the sampler’s theory has its name', () => {
    const { series } = positionsFigure(given([0.01], { sampler: 'with-replacement' }));
    expect(series[2].label).toBe('theory of this sampler (independent batches)');
  });
});

describe('the range drawn', () => {
  // The first value of the profile tells which one it is.
  test.each([
    [[0, 0.01, 0.1, 1, 10], 10],
    [[0, 0.1, 1], 10],
    [[0, 1, 10], 10],
    [[0, 10], 1],
    [[10], 1],
  ])('of %j is that below the crossover, if it can be', (lows, first) => {
    const { series } = positionsFigure(given(lows));
    expect(series[0].y).toEqual([first, 2 * first, 3 * first]);
  });

  test('is named in the subtitle', () => {
    expect(positionsFigure(given([0.01])).subtitle).toContain('; 0.01 < λ/λ');
    expect(positionsFigure(given([0.01])).subtitle).toContain('≤ 0.1');
    expect(positionsFigure(given([10])).subtitle).not.toContain('≤');
  });
});

test('the axis begins at 0 and holds the band; x is the epoch', () => {
  const { x, y, horizontals } = positionsFigure(given([0.01], {}, { measured_error: [0, 0, 5] }));
  expect(x.range).toEqual([0, 3]);
  expect(y.range![0]).toBe(0);
  expect(y.range![1]).toBeGreaterThanOrEqual(8);
  expect(y.range![1]).toBeLessThan(9);
  expect(horizontals).toEqual([{ value: 1, label: '1' }]);
});

test('an error that is unknown does not spoil the axis', () => {
  const { y } = positionsFigure(given([0.01], { sampler: 'shuffle-once' }, { measured_error: [NaN, NaN, NaN] }));
  expect(y.range![1]).toBeGreaterThanOrEqual(3.75);
  expect(y.range![1]).toBeLessThan(4);
});

test('missing data is said', () => {
  for (const input of [syntheticInput({ directions: 100 }), inputOf([]), given([])]) {
    const { series, message } = positionsFigure(input);
    expect(series).toEqual([]);
    expect(message).toBe('no range of directions has a profile');
  }
  const input = syntheticInput({ directions: 100 });
  expect(positionsFigure({ ...input, ...syntheticDetails(input) }).message).toBeUndefined();
});
