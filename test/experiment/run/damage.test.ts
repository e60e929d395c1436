/**
 * Files of finished stages that are damaged, truncated or gone: refused in one sentence, and mended on demand. Channel: the
 * bytes of a run that nothing ever happened to, and the numbers by which the system knows files that were not touched.
 */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runExperiment, runStage, type StageName, type Voice } from '../../../src/experiment/index.ts';
import type { Environment } from '../../../src/experiment/environment.ts';
import type { Ledger } from '../../../src/experiment/ledger.ts';
import { readJson, writeJson } from '../../../src/store/json.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { fingerprints, quiet, run, tiny } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

const folder = temporaryFolders();
let finished: string;
let known: Record<string, string>;
beforeAll(async () => {
  finished = join(folder(), 'finished');
  await run(finished);
  known = fingerprints(finished);
});

/** A copy of the finished run, to damage. */
let directory: string;
const at = (name: string) => join(directory, name);
beforeEach(() => {
  directory = join(folder(), 'run');
  cpSync(finished, directory, { recursive: true, preserveTimestamps: true });
});

const repair = (changes = {}, voice = quiet) => runExperiment(directory, tiny(changes), voice, { repair: true });
const refusal = async (changes = {}) =>
  (await problemOf(() => run(directory, changes))).replaceAll(directory, 'RUN').replaceAll(/[0-9a-f]{12}…/g, 'SHA…');
const beside = () => listing(join(directory, '..')).filter((name) => !name.includes('/'));
const inodes = () => Object.fromEntries(Object.keys(known).map((name) => [name, statSync(at(name)).ino]));
/** Another bit in the middle of a file, and a time long ago. */
function change(name: string): void {
  const bytes = readFileSync(at(name));
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(at(name), bytes);
  utimesSync(at(name), 1, 1);
}

/** Nothing is left but the run as it was; what was not damaged is the very same file. */
function expectMended(before: Record<string, number>, damaged: readonly string[]): void {
  expect(fingerprints(directory)).toEqual(known);
  expect(beside()).toEqual(['run']);
  expect(listing(directory).filter((name) => /partial|unfinished/.test(name))).toEqual([]);
  // Written again, with the same bytes, whenever a run is called for.
  const untouched = Object.keys(known).filter((name) => !damaged.includes(name) && !/^experiment\.json/.test(name));
  const now = inodes();
  for (const name of untouched) expect([name, now[name]]).toEqual([name, before[name]]);
}

describe('an output of a finished stage', () => {
  const cases: [StageName, string, (name: string) => void, string][] = [
    ['train', 'minimum.safetensors', (name) => rmSync(at(name)), 'is missing'],
    ['train', 'training.csv', (name) => appendFileSync(at(name), '\n'), 'has 203 bytes instead of 202'],
    [
      'record',
      'trajectory/00000.safetensors',
      (name) => truncateSync(at(name), 5000),
      'has 5000 bytes instead of SIZE',
    ],
    ['record', 'mean.safetensors', change, 'has SHA-256 SHA… instead of SHA…'],
    ['spectrum', 'spectrum.safetensors', (name) => truncateSync(at(name)), 'has 0 bytes instead of SIZE'],
    ['noise', 'noise.safetensors', change, 'has SHA-256 SHA… instead of SHA…'],
    ['compare', 'directions.csv', (name) => rmSync(at(name)), 'is missing'],
    ['report', 'figures/ratio.png', change, 'has SHA-256 SHA… instead of SHA…'],
  ];
  it.each(cases)(
    'of stage %s, %s, is refused when damaged, and computed again on demand',
    async (stage, name, harm, problem) => {
      const before = inodes();
      const size = statSync(at(name)).size;
      harm(name);
      const damaged = fingerprints(directory);
      const told = problem
        .replace('SIZE', String(size))
        .replace(/\d+ bytes instead of 202/, `${size + 1} bytes instead of ${size}`);
      const sentence = `exit 3: RUN/${name}, written by stage ${stage}, ${told}: give --repair to compute again what is damaged, and nothing else`;
      expect(await refusal()).toBe(sentence);
      expect(fingerprints(directory)).toEqual(damaged);
      expect(beside()).toEqual(['run']);
      expect(await repair()).toEqual({ directory, ran: [stage], previous: null });
      expectMended(before, [name]);
      expect(await run(directory)).toMatchObject({ ran: [], previous: null });
    },
  );

  it('that has rotted behind its size and time is found where every file is read', async () => {
    const names = ['spectrum.safetensors', 'figures/ratio.png'];
    // Times of whole seconds, which can be set again.
    for (const name of names) utimesSync(at(name), 1, 1);
    await run(directory);
    const before = inodes();
    for (const name of names) change(name);
    expect((await run(directory)).ran).toEqual([]);
    expect((await repair()).ran).toEqual(['spectrum', 'report']);
    expectMended(before, names);
  });

  it('and more of them, of several stages, are told and mended together', async () => {
    const before = inodes();
    const names = ['mean.safetensors', 'weights.safetensors', 'noise.safetensors', 'summary.json', 'window.csv'];
    for (const name of names) rmSync(at(name));
    expect(await refusal()).toBe(
      'exit 3: 5 files of RUN are not as they were: mean.safetensors, written by stage record, is missing; ' +
        'weights.safetensors, written by stage record, is missing; window.csv, written by stage record, is missing; ' +
        'noise.safetensors, written by stage noise, is missing; 1 more: give --repair to compute again what is damaged, and nothing else',
    );
    expect((await repair()).ran).toEqual(['record', 'noise', 'compare']);
    expectMended(before, names);
  });

  it('is mended by its own stage alone, where stages are called one by one', async () => {
    const before = inodes();
    rmSync(at('mean.safetensors'));
    const call = (name: StageName, mends = true) =>
      problemOf(() => runStage(directory, name, quiet, { repair: mends }));
    const what = `${directory}/mean.safetensors, written by stage record, is missing`;
    for (const name of ['spectrum', 'report'] as const)
      expect(await call(name)).toBe(
        `exit 3: ${what}: \`epochnoise record '${directory}' --repair\` computes again what is damaged there`,
      );
    expect(await call('record', false)).toBe(
      `exit 3: ${what}: give --repair to compute again what is damaged, and nothing else`,
    );
    // What comes later is not its business.
    expect((await runStage(directory, 'train', quiet)).ran).toEqual([]);
    expect((await runStage(directory, 'record', quiet, { repair: true })).ran).toEqual(['record']);
    expectMended(before, ['mean.safetensors']);
  });

  it('does not matter where settings have changed before it', async () => {
    rmSync(at('noise.safetensors'));
    const { ran, previous } = await run(directory, { spectrum: { eigenpairs: 5 } });
    expect(ran).toEqual(['spectrum', 'curvature', 'noise', 'compare', 'report']);
    expect(fingerprints(previous!)).toEqual(
      Object.fromEntries(Object.entries(known).filter(([name]) => name !== 'noise.safetensors')),
    );
  });

  it('is mended before settings that have changed after it are followed', async () => {
    rmSync(at('weights.safetensors'));
    const changes = { spectrum: { eigenpairs: 5 } };
    expect(await refusal(changes)).toMatch(/^exit 3: RUN\/weights\.safetensors, written by stage record, is missing/);
    const { ran, previous } = await repair(changes);
    expect(ran).toEqual(['record', 'spectrum', 'curvature', 'noise', 'compare', 'report']);
    expect(fingerprints(previous!)).toEqual(known);
  });

  it('goes on being mended where that was interrupted; nothing was touched until then', async () => {
    const before = inodes();
    rmSync(at('noise.safetensors'));
    const damaged = fingerprints(directory);
    const voice: Voice = {
      ...quiet,
      begin: (title) => async () => {
        if (title === 'autocovariance along the trajectory') throw new Error('killed');
      },
    };
    await expect(repair({}, voice)).rejects.toThrow('killed');
    renameSync(at('.unfinished'), join(directory, '..', 'unfinished'));
    expect(fingerprints(directory)).toEqual(damaged);
    renameSync(join(directory, '..', 'unfinished'), at('.unfinished'));
    expect(await refusal()).toMatch(/^exit 3: RUN\/noise\.safetensors, written by stage noise, is missing/);
    expect((await repair()).ran).toEqual(['noise']);
    expectMended(before, ['noise.safetensors']);
  });

  it('that comes out otherwise than then starts a run of its own; the old one is kept whole', async () => {
    // As another machine might have recorded: other bytes of the mean than this one computes.
    change('mean.safetensors');
    const ledger = readJson<Record<string, { inputs: object; outputs: object }>>(at('stages.json'));
    rmSync(at('environment.json'));
    const other = '0'.repeat(64);
    ledger.record.outputs = { ...ledger.record.outputs, 'mean.safetensors': other };
    for (const stage of ['spectrum', 'curvature', 'noise', 'compare'])
      ledger[stage].inputs = { ...ledger[stage].inputs, 'mean.safetensors': other };
    writeJson(at('stages.json'), ledger);
    const old = fingerprints(directory);
    const told: string[] = [];
    const { ran, previous } = await repair({}, { ...quiet, warn: (text) => told.push(text) });
    expect(ran).toEqual(['record', 'spectrum', 'curvature', 'noise', 'compare', 'report']);
    expect(told).toEqual([
      'stage record gives other results here than then: what follows from it is computed again, too',
    ]);
    expect(previous).toBe(`${directory}.previous-1`);
    expect(fingerprints(previous!)).toEqual(old);
    expect(fingerprints(directory)).toEqual(known);
    expect((await run(directory)).ran).toEqual([]);
  });
});

describe("a file that is not the run's", () => {
  it('is left alone, and asked to leave, mending or not', async () => {
    writeFileSync(at('figures/mine.png'), 'mine');
    const sentence =
      'exit 3: RUN/figures/mine.png was not there when stage report ended: move it out of the run directory';
    expect(await refusal()).toBe(sentence);
    expect((await problemOf(() => repair())).replaceAll(directory, 'RUN')).toBe(sentence);
    cpSync(at('trajectory/00000.safetensors'), at('trajectory/00001.safetensors'));
    expect(await refusal()).toBe(
      'exit 3: 2 files of RUN are not as they were: trajectory/00001.safetensors was not there when stage record ended; ' +
        'figures/mine.png was not there when stage report ended: move them out of the run directory',
    );
    expect(readFileSync(at('figures/mine.png'), 'utf8')).toBe('mine');
    rmSync(at('figures/mine.png'));
    rmSync(at('trajectory/00001.safetensors'));
    expect((await run(directory)).ran).toEqual([]);
  });
});

describe('stages.json', () => {
  const rest = '; --repair makes it again from what environment.json vouches for, and sets aside the rest';
  it.each([
    ['cut short', () => truncateSync(at('stages.json'), 100), /^exit 3: RUN\/stages\.json is damaged: .*JSON/],
    [
      'of another kind',
      () => writeFileSync(at('stages.json'), '[]'),
      'RUN/stages.json is damaged: it does not hold checksums of stages',
    ],
    ['gone', () => rmSync(at('stages.json')), 'no file RUN/stages.json, but results of stages'],
    [
      'altered by a digit',
      () => {
        const ledger = readJson<Record<string, { outputs: Record<string, string> }>>(at('stages.json'));
        ledger.noise.outputs['noise.safetensors'] = ledger.noise.outputs['noise.safetensors'].replace(/^./, (digit) =>
          digit === '0' ? '1' : '0',
        );
        writeJson(at('stages.json'), ledger);
      },
      'RUN/stages.json is damaged: of stage noise it does not hold what was written',
    ],
  ] as const)('%s is refused, and made again from what vouches for it', async (_, harm, problem) => {
    const before = inodes();
    harm();
    const damaged = fingerprints(directory);
    if (typeof problem === 'string') expect(await refusal()).toBe(`exit 3: ${problem}${rest}`);
    else expect(await refusal()).toMatch(problem);
    expect(fingerprints(directory)).toEqual(damaged);
    expect(await repair()).toEqual({ directory, ran: [], previous: null });
    expectMended(before, ['stages.json']);
  });

  it('damaged together with results: these are not trusted, but kept', async () => {
    rmSync(at('stages.json'));
    change('spectrum.safetensors');
    const damaged = fingerprints(directory);
    const { ran, previous } = await repair();
    expect(ran).toEqual(['spectrum', 'curvature', 'noise', 'compare', 'report']);
    expect(fingerprints(directory)).toEqual(known);
    const kept = fingerprints(previous!);
    for (const name of Object.keys(damaged)) expect([name, kept[name]]).toEqual([name, damaged[name]]);
  });

  it('damaged without environment.json: nothing is trusted, all is kept', async () => {
    rmSync(at('stages.json'));
    rmSync(at('environment.json'));
    const { ran, previous } = await repair();
    expect(ran).toEqual(['train', 'record', 'spectrum', 'curvature', 'noise', 'compare', 'report']);
    expect(fingerprints(directory)).toEqual(known);
    const kept = fingerprints(previous!);
    for (const name of Object.keys(known))
      if (name !== 'stages.json') expect([name, kept[name]]).toEqual([name, known[name]]);
  });

  it('is there before the first stage begins, so that its absence tells something', async () => {
    const fresh = join(folder(), 'fresh');
    const dies: Voice = { ...quiet, begin: () => async () => Promise.reject(new Error('killed')) };
    await expect(runExperiment(fresh, tiny(), dies)).rejects.toThrow('killed');
    expect(readJson(join(fresh, 'stages.json'))).toEqual({});
    await run(fresh, {}, 'train');
  });
});

describe('environment.json', () => {
  it.each([
    [
      'cut short',
      () => truncateSync(at('environment.json'), 100),
      /^exit 3: RUN\/environment\.json is damaged: .*; --repair writes it again, and no result is lost with it$/,
    ],
    [
      'of another kind',
      () => writeFileSync(at('environment.json'), '{"files":[]}'),
      /^exit 3: RUN\/environment\.json is damaged: it does not hold what a run writes there; --repair/,
    ],
  ] as const)('%s costs no result', async (_, harm, problem) => {
    const before = inodes();
    harm();
    expect(await refusal()).toMatch(problem);
    expect((await repair()).ran).toEqual([]);
    expectMended(before, []);
    const { stages, files, threads } = readJson<Environment>(at('environment.json'));
    expect({ stages, threads }).toEqual({ stages: {}, threads: 1 });
    expect(files['mean.safetensors'].sha256).toBe(known['mean.safetensors']);
    expect((await run(directory)).ran).toEqual([]);
  });

  it('keeps checksums that had to be taken again', async () => {
    utimesSync(at('spectrum.safetensors'), 1, 1);
    await run(directory);
    const environment = readJson<Environment>(at('environment.json'));
    expect(environment.files['spectrum.safetensors'].modified).toBe(1000);
    const { files: _, ...rest } = environment;
    const { files: __, ...then } = readJson<Environment>(join(finished, 'environment.json'));
    expect(rest).toEqual(then);
  });
});

describe('experiment.json', () => {
  const problems: [string, () => void, RegExp][] = [
    ['cut short', () => truncateSync(at('experiment.json'), 100), /RUN\/experiment\.json is damaged: .*JSON/],
    ['gone', () => rmSync(at('experiment.json')), /no file RUN\/experiment\.json/],
    [
      'no configuration',
      () => writeFileSync(at('experiment.json'), '{"sgd":{"momentum":7}}'),
      /RUN\/experiment\.json is no configuration: sgd\.momentum/,
    ],
  ];
  it.each(problems)(
    '%s is written again with the settings of the call and the threads of the run',
    async (_, harm, problem) => {
      const before = inodes();
      harm();
      const said = await refusal();
      expect(said).toMatch(problem);
      expect(said).toMatch(/^exit 3: .*; --repair writes it again, with the settings of this call$/);
      expect(await problemOf(() => runStage(directory, 'noise', quiet))).toMatch(
        /^exit 3: .*`epochnoise run( … --out '.*' --repair` with the settings of the run writes it again|` makes one)$/,
      );
      vi.stubEnv('EPOCHNOISE_THREADS', '7');
      expect((await repair()).ran).toEqual([]);
      vi.unstubAllEnvs();
      expectMended(before, []);
    },
  );

  it('written again with other settings keeps the results of the old ones aside', async () => {
    rmSync(at('experiment.json'));
    const { ran, previous } = await repair({ report: { title: 'another' } });
    expect(ran).toEqual(['report']);
    expect(fingerprints(previous!)['figures/ratio.png']).toBe(known['figures/ratio.png']);
  });
});

describe('a run directory', () => {
  it('that is removed while a stage runs is not filled with half a run', async () => {
    const aside = join(directory, '..', 'aside');
    const voice: Voice = {
      ...quiet,
      begin: (title) => async () => {
        if (title === 'autocovariance along the trajectory' && !existsSync(aside)) renameSync(directory, aside);
      },
    };
    const changes = { noise: { method: 'batches' } };
    expect((await problemOf(() => runExperiment(directory, tiny(changes), voice))).replaceAll(directory, 'RUN')).toBe(
      'exit 3: RUN was removed or replaced while stage noise ran: run again, or choose another folder with --out',
    );
    rmSync(directory, { recursive: true });
    renameSync(aside, directory);
    expect((await run(directory, changes)).ran).toEqual(['noise', 'compare', 'report']);
  });

  it('that was being set aside when the process was killed is found again', async () => {
    // Between the two renames: the old run has its new name, the next one is ready and has not.
    const { previous } = await run(directory, { report: { title: 'another' } }, 'compare');
    expect(previous).toBeNull();
    await run(directory, { spectrum: { eigenpairs: 5 } }, 'record');
    const now = fingerprints(directory);
    renameSync(directory, join(directory, '..', '.run.next'));
    const { ran } = await run(directory, { spectrum: { eigenpairs: 5 } }, 'record');
    expect(ran).toEqual([]);
    expect(fingerprints(directory)).toEqual(now);
    // Earlier than that: the next one is not ready, and the old run still in its place.
    mkdirSync(join(directory, '..', '.run.next'));
    await run(directory, { spectrum: { eigenpairs: 5 } }, 'record');
    expect(beside().filter((name) => name !== basename(directory))).toEqual([]);
  });
});

describe('a control that is damaged', () => {
  it('is mended within the run', async () => {
    const changes = { controls: { run: ['with-replacement', 'frozen'] } };
    await run(directory, changes);
    const [files, before] = [fingerprints(directory), beside()];
    const name = 'controls/with-replacement/noise.safetensors';
    truncateSync(at(name), 100);
    change('controls/frozen/directions.csv');
    expect(await refusal(changes)).toMatch(
      /^exit 3: 2 files of RUN are not as they were: controls\/frozen\/directions\.csv, written by stage controls, has SHA-256 SHA… instead of SHA…; controls\/with-replacement\/noise\.safetensors, written by stage controls, has 100 bytes instead of \d+: give --repair/,
    );
    const kept = statSync(at('controls/with-replacement/spectrum.safetensors')).ino;
    expect((await repair(changes)).ran).toEqual(['controls']);
    expect(fingerprints(directory)).toEqual(files);
    expect(statSync(at('controls/with-replacement/spectrum.safetensors')).ino).toBe(kept);
    expect(beside()).toEqual(before);
    const ledger = readJson<Ledger>(at('stages.json'));
    expect(Object.keys(ledger.controls!.outputs)).toContain(name);
  });
});
