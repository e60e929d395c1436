/** The configuration for the chart library: what it is told, without drawing. */
import { describe, expect, test } from 'vitest';
import { chartConfiguration, legendEntries } from '../../src/report/chart.ts';
import type { Figure, Series } from '../../src/report/figure.ts';
import { weightVarianceFigure } from '../../src/report/figures/weight-variance.ts';
import { colour, dark, light, pointStyle, roles } from '../../src/report/theme.ts';
import { syntheticInput } from './synthetic.ts';

const line: Series = {
  label: 'a line',
  kind: 'line',
  role: 'sampler-theory',
  emphasis: 'normal',
  x: [1, 2, 3],
  y: [1, NaN, 3],
};
const figure: Figure = {
  title: 'title',
  subtitle: 'one\ntwo',
  x: { label: 'λ', scale: 'log', range: [1, 1000] },
  y: { label: 'σ²_θ', scale: 'linear' },
  series: [line],
  verticals: [],
  horizontals: [],
  footnote: '',
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the library's own types name no unset option
const read = (changes: Partial<Figure> = {}): any => chartConfiguration({ ...figure, ...changes });

test('nothing moves, listens or measures a window', () => {
  expect(read().options).toMatchObject({ animation: false, responsive: false, events: [] });
});

describe('series', () => {
  test('points carry their intervals, and are left to the library to put in order', () => {
    const series: Series = { ...line, kind: 'errorbars', low: [0, NaN, 2], high: [2, NaN, 4] };
    const [dataset] = read({ series: [series] }).data.datasets;
    expect(dataset.data[0]).toEqual({ x: 1, y: 1, low: 0, high: 2 });
    expect(dataset).toMatchObject({ showLine: false, yAxisID: 'y' });
    expect(dataset).not.toHaveProperty('parsing');
  });

  test('a line is broken at NaN', () => {
    expect(read().data.datasets[0]).toMatchObject({ showLine: true, spanGaps: false, pointRadius: 0 });
  });

  test('dashes are those of the role, unless a series says otherwise', () => {
    const dash = (changes: Partial<Series>) =>
      read({ series: [{ ...line, ...changes }] }).data.datasets[0].borderDash.length > 0;
    expect([dash({}), dash({ dashed: true })]).toEqual([false, true]);
    expect([dash({ role: 'white-theory' }), dash({ role: 'white-theory', dashed: false })]).toEqual([true, false]);
  });

  test('a line through one point is drawn as a dash', () => {
    const [dataset] = read({ series: [{ ...line, y: [NaN, 2, NaN] }] }).data.datasets;
    expect(dataset).toMatchObject({ pointStyle: 'line', pointRadius: 12 });
  });

  test('the last series is drawn on top and named first', () => {
    const config = read({ series: [line, { ...line, label: '' }, { ...line, label: 'on top' }] });
    const orders = config.data.datasets.map(({ order }: { order: number }) => order);
    expect(orders).toEqual([3, 2, 1]);
    const labels = config.options.plugins.legend.labels.generateLabels();
    expect(labels.map(({ text }: { text: string }) => text)).toEqual(['on top', 'a line']);
  });

  test('without labels there is no legend', () => {
    expect(read({ series: [{ ...line, label: '' }] }).options.plugins.legend.display).toBe(false);
  });
});

describe('axes', () => {
  test('keep a range that is given, find one that is not', () => {
    const { x, y } = read().options.scales;
    expect([x.min, x.max]).toEqual([1, 1000]);
    expect(y.min).toBeCloseTo(0.92, 12);
    expect(y.max).toBeCloseTo(3.08, 12);
  });

  test('a log axis has our ticks, minor ones fainter', () => {
    const { x } = read().options.scales;
    const scale = { ticks: [] as { value: number }[] };
    x.afterBuildTicks(scale);
    expect(scale.ticks).toHaveLength(28);
    expect(x.ticks.callback(0, 0)).toBe('10⁰');
    expect(x.ticks.callback(0, 1)).toBe('');
    expect(x.grid.color({ index: 1 })).not.toBe(x.grid.color({ index: 0 }));
    expect(x.grid.tickColor({ index: 1 })).not.toBe(x.grid.tickColor({ index: 0 }));
  });

  test('the room of a label is kept by an invisible one without its subscripts', () => {
    expect(read().options.scales.y.title).toMatchObject({ text: 'σ²θ', color: 'transparent' });
  });

  test('a right axis has its own range, and no grid of its own', () => {
    const series = [line, { ...line, y: [10, 20, 30], axis: 'right' as const }];
    const { y, right } = read({ series, right: { label: 'accuracy', scale: 'linear' } }).options.scales;
    expect(y.max).toBeLessThan(4);
    expect(right.max).toBeGreaterThan(30);
    expect(right.grid.drawOnChartArea).toBe(false);
  });

  test('a band widens the axis, an error bar does not', () => {
    const interval = { low: [-50, NaN, 2], high: [2, NaN, 50] };
    const top = (kind: 'band' | 'errorbars') => read({ series: [{ ...line, kind, ...interval }] }).options.scales.y.max;
    expect(top('band')).toBeGreaterThan(50);
    expect(top('errorbars')).toBeLessThan(4);
  });
});

describe('marker lines', () => {
  test('inside the picture become an axis that keeps as many rows as their labels need', () => {
    const verticals = [
      { value: 10, label: 'crossover' },
      { value: 11, label: 'near it' },
      { value: 1e6, label: 'outside' },
    ];
    const { xMarkers } = read({ verticals }).options.scales;
    const scale = { ticks: [] as { value: number }[] };
    xMarkers.afterBuildTicks(scale);
    expect(scale.ticks.map(({ value }) => value)).toEqual([10, 11]);
    expect(xMarkers.ticks.callback(0, 0)).toHaveLength(2);
  });

  test('outside it leave none', () => {
    expect(read({ verticals: [{ value: 0.1, label: 'low' }] }).options.scales).not.toHaveProperty('xMarkers');
    expect(read({ horizontals: [{ value: 99, label: 'high' }] }).options.scales).not.toHaveProperty('yMarkers');
  });
});

test('long subtitles are wrapped, and a footnote keeps its room', () => {
  const long = read({ subtitle: 'word '.repeat(60), footnote: 'word '.repeat(60) });
  expect(long.options.plugins.subtitle.text.length).toBeGreaterThan(2);
  expect(long.options.layout.padding.bottom).toBeGreaterThan(read().options.layout.padding.bottom + 25);
});

describe('looks', () => {
  test('nothing is told by colour alone', () => {
    const series = legendEntries(weightVarianceFigure(syntheticInput()).series);
    const looks = series.map(({ kind, role, emphasis }) => [kind, roles[role].dash, roles[role].shape, emphasis]);
    expect(new Set(looks.map((look) => JSON.stringify(look))).size).toBe(series.length);
  });

  test('the two curves of a training differ in lightness', () => {
    // Luma as a black-and-white printer sees it (ITU-R BT.601).
    const grey = (role: 'train' | 'test') => {
      const [red, green, blue] = light.roles[role];
      return 0.299 * red + 0.587 * green + 0.114 * blue;
    };
    expect(Math.abs(grey('train') - grey('test'))).toBeGreaterThan(60);
  });

  test('the more points, the smaller and fainter, but never invisible', () => {
    const [few, many] = [pointStyle('normal', 10), pointStyle('normal', 5000)];
    expect(many.radius).toBeLessThan(few.radius);
    expect(many.opacity).toBeLessThan(few.opacity);
    expect(many.barOpacity).toBeGreaterThan(0.1);
    expect(pointStyle('strong', 5000)).toEqual(pointStyle('strong', 1));
  });

  test('a strong series stands out from its role: darker on paper, lighter on a dark page', () => {
    expect(colour(light, { role: 'measured', emphasis: 'normal' })).toBe('rgba(0, 114, 178, 1)');
    expect(colour(light, { role: 'measured', emphasis: 'strong' }, 0.5)).toBe('rgba(0, 71, 110, 0.5)');
    expect(colour(dark, { role: 'measured', emphasis: 'strong' })).toBe('rgba(150, 209, 241, 1)');
  });

  // WCAG 2, success criterion 1.4.11: graphics of 3:1, text of 4.5:1.
  test.each([light, dark])('everything is seen against its background', ({ ink, roles: colours }) => {
    const background = rgb(ink.background);
    for (const role of Object.values(colours)) expect(contrast(role, background)).toBeGreaterThan(2.1);
    for (const text of [ink.text, ink.quietText, ink.marker])
      expect(contrast(rgb(text), background)).toBeGreaterThan(7);
  });
});

const rgb = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** WCAG 2's ratio of relative luminances. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const luminance = (parts: readonly number[]) => {
    const [red, green, blue] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}
