import { describe, expect, test } from 'vitest';
import { chartConfiguration } from '../../../src/report/chart.ts';
import type { Generalisation, SamplerComparison } from '../../../src/report/sweep/generalisation.ts';
import { generalisationFigures } from '../../../src/report/sweep/generalisation-figures.ts';
import { samplerComparisonsTable, samplerLevelsTable } from '../../../src/report/sweep/generalisation-tables.ts';

const comparison = (changes: Partial<SamplerComparison> = {}): SamplerComparison => ({
  of: 'reshuffle',
  against: 'with-replacement',
  metric: 'testAccuracy',
  set: {},
  pairs: 3,
  differences: [0.02, 0.04, 0.06],
  seeds: [1, 2, 3],
  difference: { value: 0.04, low: -0.0097, high: 0.0897 },
  together: { low: -0.03, high: 0.11 },
  standardDeviation: 0.02,
  smallestVisible: 0.062,
  smallestVisibleTogether: 0.103,
  p: 0.25,
  pHolm: 0.5,
  seen: false,
  ...changes,
});
const loss = comparison({
  metric: 'testLoss',
  differences: [-0.1, -0.2, -0.3],
  difference: { value: -0.2, low: -0.45, high: 0.05 },
});
const once = comparison({ of: 'shuffle-once' });
const of = (...comparisons: SamplerComparison[]): Generalisation => ({ levels: [], comparisons, verdicts: [] });

describe('pictures', () => {
  test('one a judged metric; those that only help to read them have none', () => {
    const figures = generalisationFigures(of(comparison(), once, loss, comparison({ metric: 'trainLoss' })), 'sweep');
    expect(figures.map(({ name, figure }) => [name, figure.title])).toEqual([
      ['generalisation-test-accuracy', 'Test accuracy: one sampler less another'],
      ['generalisation-test-loss', 'Test loss: one sampler less another'],
    ]);
    expect(figures[0].figure.footnote).toMatch(/^Above 0 .*reshuffle less with-replacement 10; shuffle-once less/);
    expect(figures[1].figure.footnote).toMatch(/^Below 0 /);
  });

  test('show every seed beside the mean with both intervals, accuracies in percentage points', () => {
    const [{ figure }] = generalisationFigures(of(comparison(), once), 'sweep');
    const [seeds, alone, together] = figure.series;
    expect(seeds.y).toEqual([2, 4, 6, 2, 4, 6]);
    seeds.x.forEach((x, i) => expect(Math.abs(x - (i < 3 ? 1 : 2))).toBeLessThanOrEqual(0.2));
    expect(new Set(seeds.x).size).toBe(6);
    expect([alone.y, alone.low, alone.high]).toEqual([
      [4, 4],
      [-0.97, -0.97],
      [8.97, 8.97],
    ]);
    expect([together.y, together.low, together.high]).toEqual([
      [4, 4],
      [-3, -3],
      [11, 11],
    ]);
    // The two stand beside the seeds and beside each other, before the next comparison begins.
    expect(alone.x[0]).toBeGreaterThan(1.2);
    expect(together.x[0]).toBeGreaterThan(alone.x[0]);
    expect(together.x[0]).toBeLessThan(1.5);
    const [low, high] = figure.y.range!;
    expect(low).toBeLessThan(-3);
    expect(high).toBeGreaterThan(11);
  });

  test('of one comparison have one interval, of one pair none', () => {
    const alone = comparison({
      differences: [0.02],
      difference: { value: 0.02, low: null, high: null },
      together: { low: null, high: null },
      smallestVisibleTogether: null,
    });
    const [{ figure }] = generalisationFigures(of(alone), 'sweep');
    expect(figure.series).toHaveLength(2);
    expect(figure.series[1].low).toEqual([NaN]);
    expect(figure.y.range!.every(Number.isFinite)).toBe(true);
    expect(figure.footnote).not.toContain('four times in five');
  });

  test('are as many as there are settings', () => {
    const [slow, fast] = [0.01, 0.1].map((rate) => comparison({ set: { 'sgd.learningRate': rate } }));
    const figures = generalisationFigures(of(slow, fast), 'sweep');
    expect(figures.map(({ name }) => name)).toEqual(['generalisation-test-accuracy', 'generalisation-test-accuracy-2']);
    expect(figures[1].figure.subtitle).toBe('sweep\nsgd.learningRate 0.1');
  });

  test('name the comparisons along the axis, where numbers would say nothing', () => {
    const [{ figure }] = generalisationFigures(of(comparison(), once), 'sweep');
    const { afterBuildTicks, ticks } = chartConfiguration(figure).options!.scales!.x as unknown as {
      afterBuildTicks(scale: { ticks: { value: number }[] }): void;
      ticks: { callback(value: unknown, index: number): string | string[] };
    };
    const scale = { ticks: [{ value: 7 }] };
    afterBuildTicks(scale);
    expect(scale.ticks.map(({ value }) => value)).toEqual([1, 2]);
    expect(scale.ticks.map((tick, i) => ticks.callback(tick.value, i))).toEqual([
      ['reshuffle', 'less with-replacement'],
      ['shuffle-once', 'less with-replacement'],
    ]);
  });
});

describe('tables', () => {
  test('what each sampler comes to', () => {
    const means = { testAccuracy: 0.73405, testLoss: 1.22659, trainLoss: 0.69121, trace: null };
    const { header, rows } = samplerLevelsTable({
      ...of(),
      levels: [{ sampler: 'reshuffle', set: {}, runs: 40, means }],
    });
    expect(rows.map(({ cells }) => cells)).toEqual([['reshuffle', '40', '73.41', '1.2266', '0.6912', '–']]);
    expect(header).toHaveLength(rows[0].cells.length);
  });

  test('every comparison with what would have been seen', () => {
    const { header, rows } = samplerComparisonsTable(
      of(comparison(), { ...loss, set: { 'sgd.momentum': 0.5 }, seen: true }),
    );
    expect(rows.map(({ cells }) => cells)).toEqual([
      [
        'reshuffle less with-replacement',
        'test accuracy',
        '3',
        '4.00',
        '−0.97 … 8.97',
        '−3.00 … 11.00',
        '10.30',
        '0.25',
        '0.5',
        'no',
      ],
      [
        'reshuffle less with-replacement, sgd.momentum 0.5',
        'test loss',
        '3',
        '−0.2000',
        '−0.4500 … 0.0500',
        '−0.0300 … 0.1100',
        '0.1030',
        '0.25',
        '0.5',
        'yes',
      ],
    ]);
    expect(header).toHaveLength(rows[0].cells.length);
  });
});
