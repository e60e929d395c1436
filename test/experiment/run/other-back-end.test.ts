/**
 * A run that is interrupted again and again and goes on with another back end each time, as after a device was lost: nothing is
 * done again, the results agree with those of one back end, and say on which back ends what was computed.
 */
import { cpSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeResult, runExperiment } from '../../../src/experiment/index.ts';
import { readEnvironment } from '../../../src/experiment/environment.ts';
import { readSummary } from '../../../src/experiment/report/summaries.ts';
import { readJson } from '../../../src/store/json.ts';
import { openBackend } from '../../../src/tensor/backend.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { COUNTING, interrupting, INTERRUPTIONS, settings } from './interruptions.ts';
import { numbers, summary, warningCodes } from './reading.ts';
import { fingerprints, quiet } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

const folder = temporaryFolders();
beforeEach(() => void vi.stubEnv('EPOCHNOISE_CHECKPOINT_SECONDS', '0'));
afterEach(() => void vi.unstubAllEnvs());

const on = (backend: 'tensorflow' | 'cpu') => settings({ backend });
/** What back end cpu calls itself. */
const PLAIN = openBackend({ name: 'cpu', precision: 'float32', threads: 1 }).version;
const backEndsOf = (directory: string) =>
  Object.fromEntries(Object.entries(readEnvironment(directory)!.stages).map(([name, cost]) => [name, cost.backEnds]));

/** Holds a run on tensorflow, and that run as it was after some of its stages. */
let made: string;
let undisturbed: string;
beforeAll(async () => {
  made = folder();
  undisturbed = join(made, 'undisturbed');
  for (const stage of ['spectrum', 'compare'] as const) {
    await runExperiment(undisturbed, on('tensorflow'), quiet, { until: stage });
    cpSync(undisturbed, join(made, `up to ${stage}`), { recursive: true, preserveTimestamps: true });
  }
  await runExperiment(undisturbed, on('tensorflow'), quiet);
});
/** A copy of it, up to a stage. */
function upTo(stage: 'spectrum' | 'compare', name: string): string {
  const directory = join(folder(), name);
  cpSync(join(made, `up to ${stage}`), directory, { recursive: true, preserveTimestamps: true });
  return directory;
}

const withControl = (backend: 'tensorflow' | 'cpu') => settings({ backend, controls: { run: 'with-replacement' } });

describe('a run that changes its back end', () => {
  it('goes on wherever it ended', async () => {
    const directory = join(folder(), 'changing');
    let before: { title: string; done: number } | undefined;
    for (const [index, [title, at]] of INTERRUPTIONS.entries()) {
      const voice = interrupting(title, at);
      const run = () => runExperiment(directory, on(index % 2 === 0 ? 'tensorflow' : 'cpu'), voice);
      expect(await problemOf(run)).toBe(`Error: ${title}, report ${at}`);
      if (before && COUNTING.test(before.title))
        expect(voice.first.get(before.title), before.title).toBeGreaterThanOrEqual(before.done);
      before = { title, done: voice.last };
    }
    await runExperiment(directory, on('cpu'), quiet);
    expect(listing(directory)).toEqual(listing(undisturbed));

    // Rounding alone: float32, and where the native library takes doubles, float32 of the other.
    const largest = numbers(undisturbed, 'spectrum', 'eigenvalues')[0];
    const eigenvalues = numbers(directory, 'spectrum', 'eigenvalues');
    numbers(undisturbed, 'spectrum', 'eigenvalues').forEach((value, i) =>
      expect(Math.abs(value - eigenvalues[i])).toBeLessThan(1e-5 * largest),
    );
    const [expected, found] = [undisturbed, directory].map((one) =>
      summary(one).ranges.flatMap(({ ratioSampler }) => ratioSampler ?? []),
    );
    expect(found.length).toBeGreaterThan(1);
    found.forEach((ratio, i) => expect(ratio / expected[i]).toBeCloseTo(1, 3));

    const both = ['tensorflow', 'cpu'];
    expect(backEndsOf(directory)).toMatchObject({ train: both, record: both, compare: [...both].reverse() });
    expect(warningCodes(directory)).toEqual(expect.arrayContaining(['cpu-backend', 'several-back-ends']));
    expect(warningCodes(undisturbed)).not.toContain('several-back-ends');
    expect(backEndsOf(undisturbed)).toMatchObject({ train: ['tensorflow'], report: undefined });
  });

  it('computes nothing anew that was finished, and keeps the name of the back end that did it', async () => {
    const directory = upTo('spectrum', 'finished');
    const native = readEnvironment(directory)!.backend!.replace('tensorflow ', '');
    const before = fingerprints(directory);
    const said: string[] = [];
    const voice = { ...quiet, say: (text: string) => void said.push(text) };
    expect((await runExperiment(directory, on('cpu'), voice, { until: 'spectrum' })).ran).toEqual([]);
    expect(fingerprints(directory)).toEqual(before);
    expect(said).toEqual([
      `kept as computed: train, record and spectrum on tensorflow (${native}); another --out computes all on cpu`,
    ]);
    expect(readJson<{ backend: string }>(join(directory, 'experiment.json')).backend).toBe('tensorflow');
    const { ran } = await runExperiment(directory, on('cpu'), quiet, { until: 'compare' });
    expect(ran).toEqual(['curvature', 'noise', 'compare']);
    expect(summary(directory).warnings.find(({ code }) => code === 'several-back-ends')!.text).toBe(
      `Computed on several back ends: train, record and spectrum on tensorflow (${native}), curvature, noise and compare on cpu (${PLAIN}).`,
    );
    expect(readEnvironment(directory)).toMatchObject({
      backend: PLAIN,
      stages: {
        spectrum: { versions: { tensorflow: [`tensorflow ${native}`] } },
        noise: { versions: { cpu: [PLAIN] } },
      },
    });
    expect(readJson<{ backend: string; choices: object }>(join(directory, 'experiment.json'))).toMatchObject({
      backend: 'cpu',
      choices: { threads: 1 },
    });
  });

  it('records a window anew that is to be run again, and leaves its reading to the back end that recorded it', async () => {
    const directory = join(folder(), 'replay');
    const replay = (backend: 'tensorflow' | 'cpu') => settings({ backend, record: { store: 'replay' } });
    const stopped = interrupting('window', 3);
    await problemOf(() => runExperiment(directory, replay('tensorflow'), stopped, { until: 'record' }));
    const anew = interrupting('window', Infinity);
    await runExperiment(directory, replay('cpu'), anew, { until: 'record' });
    expect(anew.first.get('window')).toBeLessThanOrEqual(stopped.last);
    expect(await problemOf(() => runExperiment(directory, replay('tensorflow'), quiet, { until: 'spectrum' }))).toMatch(
      /^exit 2: the window of .+ was recorded on back end cpu and is run again to be read, which gives other weights on tensorflow: go on with --set backend=cpu/,
    );
    expect(readJson<{ backend: string }>(join(directory, 'experiment.json')).backend).toBe('cpu');
    expect((await runExperiment(directory, replay('cpu'), quiet, { until: 'spectrum' })).ran).toEqual(['spectrum']);
  });

  it('knows who computed what where environment.json or stages.json was damaged', async () => {
    const directory = join(folder(), 'damaged');
    await problemOf(() => runExperiment(directory, on('tensorflow'), interrupting('window', 3)));
    await runExperiment(directory, on('cpu'), quiet, { until: 'noise' });
    const stages = readFileSync(join(directory, 'stages.json'));
    truncateSync(join(directory, 'stages.json'), 100);
    const mended = await runExperiment(directory, on('cpu'), quiet, { until: 'noise', repair: true });
    expect(mended).toMatchObject({ ran: [], previous: null });
    expect(readFileSync(join(directory, 'stages.json'))).toEqual(stages);

    truncateSync(join(directory, 'environment.json'), 100);
    const said: string[] = [];
    const voice = { ...quiet, warn: (text: string) => void said.push(text) };
    await runExperiment(directory, on('cpu'), voice, { until: 'noise', repair: true });
    expect(said).toEqual([
      expect.stringMatching(/^environment\.json is damaged and written again: what its stages cost/),
    ]);
    await runExperiment(directory, on('cpu'), quiet, { until: 'compare' });
    expect(summary(directory).warnings.find(({ code }) => code === 'several-back-ends')!.text).toBe(
      `Computed on several back ends: train on tensorflow, record on tensorflow and cpu, spectrum, curvature and noise on cpu, compare on cpu (${PLAIN}).`,
    );
  });

  it('warns on the page and in the terminal where only the controls ran on another', async () => {
    const directory = upTo('compare', 'controls');
    const native = readEnvironment(directory)!.backend!.replace('tensorflow ', '');
    const result = await runExperiment(directory, withControl('cpu'), quiet);
    expect(result.ran).toEqual(['controls', 'report']);
    const text = `Computed on several back ends: train, record, spectrum, curvature, noise and compare on tensorflow (${native}), controls on cpu (${PLAIN}).`;
    expect(warningCodes(directory)).not.toContain('several-back-ends');
    const { warnings } = readSummary(directory);
    expect(warnings.map(({ code }) => code)).toEqual([...warningCodes(directory), 'cpu-backend', 'several-back-ends']);
    expect(warnings.at(-1)!.text).toBe(text);
    expect(readFileSync(join(directory, 'report.html'), 'utf8')).toContain(text);
    expect(describeResult(result).text.replaceAll(/\s+/g, ' ')).toContain(`${text} [several-back-ends]`);
    expect(readSummary(join(directory, 'controls', 'with-replacement')).warnings.map(({ code }) => code)).toContain(
      'cpu-backend',
    );
  });

  it('keeps the name where the page alone is made again', async () => {
    const directory = upTo('compare', 'drawn');
    await runExperiment(directory, withControl('tensorflow'), quiet, { until: 'controls' });
    const { controls } = readEnvironment(directory)!.stages;
    expect((await runExperiment(directory, withControl('cpu'), quiet)).ran).toEqual(['report']);
    expect(readJson<{ backend: string }>(join(directory, 'experiment.json')).backend).toBe('tensorflow');
    const control = readJson<{ backend: string }>(join(directory, 'controls', 'with-replacement', 'experiment.json'));
    expect([control.backend, controls!.backEnds]).toEqual(['tensorflow', ['tensorflow']]);
  });
});
