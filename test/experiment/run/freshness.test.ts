/** What is up to date is not run again; what is not is, and what it replaces is kept whole. */
import { appendFileSync, cpSync, existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runStage } from '../../../src/experiment/index.ts';
import { LedgerBook, readLedger } from '../../../src/experiment/ledger.ts';
import { hasStage, type StageName, STAGES } from '../../../src/experiment/stages.ts';
import { readJson } from '../../../src/store/json.ts';
import { deadProcess } from '../../setup/dead-process.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { fingerprints, quiet, run, tiny } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

const ALL: StageName[] = ['train', 'record', 'spectrum', 'curvature', 'noise', 'compare', 'report'];
const from = (name: StageName) => ALL.slice(ALL.indexOf(name));

const folder = temporaryFolders();
let finished: string;
let known: Record<string, string>;
beforeAll(async () => {
  finished = join(folder(), 'finished');
  await run(finished);
  known = fingerprints(finished);
});

/** A copy of the finished run, to change. */
let directory: string;
beforeEach(() => {
  directory = join(folder(), 'run');
  cpSync(finished, directory, { recursive: true, preserveTimestamps: true });
});

const beside = () => listing(join(directory, '..')).filter((name) => !name.includes('/'));
const inodes = (where: string, names: readonly string[]) => names.map((name) => statSync(join(where, name)).ino);

describe('an unchanged run', () => {
  it('runs nothing and touches no result', async () => {
    const names = Object.keys(known).filter((name) => name !== 'experiment.json');
    const before = inodes(directory, names);
    expect(await run(directory)).toEqual({ directory, ran: [], previous: null });
    expect(inodes(directory, names)).toEqual(before);
    expect(fingerprints(directory)).toEqual(known);
    expect(beside()).toEqual(['run']);
  });

  it('is known by its bytes, not by its times', async () => {
    for (const name of ['mean.safetensors', 'spectrum.safetensors', 'trajectory/00000.safetensors'])
      utimesSync(join(directory, name), 1, 1);
    rmSync(join(directory, 'environment.json'));
    expect((await run(directory)).ran).toEqual([]);
  });

  it('runs no single stage either', async () => {
    for (const name of ALL) expect((await runStage(directory, name, quiet)).ran).toEqual([]);
    expect(fingerprints(directory)).toEqual(known);
  });
});

describe('a change of settings', () => {
  const cases: [Record<string, unknown>, StageName][] = [
    [{ seed: 4 }, 'train'],
    [{ precision: 'float64' }, 'train'],
    [{ data: { noise: 0.2 } }, 'train'],
    [{ model: { initialisation: { from: 'teacher', spread: 0.03 } } }, 'train'],
    [{ train: { epochs: 1 } }, 'train'],
    [{ train: { sampler: 'shuffle-once' } }, 'train'],
    [{ polish: { driftRatio: 0.2 } }, 'train'],
    [{ sgd: { weightDecay: 0 } }, 'train'],
    [{ sgd: { batchSize: 20 } }, 'train'],
    [{ sgd: { momentum: 0.6 } }, 'train'],
    // The polish asks for little drift over this window at this rate.
    [{ sgd: { learningRate: 0.1 } }, 'train'],
    [{ record: { epochs: 6 } }, 'train'],
    [{ record: { burnInEpochs: 4 } }, 'record'],
    [{ sgd: { sampler: 'shuffle-once' } }, 'record'],
    [{ spectrum: { eigenpairs: 5 } }, 'spectrum'],
    [{ spectrum: { tolerance: 1e-4 } }, 'spectrum'],
    [{ spectrum: { samples: 100 } }, 'spectrum'],
    [{ curvature: { snapshots: 50 } }, 'curvature'],
    [{ curvature: { samples: 80 } }, 'curvature'],
    [{ curvature: { directions: 3 } }, 'curvature'],
    [{ curvature: { window: 'second' } }, 'curvature'],
    [{ noise: { method: 'batches' } }, 'noise'],
    [{ noise: { epochs: 11 } }, 'noise'],
    [{ report: { title: 'another' } }, 'report'],
  ];
  it.each(cases)('%j makes all stale from stage %s on', (change, expected) => {
    const book = new LedgerBook(finished, {});
    expect(
      STAGES.filter((stage) => hasStage(tiny(), stage)).find((stage) => !book.isFresh(stage, tiny(change), ''))?.name,
    ).toBe(expected);
  });

  it.each([{ sgd: { learningRate: 0.1 } }, { record: { epochs: 6 } }])(
    '%j leaves a training alone that no polish follows',
    (change) => {
      const polish = { method: 'none' };
      const stale = ({ settings }: (typeof STAGES)[number]) =>
        JSON.stringify(settings(tiny({ polish, ...change }))) !== JSON.stringify(settings(tiny({ polish })));
      expect(STAGES.map(stale).slice(0, 2)).toEqual([false, true]);
    },
  );

  it('of the title draws the pictures again, and keeps the old run whole', async () => {
    const kept = Object.keys(known).filter((name) => !/^figures|^report|^experiment|^stages/.test(name));
    const before = inodes(directory, kept);
    const { ran, previous } = await run(directory, { report: { title: 'another' } });
    expect(ran).toEqual(['report']);
    expect(previous).toBe(`${directory}.previous-1`);
    expect(beside()).toEqual(['run', 'run.previous-1']);
    // What is kept is the very same file, not a copy.
    expect(inodes(directory, kept)).toEqual(before);
    expect(fingerprints(previous!)).toEqual(known);
    const now = fingerprints(directory);
    for (const name of kept) expect(now[name]).toBe(known[name]);
    const redrawn = Object.keys(known).filter((name) => /^figures\/|^report/.test(name));
    expect(redrawn.some((name) => now[name] !== known[name])).toBe(true);
    expect(readJson<{ report: { title: string } }>(join(directory, 'experiment.json')).report.title).toBe('another');
  });

  it('of the sampler records again; the old run can still be read and gone on with; each replaced run is kept', async () => {
    const first = await run(directory, { sgd: { sampler: 'shuffle-once' } });
    expect(first).toMatchObject({ ran: from('record'), previous: `${directory}.previous-1` });
    expect(inodes(directory, ['minimum.safetensors'])).toEqual(inodes(first.previous!, ['minimum.safetensors']));
    expect(fingerprints(first.previous!)).toEqual(known);
    expect((await run(first.previous!)).ran).toEqual([]);
    const once = fingerprints(directory);
    expect(once['trajectory/00000.safetensors']).not.toBe(known['trajectory/00000.safetensors']);

    const second = await run(directory, { sgd: { sampler: 'with-replacement' } }, 'record');
    expect(second).toMatchObject({ ran: ['record'], previous: `${directory}.previous-2` });
    expect(fingerprints(second.previous!)).toEqual(once);
    expect(fingerprints(first.previous!)).toEqual(known);
    // Nothing of the old settings is left beside the new: the later stages were not asked for.
    expect(listing(directory).filter((name) => !name.includes('/'))).toEqual([
      ...['batches.safetensors', 'environment.json', 'experiment.json', 'mean.safetensors', 'minimum.safetensors'],
      ...['stages.json', 'training.csv', 'trajectory', 'weights.safetensors', 'window.csv'],
    ]);

    // And back again: the same bytes as ever.
    expect((await run(directory)).ran).toEqual(from('record'));
    expect(fingerprints(directory)).toEqual(known);
  });

  it('that cannot be met leaves the run as it is', async () => {
    expect(await problemOf(() => run(directory, { sgd: { batchSize: 30 } }))).toMatch(
      /^exit 2: batch size 30 does not divide 400 samples/,
    );
    expect(beside()).toEqual(['run']);
    expect((await run(directory)).ran).toEqual([]);
    expect(fingerprints(directory)).toEqual(known);
  });
});

describe('a changed file', () => {
  it('that was made anew makes stale what was computed from the old one', () => {
    appendFileSync(join(directory, 'mean.safetensors'), '\n');
    const book = new LedgerBook(directory, {});
    const [, record, spectrum] = STAGES;
    book.enter(record, tiny(), '');
    expect(book.isFresh(record, tiny(), '')).toBe(true);
    expect(book.isFresh(spectrum, tiny(), '')).toBe(false);
  });
});

describe('a stage of another program', () => {
  it('that wrote a file which this one does not write is run again', () => {
    const ledger = readLedger(finished);
    const { spectrum } = ledger;
    const outputs = { ...spectrum!.outputs, 'density.safetensors': '0'.repeat(64) };
    const book = new LedgerBook(finished, {}, true, { ...ledger, spectrum: { ...spectrum!, outputs } });
    const [, record, stage] = STAGES;
    expect([record, stage].map((one) => book.conditionOf(one, tiny(), ''))).toEqual(['fresh', 'stale']);
  });
});

describe('one stage', () => {
  it('runs where all before it are up to date, and the whole run comes out the same', async () => {
    const other = join(folder(), 'step by step');
    expect((await run(other, {}, 'train')).ran).toEqual(['train']);
    for (const name of from('record')) expect((await runStage(other, name, quiet)).ran).toEqual([name]);
    expect(fingerprints(other)).toEqual(known);
  });

  it('is refused where one before it is missing or out of date', async () => {
    const other = { spectrum: { eigenpairs: 5 } };
    await run(directory, other, 'record');
    const refusal = (name: StageName) => problemOf(() => runStage(directory, name, quiet));
    const sentence = `stage spectrum of ${directory} is out of date: spectrum.eigenpairs was null and is 5; \`epochnoise run '${directory}/experiment.json' --out '${directory}'\` computes what is missing or out of date`;
    for (const name of ['noise', 'compare', 'report'] as const) expect(await refusal(name)).toBe(`exit 3: ${sentence}`);
    expect(beside()).toEqual(['run']);
    expect((await runStage(directory, 'record', quiet)).ran).toEqual([]);
  });

  it('is refused where there is no run', async () => {
    const nowhere = join(folder(), 'nowhere');
    expect(await problemOf(() => runStage(nowhere, 'noise', quiet))).toBe(
      `exit 3: no run directory ${nowhere}; \`epochnoise run\` makes one`,
    );
    expect(existsSync(nowhere)).toBe(false);
  });
});

describe('a folder', () => {
  it('that holds something else is left alone', async () => {
    const other = join(folder(), 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.tex'), '');
    expect(await problemOf(() => run(other))).toBe(
      `exit 2: ${other} holds files but no run; give --out a new or an empty folder`,
    );
    expect(await problemOf(() => run(join(other, 'thesis.tex')))).toBe(
      `exit 2: ${join(other, 'thesis.tex')} is a file; give --out the name of a folder`,
    );
    expect(listing(other)).toEqual(['thesis.tex']);
  });

  it('is worked in by one at a time', async () => {
    const other = join(folder(), 'busy');
    const [first, second] = await Promise.allSettled([run(other, {}, 'train'), run(other, {}, 'train')]);
    const refused = [first, second].filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).toHaveLength(1);
    expect((refused[0].reason as Error).message).toContain(`another process works in ${other}`);
    // Whoever came first has finished, and let go.
    expect((await run(other, {}, 'train')).ran).toEqual([]);
  });

  it('whose process has died can be gone on with', async () => {
    const lock = join(directory, '..', `.run.lock.${deadProcess()}.0@${os.hostname()}`);
    writeFileSync(lock, '');
    expect((await run(directory)).ran).toEqual([]);
    expect(existsSync(lock)).toBe(false);
  });

  it('is not made for settings that cannot be met', async () => {
    const other = join(folder(), 'new');
    expect(await problemOf(() => run(other, { sgd: { batchSize: 400 } }))).toMatch(/^exit 2: batch size 400 leaves 1/);
    expect(existsSync(other)).toBe(false);
  });
});
