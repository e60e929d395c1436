/** Pictures, tables and page of sweeps that never happened. */
import { describe, expect, it, test } from 'vitest';
import { groupsOf } from '../../../../src/report/sweep/groups.ts';
import type { SettingSummary } from '../../../../src/report/sweep/collected.ts';
import { renderSweepPage } from '../../../../src/report/sweep/page.ts';
import { sweepFigures } from '../../../../src/report/sweep/sweep-figures.ts';
import { binsTable, samplersTable, settingsTable } from '../../../../src/report/sweep/tables.ts';
import { collectedText } from '../../../../src/report/sweep/text.ts';
import { renderPng } from '../../../../src/report/png.ts';
import { universalSuppression } from '../../../../src/theory/index.ts';
import { replicas, syntheticRun } from './synthetic-runs.ts';
import { gridOfRuns, syntheticSweep } from './synthetic-sweep.ts';

const input = syntheticSweep(gridOfRuns([0.05, 0.1], [0.5]), {
  title: 'two <settings>',
  open: [
    {
      name: 'learningRate-9_seed-1',
      state: 'failed',
      reason: 'training diverged',
      log: 'logs/learningRate-9_seed-1.log',
    },
    { name: 'learningRate-9_seed-2', state: 'missing', reason: null, log: null },
  ],
});
const figures = Object.fromEntries(sweepFigures(input).map(({ name, figure }) => [name, figure]));
const page = renderSweepPage(input, sweepFigures(input));

describe('groups', () => {
  const setting = (set: Record<string, unknown>) =>
    ({
      label: JSON.stringify(set),
      set,
      words: Object.fromEntries(Object.entries(set).map(([key, value]) => [key, `${key} is ${String(value)}`])),
    }) as unknown as SettingSummary;
  const grid = (a: number, b: number) =>
    Array.from({ length: a * b }, (_, i) => setting({ a: Math.floor(i / b), b: i % b }));

  it('are the settings up to eight', () => {
    const { groups, note } = groupsOf({ settings: grid(2, 4) });
    expect(groups.map(({ settings }) => settings)).toEqual([[0], [1], [2], [3], [4], [5], [6], [7]]);
    expect(new Set(groups.map(({ role }) => role)).size).toBe(8);
    expect(note).toBe('');
  });

  it('of more are those of one key, the one with the most values that have a colour each', () => {
    const { groups, note } = groupsOf({ settings: grid(3, 4) });
    expect(groups.map(({ label }) => label)).toEqual(['b is 0', 'b is 1', 'b is 2', 'b is 3']);
    expect(groups[1].settings).toEqual([1, 5, 9]);
    expect(note).toMatch(/^Colours: b alone; 12 settings/);
    expect(groupsOf({ settings: grid(3, 9) }).groups).toHaveLength(3);
  });

  it('are one where no key has few enough values', () => {
    const { groups, note } = groupsOf({ settings: grid(9, 1) });
    expect(groups).toMatchObject([{ label: 'all 9 settings', settings: [0, 1, 2, 3, 4, 5, 6, 7, 8] }]);
    expect(note).toMatch(/^No key/);
  });

  it('a key that only some settings have tells them apart too', () => {
    const some = [...grid(1, 8), setting({ c: 1 })];
    expect(groupsOf({ settings: some }).groups.map(({ label }) => label)).toContain('no a');
  });
});

describe('figures', () => {
  it('are the two panels, the panel of two components, crossovers and plateaus', () => {
    expect(Object.keys(figures)).toEqual(['ratios', 'variances', 'ratios-two-component', 'crossovers', 'plateaus']);
    for (const figure of Object.values(figures)) {
      expect(figure.message).toBeUndefined();
      expect(figure.subtitle).toBe('two <settings>\n6 of 8 points done; 2 settings');
      expect(renderPng(figure).length).toBeGreaterThan(10_000);
    }
  });

  it('the first has every compared direction as a dot, and the bins of collected.json as bars', () => {
    const { ratios } = figures;
    const dots = ratios.series.filter(({ kind }) => kind === 'points');
    expect(dots.flatMap(({ y }) => y)).toHaveLength(input.runs.reduce((sum, { x }) => sum + x.length, 0));
    const bars = ratios.series.filter(({ kind }) => kind === 'errorbars');
    expect(bars.map(({ label }) => label)).toEqual(['η = 0.05, β = 0.5', 'η = 0.1, β = 0.5']);
    bars.forEach(({ y, low, high, x }, i) => {
      const { bins } = input.collected.settings[i].flatness!;
      expect(y).toEqual(bins.map(({ ratio }) => ratio.value));
      expect(low).toEqual(bins.map(({ ratio }) => ratio.low));
      expect(high).toEqual(bins.map(({ ratio }) => ratio.high));
      x.forEach((at, bin) => expect(Math.abs(Math.log10(at / bins[bin].x))).toBeLessThan(1 / 6));
    });
    expect(ratios.horizontals).toEqual([{ value: 1, label: '1' }]);
  });

  it('the second has the exact curves, and the universal one', () => {
    const lines = figures.variances.series.filter(({ kind }) => kind === 'line');
    const universal = lines.find(({ label }) => label === 'universal f(x)')!;
    universal.x.forEach((x, i) => expect(universal.y[i]).toBe(universalSuppression(x)));
    const curves = lines.filter(({ emphasis, role }) => emphasis === 'normal' && role.startsWith('group'));
    expect(curves.map(({ y }) => y)).toEqual(input.curves.map(({ y }) => y));
    expect(figures.variances.footnote).toContain('good to 3 % only for large M');
  });

  it('crossovers stand over theirs, within the diagonal', () => {
    const { series, x, y } = figures.crossovers;
    expect(x.range).toEqual(y.range);
    const own = series.filter(({ kind, hollow }) => kind === 'errorbars' && !hollow);
    own.forEach((one, i) => {
      const { crossoverEigenvalue, scale } = input.collected.settings[i];
      expect(one.x).toEqual([crossoverEigenvalue]);
      expect(one.y[0]).toBeCloseTo(crossoverEigenvalue * scale!.scale.value, 12);
    });
    expect(series.filter(({ hollow }) => hollow)).toHaveLength(2);
  });

  it('of more directions than can be shown every second or third is drawn', () => {
    const many = { ...input, runs: Array.from({ length: 60 }, () => input.runs).flat() };
    const total = many.runs.reduce((sum, { x }) => sum + x.length, 0);
    const [{ figure }] = sweepFigures(many);
    const dots = figure.series.filter(({ kind }) => kind === 'points').flatMap(({ y }) => y).length;
    expect(total).toBeGreaterThan(24_000);
    expect(dots).toBeLessThanOrEqual(12_001);
    expect(figure.footnote).toMatch(/Dots: one direction in \d/);
  });

  test.each([
    ['nothing is done', []],
    ['too few directions', [syntheticRun({ directions: 4 })]],
    ['independent batches alone', [syntheticRun({ sampler: 'with-replacement' })]],
    ['one point', [syntheticRun()]],
  ])('%s: every picture and the page are there', (_, runs) => {
    const sparse = syntheticSweep(runs, { axes: [] });
    for (const { figure } of sweepFigures(sparse)) {
      expect(renderPng(figure).length).toBeGreaterThan(5000);
      if (figure.series.length === 0) expect(figure.message).toMatch(/^no /);
    }
    expect(renderSweepPage(sparse, sweepFigures(sparse))).toContain('<h2 id="points">Points</h2>');
    expect(collectedText(sparse.collected)).toMatch(/points done\n/);
  });
});

describe('the page', () => {
  it('reaches for nothing outside but the pages and logs of its points', () => {
    const links = [...page.matchAll(/(?:src|href)="([^"]*)"|@import|url\(/g)].map(([all, address]) => address ?? all);
    const own = links.filter((link) => !/^(data:|#)/.test(link));
    expect(own.length).toBeGreaterThan(6);
    for (const link of own) expect(link).toMatch(/^(points\/[\w.-]+\/report\.html|logs\/[\w.-]+\.log)$/);
  });

  it('names points that are not done, with reason and log', () => {
    expect(page).toContain(
      '<li><code>learningRate-9_seed-1</code> failed: training diverged – <a href="logs/learningRate-9_seed-1.log">',
    );
    expect(page).toContain('<li><code>learningRate-9_seed-2</code> not begun</li>');
  });

  it('has headline, verdicts, figures, tables; what a user wrote is text', () => {
    expect(page).toContain('<p class="headline">Measured over the prediction with the noise');
    expect(page.match(/data-figure="/g)).toHaveLength(5);
    expect(page).toContain('<h1>two &lt;settings&gt;</h1>');
    expect(page).not.toContain('two <settings>');
    expect(page).toContain('<code>points-missing</code>');
  });

  it('links fit whatever a point is called', () => {
    const odd = { ...input.collected.points[0], name: 'a b"', page: 'points/a b"/report.html', log: null };
    const named = { ...input, collected: { ...input.collected, points: [odd] } };
    expect(renderSweepPage(named, [])).toContain('href="points/a%20b%22/report.html"');
  });
});

describe('tables', () => {
  it('have a line a setting and one of all together', () => {
    const { header, rows } = settingsTable(input.collected)!;
    expect(rows.map(({ cells }) => cells[0])).toEqual(['η = 0.05, β = 0.5', 'η = 0.1, β = 0.5', 'all together']);
    for (const { cells } of rows) expect(cells).toHaveLength(header.length);
    const { scale } = input.collected.settings[0].scale!;
    const shown = [scale.value, scale.low!, scale.high!].map((value) => value.toFixed(3));
    expect(rows[0].cells[3]).toBe(`${shown[0]} (${shown[1]} … ${shown[2]})`);
  });

  it('have a line a bin', () => {
    expect(binsTable(input.collected)!.rows).toHaveLength(input.collected.all!.flatness!.bins.length);
  });

  it('samplers against one another only where they were run', () => {
    expect(samplersTable(input.collected)).toBeNull();
    const runs = (['reshuffle', 'with-replacement'] as const).flatMap((sampler) =>
      replicas(1, { sampler, set: { 'sgd.sampler': sampler } }),
    );
    const { collected } = syntheticSweep(runs);
    expect(samplersTable(collected)!.rows[0].cells[0]).toBe('independent batches / reshuffled every epoch');
    expect(collectedText(collected)).toContain('independent batches / reshuffled every epoch');
  });
});
