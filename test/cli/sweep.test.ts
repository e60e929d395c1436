/** A sweep as a user runs it: failures, and going on. Ctrl-C is in test/full/sweep.test.ts. */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf } from './killing.ts';
import { compile, epochnoise, refusal, refusalHere, workingFolder, writeTiny } from './program.ts';

compile();

/** Two samplers from one minimum, and a learning rate at which the training's loss grows beyond all bounds. */
const SWEEP = `
base: tiny.yaml
set: { record.epochs: 6, polish.method: none, train.epochs: 2 }
list: [{ sgd.sampler: reshuffle }, { sgd.sampler: with-replacement }, { train.initialLearningRate: 500 }]
until: record
`;

function folderWith(text = SWEEP): string {
  const folder = workingFolder();
  writeTiny(folder);
  writeFileSync(join(folder, 'own.yaml'), text);
  return folder;
}

const run = (folder: string, ...more: string[]) => epochnoise(folder, ['sweep', 'own.yaml', '--json', ...more]);

describe('a sweep', () => {
  const folder = folderWith();
  const own = join(folder, 'results', 'own');
  const point = (name: string, file = '') => join(own, 'points', name, file);
  const failure = () => JSON.parse(readFileSync(join(own, 'failures', 'initialLearningRate-500.json'), 'utf8'));
  const minimum = (name: string) => statSync(point(name, 'minimum.safetensors')).ino;

  it('leaves the others whole where a point fails, and names it with its log', async () => {
    const { code, out, err } = await run(folder, '--processes', '2');
    expect(code, err).toBe(1);
    const states = JSON.parse(out).points as { name: string; state: string; reason: string; log: string }[];
    expect(states.map(({ name, state }) => [name, state])).toEqual([
      ['sampler-reshuffle', 'done'],
      ['sampler-with-replacement', 'done'],
      ['initialLearningRate-500', 'failed'],
    ]);
    expect(failure()).toEqual({ reason: expect.stringMatching(/the loss/), exitCode: 1, attempts: 2 });
    expect(states[2]).toMatchObject({ reason: failure().reason, log: 'logs/initialLearningRate-500.log' });
    expect(err).toContain('initialLearningRate-500: failed, to be tried once more: ');
    expect(readFileSync(join(own, states[2].log), 'utf8').match(/error: /g)).toHaveLength(2);
    expect(readFileSync(join(own, 'report.html'), 'utf8')).toContain(failure().reason.slice(0, 20));
    // One training for both: the sampler does not matter to it.
    expect(minimum('sampler-with-replacement')).toBe(minimum('sampler-reshuffle'));
  });

  it('gives each point what a run of its own gives, bit for bit', async () => {
    const alone = ['run', 'tiny.yaml', '--out', 'alone', '--until', 'record', '--set', 'record.epochs=6'];
    const set = ['--set', 'polish.method=none', '--set', 'train.epochs=2', '--set', 'sgd.sampler=with-replacement'];
    expect((await epochnoise(folder, [...alone, ...set])).code).toBe(0);
    expect(filesOf(point('sampler-with-replacement'))).toEqual(filesOf(join(folder, 'alone')));
  });

  it('computes only what is missing when it is run again', async () => {
    rmSync(point('sampler-with-replacement'), { recursive: true });
    const before = filesOf(point('sampler-reshuffle'));
    const { code, err } = await run(folder);
    expect(code).toBe(1);
    expect(err).not.toContain('sampler-reshuffle: started');
    expect(err.match(/sampler-with-replacement: started/g)).toHaveLength(1);
    expect(err.match(/initialLearningRate-500: started/g)).toHaveLength(2);
    expect(failure().attempts).toBe(4);
    expect(filesOf(point('sampler-reshuffle'))).toEqual(before);
    expect(filesOf(point('sampler-with-replacement'))).toEqual(filesOf(join(folder, 'alone')));
  });

  it('with other settings shares again, keeps what was there, and is done when its cause is mended', async () => {
    writeFileSync(join(folder, 'own.yaml'), SWEEP.replace('500', '0.01').replace('train.epochs: 2', 'train.epochs: 1'));
    const { code, err } = await run(folder);
    expect(code, err).toBe(0);
    expect(err).toContain('initialLearningRate-500: no part of the sweep any more');
    expect(minimum('sampler-with-replacement')).toBe(minimum('sampler-reshuffle'));
    expect(filesOf(point('sampler-with-replacement.previous-1'))).toEqual(filesOf(join(folder, 'alone')));
    expect(existsSync(point('initialLearningRate-0.01', 'weights.safetensors'))).toBe(true);
    const again = await epochnoise(folder, ['sweep', 'results/own', '--json']);
    expect([again.code, again.err]).toEqual([0, expect.stringContaining('nothing is left to be computed')]);
  });

  it('shows what it would do, and does not do it', async () => {
    const folder = folderWith();
    const { code, out } = await epochnoise(folder, [
      'sweep',
      'own.yaml',
      '--dry-run',
      '--threads',
      '1',
      '--processes',
      '2',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^sweep own: 3 points\npoint +M +λ× +time +memory +state +shares\n/);
    expect(out).toMatch(/\nsampler-with-replacement +20 +0\.3 .* to do +sampler-reshuffle up to train\n/);
    expect(out).toMatch(
      /\n3 to run up to stage record, 2 at a time with 1 thread each: about .*good to a factor of about two\n$/,
    );
    expect(existsSync(join(folder, 'results'))).toBe(false);
  });

  it('is refused in one sentence where it cannot be', async () => {
    const folder = folderWith(SWEEP.replace('train.initialLearningRate: 500', 'sgd.batchSize: 7'));
    expect(await refusal(folder, ['sweep', 'own.yaml'])).toMatch(
      /^2: point batchSize-7: batch size 7 does not divide 400 samples/,
    );
    writeFileSync(join(folder, 'results'), '');
    expect(await refusalHere(folder, ['sweep', 'own.yaml', '--out', 'results'])).toBe(
      '2: ~/results is a file; give --out the name of a folder',
    );
    expect(await refusalHere(folder, ['sweep', 'own.yaml', '--out', '.'])).toBe(
      '2: ~ holds files but no sweep; give --out a new or an empty folder',
    );
    expect(await refusalHere(folder, ['sweep', 'own.yaml', '--executor', 'slurm', '--backend', 'auto'])).toBe(
      '2: --backend auto tries what this machine has, not what the nodes have: name a back end',
    );
    expect(await refusalHere(folder, ['sweep', 'own.yaml', '--array-limit', '3'])).toBe(
      '2: --array-limit is for SLURM: give --executor slurm with it',
    );
    expect(await refusalHere(folder, ['sweep', 'own.yaml', '--executor', 'slurm', '--processes', '3'])).toMatch(
      /^2: --processes is for this machine: /,
    );
    expect(await refusalHere(folder, ['sweep', 'own.yaml', '--status', '--collect'])).toBe(
      '2: --status and --collect do not go together: give one of them',
    );
    expect(await refusalHere(folder, ['sweep', 'own.yaml', '--out', 'new', '--collect'])).toBe(
      '2: new holds no sweep yet: there is nothing to collect',
    );
    expect(await refusalHere(folder, ['sweep', '.'])).toBe(
      '2: . is a folder that holds no sweep: give the folder of one, or its file',
    );
    expect(await refusalHere(folder, ['run', 'own.yaml'])).toMatch(
      /^2: own\.yaml is a sweep: it names a base; run it with `.*sweep own\.yaml`$/,
    );
  });
});
