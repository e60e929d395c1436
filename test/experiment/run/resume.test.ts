/**
 * A run that is interrupted again and again, at every piece of work that is gone on with, ends with the bytes of one that
 * never was, and does not do again what it had done; the window stored and run again.
 */
import { cpSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runExperiment } from '../../../src/experiment/index.ts';
import { readJson } from '../../../src/store/json.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { COUNTING, interrupting, INTERRUPTIONS, settings, TOUCHES_WINDOW } from './interruptions.ts';
import { fingerprints, quiet } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

/** Where a window lies that is being recorded. */
const unfinishedWindow = (store: string) =>
  `.unfinished/record/window-${store === 'replay' ? 'replay-tensorflow' : store}`;

/** What is not a result, or is what the two ways of keeping a window differ in. */
const isResult = (name: string) => !/^(experiment|stages)\.json$|^trajectory\/|^epochs\.safetensors$/.test(name);
const results = (directory: string) =>
  Object.fromEntries(Object.entries(fingerprints(directory)).filter(([name]) => isResult(name)));

const folder = temporaryFolders();
let reference: Record<string, string>;
let trained: string;
beforeAll(async () => {
  const directory = join(folder(), 'undisturbed');
  trained = join(folder(), 'trained');
  await runExperiment(directory, settings(), quiet, { until: 'train' });
  cpSync(directory, trained, { recursive: true });
  await runExperiment(directory, settings(), quiet);
  reference = fingerprints(directory);
});
/** A run of its own that has its training. */
function afterTraining(name: string): string {
  const directory = join(folder(), name);
  cpSync(trained, directory, { recursive: true });
  return directory;
}
beforeEach(() => void vi.stubEnv('EPOCHNOISE_CHECKPOINT_SECONDS', '0'));
afterEach(() => void vi.unstubAllEnvs());

describe.each(['trajectory', 'replay'] as const)('a run with record.store: %s', (store) => {
  const experiment = settings({ record: { store } });
  let directory: string;

  it('is gone on with wherever it ended', async () => {
    directory = join(folder(), store);
    let before: { title: string; done: number } | undefined;
    const all = INTERRUPTIONS.filter(([title]) => store === 'replay' || TOUCHES_WINDOW.test(title));
    for (const [title, at] of all) {
      const voice = interrupting(title, at);
      expect(await problemOf(() => runExperiment(directory, experiment, voice))).toBe(`Error: ${title}, report ${at}`);
      // What was done is not done again.
      if (before && COUNTING.test(before.title)) {
        expect(before.done, before.title).toBeGreaterThan(1);
        expect(voice.first.get(before.title), before.title).toBeGreaterThanOrEqual(before.done);
      }
      before = { title, done: voice.last };
    }
    await runExperiment(directory, experiment, quiet);
    expect(Object.keys(results(directory)).length).toBeGreaterThan(20);
    expect(results(directory)).toEqual(
      Object.fromEntries(Object.entries(reference).filter(([name]) => isResult(name))),
    );
  });

  it('has the window as it was asked for, and nothing unfinished', () => {
    const has = (name: string) => existsSync(join(directory, name));
    expect([has('trajectory'), has('epochs.safetensors')]).toEqual(
      store === 'trajectory' ? [true, false] : [false, true],
    );
    if (store === 'trajectory')
      expect(fingerprints(directory)['trajectory/00000.safetensors']).toBe(reference['trajectory/00000.safetensors']);
    expect(listing(directory).filter((name) => /unfinished|partial/.test(name))).toEqual([]);
    // What was asked for is no choice.
    expect(readJson<{ choices: object }>(join(directory, 'experiment.json')).choices).toEqual({ threads: 1 });
  });

  it('is up to date where the configuration leaves the store open, and not where it asks for the other', async () => {
    expect((await runExperiment(directory, settings(), quiet)).ran).toEqual([]);
    const other = settings({ record: { store: store === 'trajectory' ? 'replay' : 'trajectory' } });
    const { ran } = await runExperiment(directory, other, quiet, { until: 'record' });
    expect(ran).toEqual(['record']);
  });
});

it('the time of a stage is that of all processes that worked on it', async () => {
  const directory = join(folder(), 'time');
  const voice = interrupting('training', 4);
  const slow = {
    ...voice,
    begin(title: string) {
      const report = voice.begin(title);
      return async (done: number) => {
        if (title === 'training') await new Promise((resolve) => setTimeout(resolve, 400));
        return await report(done);
      };
    },
  };
  await expect(runExperiment(directory, settings(), slow)).rejects.toThrow('training, report 4');
  await runExperiment(directory, settings(), quiet, { until: 'train' });
  const { stages } = readJson<{ stages: { train: { seconds: number } } }>(join(directory, 'environment.json'));
  // Three saves lie between four pauses.
  expect(stages.train.seconds).toBeGreaterThan(1.2);
});

it('a run goes on with its way of keeping the window only', async () => {
  const directory = afterTraining('changed');
  const stopped = (store: string, at: number) =>
    runExperiment(directory, settings({ record: { store } }), interrupting('window', at));
  await expect(stopped('trajectory', 6)).rejects.toThrow('window, report 6');
  expect(listing(directory)).toContain('.unfinished/record/window-trajectory/00000.safetensors');
  await expect(stopped('replay', 4)).rejects.toThrow('window, report 4');
  await runExperiment(directory, settings({ record: { store: 'replay' } }), quiet, { until: 'spectrum' });
  expect(existsSync(join(directory, 'trajectory'))).toBe(false);
  expect(fingerprints(directory)['projections.safetensors']).toBe(reference['projections.safetensors']);
});

describe('what an earlier process has left does no harm', () => {
  /** A run that ended in the window, within its second epoch. */
  async function unfinished(name: string, store: string): Promise<string> {
    const directory = afterTraining(name);
    const run = runExperiment(directory, settings({ record: { store } }), interrupting('window', 4));
    await expect(run).rejects.toThrow('window, report 4');
    return directory;
  }
  const finish = async (directory: string, store: string) => {
    await runExperiment(directory, settings({ record: { store } }), quiet, { until: 'record' });
    for (const name of ['mean.safetensors', 'window.csv', 'batches.safetensors'])
      expect(fingerprints(directory)[name]).toBe(reference[name]);
  };

  it.each(['trajectory', 'replay'])('where the last save is damaged: %s', async (store) => {
    const directory = await unfinished('damaged', store);
    truncateSync(join(directory, unfinishedWindow(store), 'state.safetensors'), 100);
    await finish(directory, store);
  });

  it.each([
    ['trajectory', '00000.safetensors'],
    ['replay', 'epochs.safetensors'],
  ])('where what was recorded is cut short: %s', async (store, name) => {
    const directory = await unfinished('short', store);
    truncateSync(join(directory, unfinishedWindow(store), name), 200);
    await finish(directory, store);
  });

  it('where it is of other settings', async () => {
    const directory = await unfinished('other', 'trajectory');
    const other = settings({ record: { burnInEpochs: 2 } });
    await runExperiment(directory, other, quiet, { until: 'record' });
    const undisturbed = afterTraining('two epochs');
    await runExperiment(undisturbed, other, quiet, { until: 'record' });
    const bytes = (where: string) => readFileSync(join(where, 'mean.safetensors')).toString('hex');
    expect(bytes(directory)).toBe(bytes(undisturbed));
    expect(fingerprints(directory)['mean.safetensors']).not.toBe(reference['mean.safetensors']);
  });
});
