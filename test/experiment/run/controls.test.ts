/** Controls from one minimum, on the tiny experiment: which runs there are, what they share, how they go on. */
import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runExperiment } from '../../../src/experiment/index.ts';
import type { ControlSummary } from '../../../src/report/summary.ts';
import { readCsv } from '../../../src/store/csv.ts';
import { readJson } from '../../../src/store/json.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing } from '../../store/scratch.ts';
import { numbers, summary } from './reading.ts';
import { BATCH, fingerprints, quiet, run, SAMPLES, tiny } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

const folder = temporaryFolders();
const ALL = { controls: { run: 'all', seeds: 2 } };

describe('controls', () => {
  let directory: string;
  const within = (name: string) => join(directory, 'controls', name);
  let known: Record<string, string>;
  const results = () => readJson<ControlSummary>(join(directory, 'controls.json'));
  beforeAll(async () => {
    directory = join(folder(), 'with controls');
    expect(await run(directory, ALL)).toMatchObject({
      ran: ['train', 'record', 'spectrum', 'curvature', 'noise', 'compare', 'controls', 'report'],
    });
    known = fingerprints(directory);
  });

  it('are the run itself, its other seeds, the other samplers, and the model alone', () => {
    expect(results().controls.map(({ name, folder }) => [name, folder])).toEqual([
      ['reshuffle', '.'],
      ['reshuffle-2', 'controls/reshuffle-2'],
      ['shuffle-once', 'controls/shuffle-once'],
      ['shuffle-once-2', 'controls/shuffle-once-2'],
      ['with-replacement', 'controls/with-replacement'],
      ['with-replacement-2', 'controls/with-replacement-2'],
      ['frozen', 'controls/frozen'],
      ['quadratic', 'controls/quadratic'],
    ]);
    expect(listing(directory)).toContain('figures/controls.png');
  });

  it('share the minimum, to the byte, and nothing that comes after it', () => {
    for (const name of ['reshuffle-2', 'shuffle-once', 'with-replacement']) {
      for (const file of ['minimum.safetensors', 'training.csv'])
        expect(readFileSync(join(within(name), file))).toEqual(readFileSync(join(directory, file)));
      expect([...numbers(within(name), 'batches', 'indices')]).not.toEqual([
        ...numbers(directory, 'batches', 'indices'),
      ]);
    }
    expect([...numbers(within('shuffle-once-2'), 'batches', 'indices')]).not.toEqual([
      ...numbers(within('shuffle-once'), 'batches', 'indices'),
    ]);
  });

  it('draw their batches as they are called', () => {
    const firstEpochs = (name: string) => {
      const indices = [...numbers(within(name), 'batches', 'indices')];
      return [indices.slice(0, SAMPLES), indices.slice(SAMPLES, 2 * SAMPLES)];
    };
    const [first, second] = firstEpochs('shuffle-once');
    expect(first).toEqual(second);
    expect(new Set(firstEpochs('with-replacement')[0]).size).toBeLessThan(SAMPLES);
    expect(first.length % BATCH).toBe(0);
    expect(summary(within('with-replacement')).sampler).toBe('with-replacement');
  });

  it('of the model alone lie about their prediction', () => {
    for (const name of ['frozen', 'quadratic']) {
      const table = readCsv(join(within(name), 'directions.csv'));
      const ratios = table
        .numbers('theta_variance')
        .map((value, i) => value / table.numbers('theta_variance_sampler')[i]);
      const mean = ratios.reduce((sum, value) => sum + value, 0) / ratios.length;
      // 19 directions of a window worth ν ≈ 10 each.
      expect(Math.abs(mean - 1)).toBeLessThan(0.4);
    }
  });

  it('are pooled over seeds by logarithms', () => {
    const { controls, pooled } = results();
    const [first, second] = controls.filter(({ control }) => control === 'with-replacement');
    for (const one of pooled.filter(({ control }) => control === 'with-replacement')) {
      expect(one.seeds).toBe(2);
      const at = first.ranges.findIndex(({ low }) => low === one.low);
      const [a, b] = [first.ranges[at].ratioSampler, second.ranges[at].ratioSampler];
      if (a === null || b === null) expect(one.ratioSampler).toBeNull();
      else expect(one.ratioSampler!.value / Math.sqrt(a * b)).toBeCloseTo(1, 10);
    }
  });

  it('give the same bytes again, and go on where they were left', async () => {
    const again = join(folder(), 'again');
    cpSync(directory, again, { recursive: true });
    const few = { controls: { run: ['with-replacement', 'frozen'] } };
    expect((await run(again, few)).ran).toEqual(['controls', 'report']);
    const files = fingerprints(again);
    for (const name of Object.keys(files).filter((one) => /^controls\/(frozen|with-replacement)\//.test(one)))
      if (!/experiment\.json|stages\.json/.test(name)) expect([name, files[name]]).toEqual([name, known[name]]);
    expect(await run(again, few)).toMatchObject({ ran: [], previous: null });
    rmSync(join(again, 'controls', 'frozen'), { recursive: true });
    expect((await runExperiment(again, tiny(few), quiet, { repair: true })).ran).toEqual(['controls']);
    expect(fingerprints(again)).toEqual(files);
  });

  it('keep their windows where something before them is computed again, unless it is the minimum', async () => {
    const other = join(folder(), 'other');
    cpSync(directory, other, { recursive: true });
    const one = (more: object) => run(other, { controls: { run: ['with-replacement'] }, ...more });
    const window = (where: string) => statSync(join(where, 'controls', 'with-replacement', 'weights.safetensors')).ino;
    const kept = await one({ noise: { epochs: 3 } });
    expect(kept.ran).toEqual(['noise', 'compare', 'controls', 'report']);
    expect(window(other)).toBe(window(kept.previous!));
    expect(await one({ noise: { epochs: 3 } })).toMatchObject({ ran: [] });
    const anew = await one({ noise: { epochs: 3 }, polish: { driftRatio: 0.2 } });
    expect(anew.ran[0]).toBe('train');
    expect(window(other)).not.toBe(window(anew.previous!));
  });

  it('that are not asked for any more are left with the earlier run', async () => {
    const fewer = join(folder(), 'fewer');
    cpSync(directory, fewer, { recursive: true });
    const { previous } = await run(fewer, {});
    expect(listing(fewer).filter((name) => name.startsWith('controls'))).toEqual([]);
    expect(listing(previous!)).toContain('controls/quadratic/directions.csv');
    expect(listing(fewer)).not.toContain('figures/controls.png');
  });
});

describe('an incomplete batch that is dropped', () => {
  it('leaves ⌊N/S⌋ updates an epoch, and predictions with f = S/N', async () => {
    const directory = join(folder(), 'dropping');
    await run(directory, { sgd: { batchSize: 60, dropLast: true } }, 'compare');
    expect(summary(directory)).toMatchObject({ batchSize: 60, samples: SAMPLES, batchesPerEpoch: 6 });
    const indices = numbers(directory, 'batches', 'indices');
    expect(indices).toHaveLength(5 * 360);
    expect(new Set(indices.subarray(0, 360)).size).toBe(360);
  });
});
