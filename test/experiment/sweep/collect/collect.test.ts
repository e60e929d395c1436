/** A sweep that was really run: two learning rates, two seeds each, and points of which something is wrong. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { collectSweep } from '../../../../src/experiment/sweep/collect/collect.ts';
import { noteFailure, pointDirectory } from '../../../../src/experiment/sweep/folder.ts';
import type { Sweep } from '../../../../src/experiment/sweep/load.ts';
import type { Point } from '../../../../src/experiment/sweep/points.ts';
import type { Collected } from '../../../../src/report/sweep/collected.ts';
import { readCsv } from '../../../../src/store/csv.ts';
import { readJson } from '../../../../src/store/json.ts';
import type { Summary } from '../../../../src/report/summary.ts';
import { runExperiment } from '../../../../src/experiment/index.ts';
import { scratchFolder } from '../../../store/scratch.ts';
import { quiet, run, tiny } from '../../run/tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'epochnoise-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rates = [0.1, 0.2];
const sets = rates.flatMap((learningRate) => [3, 4].map((seed) => ({ learningRate, seed })));
const pointOf = ({ learningRate, seed }: (typeof sets)[number]): Point => ({
  name: `learningRate-${learningRate}_seed-${seed}`,
  set: { 'sgd.learningRate': learningRate, seed },
  experiment: tiny({ sgd: { learningRate }, seed }),
});
const done = sets.map(pointOf);
const failed = pointOf({ learningRate: 9, seed: 3 });
const missing = pointOf({ learningRate: 9, seed: 4 });
const sweepOf = (points: readonly Point[], until: Sweep['until'] = 'compare'): Sweep => ({
  name: 'tiny',
  title: null,
  until,
  axes: ['sgd.learningRate', 'seed'],
  points,
});
const path = (name: string) => join(folder, name);
const point = (index: number) => pointDirectory(folder, done[index]);

let collected: Collected;
beforeAll(async () => {
  for (const [i, { learningRate, seed }] of sets.entries())
    await run(point(i), { sgd: { learningRate }, seed }, 'compare');
  mkdirSync(path('logs'));
  writeFileSync(path(`logs/${failed.name}.log`), 'a log');
  noteFailure(folder, failed, { reason: `the loss of ${path('points/x')} is no number`, exitCode: 1, attempts: 2 });
  collected = await collectSweep(folder, sweepOf([...done, failed, missing]));
});

const FILES = [
  'sweep.csv',
  'sweep-directions.csv',
  'collected.json',
  'report.html',
  ...['ratios', 'variances', 'ratios-two-component', 'crossovers', 'plateaus'].flatMap((name) => [
    `figures/${name}.png`,
    `figures/${name}.pdf`,
  ]),
];

test('every file is there, and collected.json is what is returned', () => {
  for (const name of FILES) expect(existsSync(path(name)), name).toBe(true);
  expect(readJson(path('collected.json'))).toEqual(JSON.parse(JSON.stringify(collected)));
});

test('the same points give the same bytes', async () => {
  const before = FILES.map((name) => readFileSync(path(name)));
  await collectSweep(folder, sweepOf([...done, failed, missing]));
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

  it('that failed are named with their reason and log, those that are not there without', () => {
    expect(collected.points[4]).toMatchObject({
      state: 'failed',
      reason: 'the loss of points/x is no number',
      log: `logs/${failed.name}.log`,
      page: null,
    });
    expect(collected.points[5]).toMatchObject({ state: 'missing', reason: null, log: null });
    expect(readFileSync(path('report.html'), 'utf8')).toContain(`href="logs/${failed.name}.log"`);
  });
});

describe('sweep.csv', () => {
  it('has a line a point, with what summary.json and environment.json of each say', () => {
    const table = readCsv(path('sweep.csv'));
    expect(table.names.slice(0, 4)).toEqual(['name', 'state', 'sgd.learningRate', 'seed']);
    expect(table.text('name')).toEqual([...done, failed, missing].map(({ name }) => name));
    expect(table.text('state')).toEqual(['done', 'done', 'done', 'done', 'failed', 'missing']);
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
      const ratio = columns.numbers('theta_variance')[i] / columns.numbers('theta_variance_sampler')[i];
      expect(at('x', line)).toBeCloseTo((10 * 0.2 * λ) / 0.5, 12);
      expect(at('eigenvalue_over_crossover', line)).toBeCloseTo(λ / 0.75, 12);
      expect((at('theta_variance_over_white', line) * white) / columns.numbers('theta_variance')[i]).toBeCloseTo(1, 12);
      expect((at('exact_over_white', line) * white) / columns.numbers('theta_variance_sampler')[i]).toBeCloseTo(1, 12);
      if (Number.isFinite(ratio)) expect(at('ratio_sampler', line)).toBeCloseTo(ratio, 12);
      // Trend or not, a path counts as long as the gradient does not say the same.
      const drifts = columns.numbers('trend_fraction')[i] > 0.5 && columns.numbers('drift_ratio')[i] > 2;
      const isUsable = ratio > 0 && columns.numbers('theta_variance')[i] > 0;
      expect(at('compared', line)).toBe(Number(λ >= 0.0075 && !drifts && isUsable));
      expect(at('correlation_time', line)).toBe(columns.numbers('correlation_time')[i]);
    }
  });
});

test('docs/how-to/read-a-sweep.md tells every file and column', () => {
  const page = readFileSync(new URL('../../../../docs/how-to/read-a-sweep.md', import.meta.url), 'utf8');
  const names = ['sweep.csv', 'sweep-directions.csv'].flatMap((name) => readCsv(path(name)).names);
  const stems = names
    .filter((name) => !name.includes('.') || /_(upto|above)_/.test(name))
    .map((name) => name.replace(/(upto|above)_[\d.]+$/, '').replace(/_(low|high)$/, ''))
    .filter((name) => !/^(name|state|seed|(train|test)_(loss|accuracy))$/.test(name));
  for (const name of [...stems, 'sweep.csv', 'sweep-directions.csv', 'collected.json', 'figures/'])
    expect(page, name).toContain(`\`${name}\``);
});

test('bins of x hold the compared directions of all points', () => {
  const table = readCsv(path('sweep-directions.csv'));
  const x = table.numbers('x');
  const [compared, dof, ratios] = ['compared', 'theta_dof', 'ratio_sampler'].map((name) => table.numbers(name));
  const { bins } = collected.all!.flatness!;
  expect(bins.length).toBeGreaterThan(1);
  for (const { low, high, directions, ratio } of bins) {
    const members = [...x.keys()].filter((i) => compared[i] && x[i] >= low && x[i] < high);
    expect(directions).toBe(members.length);
    const sum = (of: (i: number) => number) => members.reduce((total, i) => total + of(i), 0);
    expect(ratio.value).toBeCloseTo(sum((i) => dof[i] * ratios[i]) / sum((i) => dof[i]), 12);
    expect(ratio.from).toBe('directions');
  }
});

test('a point whose results were changed is left out, and named; the others are as they were', async () => {
  appendFileSync(join(point(1), 'directions.csv'), '\n');
  const again = await collectSweep(folder, sweepOf(done));
  expect(again.points[1].state).toBe('left');
  expect(again.points[1].reason).toContain('directions.csv');
  expect(again.points[1].reason).not.toContain(folder);
  expect(again.settings.map(({ points }) => points)).toEqual([[done[0].name], [done[2].name, done[3].name]]);
  expect(again.settings[1]).toEqual(collected.settings[1]);
});

test('points that end before anything is compared have their lines, and nothing else', async () => {
  const early = await collectSweep(folder, sweepOf(done, 'record'));
  expect(early).toMatchObject({ settings: [], all: null, headline: null });
  expect(early.verdicts).toEqual(['Every point ends with stage record: nothing is held against theory.']);
  expect(readCsv(path('sweep.csv')).numbers('test_loss').every(Number.isFinite)).toBe(true);
  expect(readCsv(path('sweep-directions.csv')).rows).toBe(0);
});

test('samplers of the whole training are compared by what is learnt, and where nothing else is, by that alone', async () => {
  const folder = scratchFolder();
  const points = (['reshuffle', 'with-replacement'] as const).flatMap((sampler) =>
    [3, 4].map((seed): Point => {
      const set = { 'train.sampler': sampler, 'sgd.sampler': sampler, seed };
      return { name: `${sampler}-${seed}`, set, experiment: tiny({ train: { sampler }, sgd: { sampler }, seed }) };
    }),
  );
  for (const one of points)
    await runExperiment(pointDirectory(folder, one), one.experiment, quiet, { until: 'record' });
  const axes = ['train.sampler', 'sgd.sampler', 'seed'];
  mkdirSync(join(folder, 'figures'));
  writeFileSync(join(folder, 'figures', 'ratios.png'), 'of an earlier time');
  const { generalisation, verdicts } = await collectSweep(folder, { ...sweepOf(points, 'record'), axes });
  const [first] = generalisation!.comparisons.filter(({ metric }) => metric === 'testLoss');
  expect(first).toMatchObject({ of: 'reshuffle', against: 'with-replacement', pairs: 2 });
  const meanOf = (point: Point) => {
    const table = readCsv(join(pointDirectory(folder, point), 'window.csv'));
    const losses = table.numbers('test_loss').filter((_, i) => table.text('phase')[i] === 'window');
    return losses.reduce((sum, value) => sum + value, 0) / losses.length;
  };
  const differences = [0, 1].map((i) => meanOf(points[i]) - meanOf(points[i + 2]));
  expect(first.difference.value).toBeCloseTo((differences[0] + differences[1]) / 2, 12);
  expect(verdicts.join()).toContain('test loss, reshuffle less with-replacement');
  const figures = readdirSync(join(folder, 'figures')).filter((name) => name.endsWith('.png'));
  expect(figures).toEqual(['generalisation-test-loss.png']);
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('data-figure="generalisation-test-loss"');
});
