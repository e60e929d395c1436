/** A sweep that was really run: two learning rates, two seeds each, and points of which something is wrong. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { collectSweep } from '../../../../src/experiment/sweep/collect/collect.ts';
import type { SweepHead, SweepPoint } from '../../../../src/experiment/sweep/collect/points.ts';
import type { Collected } from '../../../../src/report/sweep/collected.ts';
import { readCsv } from '../../../../src/store/csv.ts';
import { readJson } from '../../../../src/store/json.ts';
import type { Summary } from '../../../../src/report/summary.ts';
import { run, tiny } from '../../run/tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'epochnoise-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD: SweepHead = { name: 'tiny', title: null, until: 'compare', axes: ['sgd.learningRate', 'seed'] };
const rates = [0.1, 0.2];
const sets = rates.flatMap((learningRate) => [3, 4].map((seed) => ({ learningRate, seed })));
const nameOf = ({ learningRate, seed }: (typeof sets)[number]) => `learningRate-${learningRate}_seed-${seed}`;
const done = sets.map((one): SweepPoint => ({
  name: nameOf(one),
  set: { 'sgd.learningRate': one.learningRate, seed: one.seed },
  experiment: tiny({ sgd: { learningRate: one.learningRate }, seed: one.seed }),
  state: 'done',
}));
const other = (name: string, state: SweepPoint['state'], reason?: string): SweepPoint => ({
  name,
  set: { 'sgd.learningRate': 9, seed: 3 },
  experiment: tiny({ sgd: { learningRate: 9 } }),
  state,
  reason,
});
const failed = other('learningRate-9_seed-3', 'failed', 'the loss is no number');
const missing = other('learningRate-9_seed-4', 'done');
const path = (name: string) => join(folder, name);
const point = (index: number) => path(`points/${done[index].name}`);

let collected: Collected;
beforeAll(async () => {
  for (const [i, { learningRate, seed }] of sets.entries())
    await run(point(i), { sgd: { learningRate }, seed }, 'compare');
  mkdirSync(path('logs'));
  writeFileSync(path(`logs/${failed.name}.log`), 'a log');
  collected = await collectSweep(folder, HEAD, [...done, failed, missing]);
});

const FILES = [
  'sweep.csv',
  'sweep-directions.csv',
  'collected.json',
  'report.html',
  ...['ratios', 'variances', 'ratios-two-component', 'crossovers', 'plateaus'].map((name) => `figures/${name}.png`),
];

test('every file is there, and collected.json is what is returned', () => {
  for (const name of FILES) expect(existsSync(path(name)), name).toBe(true);
  expect(readJson(path('collected.json'))).toEqual(JSON.parse(JSON.stringify(collected)));
});

test('the same points give the same bytes', async () => {
  const before = FILES.map((name) => readFileSync(path(name)));
  await collectSweep(folder, HEAD, [...done, failed, missing]);
  FILES.forEach((name, i) => expect(readFileSync(path(name)).equals(before[i]), name).toBe(true));
});

describe('points', () => {
  it('are settings of two seeds each', () => {
    expect(collected.settings.map(({ label, seeds }) => [label, seeds])).toEqual([
      ['η = 0.1', 2],
      ['η = 0.2', 2],
    ]);
    expect(collected.points.map(({ setting }) => setting)).toEqual([0, 0, 1, 1, null, null]);
    expect(collected.all!.seeds).toBe(2);
    expect(collected.warnings.map(({ code }) => code)).toEqual(['points-missing', 'few-seeds']);
  });

  it('that failed are named with their log, those that are not what they are said to be with the reason', () => {
    expect(collected.points[4]).toMatchObject({
      state: 'failed',
      reason: 'the loss is no number',
      log: `logs/${failed.name}.log`,
      page: null,
    });
    expect(collected.points[5]).toMatchObject({ state: 'damaged', log: null });
    expect(collected.points[5].reason).toMatch(/^no run directory points\/learningRate-9_seed-4; /);
    expect(readFileSync(path('report.html'), 'utf8')).toContain(`href="logs/${failed.name}.log"`);
  });
});

describe('sweep.csv', () => {
  it('has a line a point, with what summary.json and environment.json of each say', () => {
    const table = readCsv(path('sweep.csv'));
    expect(table.names.slice(0, 4)).toEqual(['name', 'state', 'sgd.learningRate', 'seed']);
    expect(table.text('name')).toEqual([...done, failed, missing].map(({ name }) => name));
    expect(table.text('state')).toEqual(['done', 'done', 'done', 'done', 'failed', 'damaged']);
    expect([...table.numbers('learning_rate')]).toEqual([0.1, 0.1, 0.2, 0.2, 9, 9]);
    expect(table.text('crossover_eigenvalue').slice(4)).toEqual(['', '']);
    done.forEach((_, i) => {
      const summary = readJson<Summary>(join(point(i), 'summary.json'));
      const { stages } = readJson<{ stages: Record<string, { seconds: number; peakMemoryBytes: number }> }>(
        join(point(i), 'environment.json'),
      );
      const costs = Object.values(stages);
      expect(table.numbers('crossover_eigenvalue')[i]).toBe(summary.crossoverEigenvalue);
      expect(table.numbers('batches_per_epoch')[i]).toBe(10);
      expect(table.numbers('expected_share')[i]).toBe(summary.noise.expectedShare);
      const range = summary.ranges.find(({ low }) => low === 0.1)!;
      expect(table.numbers('ratio_sampler_upto_1')[i]).toBe(range.ratioSampler ?? NaN);
      expect(table.numbers('ratio_two_component_upto_1')[i]).toBe(range.ratioTwoComponent ?? NaN);
      expect(table.numbers('directions_upto_1')[i]).toBe(range.directions);
      expect(table.numbers('seconds')[i]).toBeCloseTo(
        costs.reduce((sum, { seconds }) => sum + seconds, 0),
        9,
      );
      expect(table.numbers('peak_memory_bytes')[i]).toBe(Math.max(...costs.map((one) => one.peakMemoryBytes)));
      const curve = readCsv(join(point(i), 'window.csv'));
      expect(table.numbers('test_loss')[i]).toBe(curve.numbers('test_loss').filter(Number.isFinite).at(-1));
    });
  });
});

describe('sweep-directions.csv', () => {
  it('has the directions of all points, in units in which they are alike', () => {
    const table = readCsv(path('sweep-directions.csv'));
    const columns = readCsv(join(point(2), 'directions.csv'));
    const lines = table.text('point').flatMap((name, line) => (name === done[2].name ? [line] : []));
    const eigenvalues = columns.numbers('eigenvalue');
    expect(lines).toHaveLength(eigenvalues.filter((value) => value > 0).length);
    const at = (name: string, line: number) => table.numbers(name)[line];
    // By hand: η = 0.2, β = 0.5, M = 10.
    for (const line of lines) {
      const i = at('index', line);
      const λ = eigenvalues[i];
      const C = columns.numbers('noise_variance')[i];
      const white = (0.2 * 1.5 * C) / (λ * 0.5 * (3 - 0.2 * λ));
      const ν = columns.numbers('theta_dof')[i];
      const ratio = columns.numbers('theta_variance')[i] / columns.numbers('theta_variance_sampler')[i];
      expect(at('x', line)).toBeCloseTo((10 * 0.2 * λ) / 0.5, 12);
      expect(at('eigenvalue_over_crossover', line)).toBeCloseTo(λ / 0.75, 12);
      expect((at('theta_variance_over_white', line) * white) / columns.numbers('theta_variance')[i]).toBeCloseTo(1, 12);
      expect((at('exact_over_white', line) * white) / columns.numbers('theta_variance_sampler')[i]).toBeCloseTo(1, 12);
      if (ν > 0.5) expect(at('ratio_sampler', line)).toBeCloseTo(ratio / (1 - 2 / (9 * ν)) ** 3, 9);
      expect(at('correlation_time', line)).toBe(columns.numbers('correlation_time')[i]);
    }
  });
});

test('bins of x hold the compared directions of all points', () => {
  const table = readCsv(path('sweep-directions.csv'));
  const x = table.numbers('x');
  const compared = table.text('regime').map((regime) => regime === 'stiff' || regime === 'suppressed');
  const { bins } = collected.all!.flatness!;
  expect(bins.length).toBeGreaterThan(1);
  for (const { low, high, directions, ratio } of bins) {
    const members = [...x.keys()].filter((i) => compared[i] && x[i] >= low && x[i] < high);
    expect(directions).toBe(members.length);
    const ratios = members.map((i) => table.numbers('ratio_sampler')[i]).sort((a, b) => a - b);
    const middle = ratios.length >> 1;
    const median = ratios.length % 2 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2;
    expect(ratio.value).toBeCloseTo(median, 12);
    expect(ratio.from).toBe('directions');
  }
});

test('a point whose results were changed is left out, and named; the others are as they were', async () => {
  appendFileSync(join(point(1), 'directions.csv'), '\n');
  const again = await collectSweep(folder, HEAD, done);
  expect(again.points[1].state).toBe('damaged');
  expect(again.points[1].reason).toContain('directions.csv');
  expect(again.points[1].reason).not.toContain(folder);
  expect(again.settings.map(({ points }) => points)).toEqual([[done[0].name], [done[2].name, done[3].name]]);
  expect(again.settings[1]).toEqual(collected.settings[1]);
});

test('points that end before anything is compared have their lines, and nothing else', async () => {
  const early = await collectSweep(folder, { ...HEAD, until: 'record' }, done);
  expect(early).toMatchObject({ settings: [], all: null, headline: null });
  expect(early.verdicts).toEqual(['Every point ends with stage record: nothing is held against theory.']);
  expect(readCsv(path('sweep.csv')).numbers('test_loss').every(Number.isFinite)).toBe(true);
  expect(readCsv(path('sweep-directions.csv')).rows).toBe(0);
});
