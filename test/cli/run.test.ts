/** `epochnoise run` and the commands of single stages: what goes where, and what is kept. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, type Ended, epochnoise, here, refusalHere, workingFolder, writeTiny } from './program.ts';

compile();
const folder = workingFolder();
const run = (...args: string[]) => epochnoise(folder, args);
const settings = (directory: string) => JSON.parse(readFileSync(join(folder, directory, 'experiment.json'), 'utf8'));
let first: Ended;

beforeAll(async () => {
  writeTiny(folder);
  first = await run('run', 'tiny.yaml', '--set', 'sgd.momentum=0.8', '--set', 'report.title="a: b"', '--json');
});

describe('a run with --json', () => {
  it('prints one document and nothing else; progress is on standard error', () => {
    expect(first.code).toBe(0);
    const document = JSON.parse(first.out);
    expect(first.out).toBe(`${JSON.stringify(document, null, 2)}\n`);
    expect(document).toMatchObject({
      directory: '~/results/tiny',
      ran: ['train', 'record', 'spectrum', 'curvature', 'noise', 'compare', 'report'],
      previous: null,
      figures: '~/results/tiny/figures',
      summary: { schemaVersion: 1, learningRate: 0.05, momentum: 0.8, samples: 400, batchesPerEpoch: 20 },
    });
    for (const piece of ['polish', 'burn-in', 'window', 'eigendirections', 'pictures'])
      expect(first.err).toMatch(new RegExp(`^${piece} \\(\\d.* s\\)$`, 'm'));
  });

  it('keeps the settings that were asked for with the run', () => {
    expect(settings('results/tiny')).toMatchObject({ sgd: { momentum: 0.8 }, report: { title: 'a: b' } });
  });

  it('again, does nothing twice', async () => {
    const args = ['--set', 'sgd.momentum=0.8', '--set', 'report.title="a: b"', '--json'];
    const { code, out, err } = await run('run', 'tiny.yaml', ...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual({ ...JSON.parse(first.out), ran: [] });
  });
});

describe('settings that cannot be met', () => {
  it.each([
    ['precision=float64 --set backend=cpu', /^2: precision float64 was asked for on back end cpu/],
    ['model.hidden=[6]', /^2: model\.initialisation is teacher, but the teacher has 31 parameters and the model 37/],
  ])('leave an earlier run where it is: %s', async (assignments, sentence) => {
    const args = ['run', 'tiny.yaml', '--set', ...assignments.split(' ')];
    expect(await refusalHere(folder, args)).toMatch(sentence);
    expect(existsSync(join(folder, 'results', 'tiny.previous-1'))).toBe(false);
    expect(settings('results/tiny').sgd.momentum).toBe(0.8);
  });
});

describe('stages one by one', () => {
  const set = ['--set', 'record.epochs=4', '--set', 'spectrum.eigenpairs=3'];

  it('--until ends early and says how it goes on', async () => {
    const { code, out, err } = await run('run', 'tiny.yaml', '--out', 'steps', '--until', 'train', ...set);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'steps: done train; next `epochnoise record steps`, or all that is left: `epochnoise run steps/experiment.json --out steps`\n',
    });
    expect(err).toMatch(/^polish \(/m);
    expect(await refusalHere(folder, ['spectrum', 'steps'])).toBe(
      '3: stage record of ~/steps is not done yet; `epochnoise run steps/experiment.json --out steps` computes what is missing or out of date',
    );
  });

  it('each goes on from the one before, and the last ones tell the result', async () => {
    const { code, out } = await here(folder, ['record', 'steps', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ran: ['record'], summary: null, figures: null });
    expect((await here(folder, ['spectrum', 'steps'])).out).toBe(
      'steps: done train, record, spectrum; next `epochnoise curvature steps`, or all that is left: `epochnoise run steps/experiment.json --out steps`\n',
    );
    for (const stage of ['curvature', 'noise']) expect(await here(folder, [stage, 'steps'])).toMatchObject({ code: 0 });
    const compared = await here(folder, ['compare', 'steps']);
    expect(compared.out).toMatch(/^Weight fluctuations against the theory of epoch-based SGD\n/);
    expect(compared.out).toMatch(/^window of 4 epochs \(80 updates\) after 4 of burn-in$/m);
    expect(existsSync(join(folder, 'steps', 'figures'))).toBe(false);
  });

  it('other settings are another run: the earlier one is kept beside it', async () => {
    const changed = [...set, '--set', 'spectrum.eigenpairs=4', '--until', 'compare', '--json'];
    const { code, out, err } = await here(folder, ['run', 'tiny.yaml', '--out', 'steps', ...changed]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ran: ['spectrum', 'curvature', 'noise', 'compare'],
      previous: '~/steps.previous-1',
    });
    expect(err).toMatch(/^the earlier results are kept in ~\/steps\.previous-1$/m);
    expect(settings('steps').spectrum.eigenpairs).toBe(4);
    expect(settings('steps.previous-1').spectrum.eigenpairs).toBe(3);
  });
});

it('a learning rate beyond stability is refused with its limit, after a polish too', async () => {
  const { code, out, err } = await run('run', 'tiny.yaml', '--out', 'unstable', '--set', 'sgd.learningRate=100');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).not.toMatch(/^\s+at /m);
  const sentence =
    /^error: sgd\.learningRate is 100, but the largest Hessian eigenvalue here is ([\d.]+), where heavy ball diverges from ([\d.]+) = 2\(1\+β\)\/λ_max on: lower it below that\n$/m;
  const [, eigenvalue, limit] = sentence.exec(err) ?? [];
  expect(Number(eigenvalue) * Number(limit)).toBeCloseTo(2 * (1 + 0.9), 2);
});

describe('--backend', () => {
  it('auto says what it took, which stands in the settings by its name', async () => {
    // No graphics device, whatever this machine has; on macOS there is always one.
    const environment = { VK_DRIVER_FILES: '/there/is/no.json' };
    const args = ['run', 'tiny.yaml', '--out', 'chosen', '--until', 'train', '--backend', 'auto'];
    const { code, err } = await epochnoise(folder, args, { environment });
    expect(code).toBe(0);
    expect(err).toMatch(
      /^back end (tensorflow|webgpu)(; left out: webgpu, no graphics device was found|: a Hessian .*)$/m,
    );
    expect(err).toContain(`back end ${settings('chosen').backend}`);
  });

  it.skipIf(process.platform !== 'linux')('webgpu without a driver is refused in one sentence alone', async () => {
    const environment = { VK_DRIVER_FILES: '/there/is/no.json', EPOCHNOISE_WEBGPU: '' };
    const args = ['run', 'tiny.yaml', '--out', 'nowhere', '--backend', 'webgpu'];
    const { code, err } = await epochnoise(folder, args, { environment });
    expect(code).toBe(2);
    expect(err).toMatch(/^error: back end webgpu found no graphics device: .+, for tests\n$/);
  });

  it('does not go with another setting of the same', async () => {
    const args = ['run', 'tiny.yaml', '--backend', 'auto', '--set', 'backend=cpu'];
    expect(await refusalHere(folder, args)).toBe(
      '2: --backend is auto, but --set backend=cpu asks for another: leave one of them out',
    );
  });

  it('is the setting', async () => {
    const args = ['run', 'tiny.yaml', '--backend', 'cpu', '--set', 'precision=float64'];
    expect(await refusalHere(folder, args)).toMatch(/^2: precision float64 was asked for on back end cpu/);
  });
});
