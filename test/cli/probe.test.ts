/** `epochnoise probe`: what goes where, what is refused, and Ctrl-C. */
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { listing } from '../store/scratch.ts';
import { compile, epochnoise, here, refusalHere, workingFolder, writeTiny } from './program.ts';

compile();
const folder = workingFolder();
const probe = (...args: string[]) => epochnoise(folder, ['probe', ...args]);

beforeAll(async () => {
  writeTiny(folder);
  const trained = await here(folder, ['run', 'tiny.yaml', '--until', 'train', '--out', 'trained']);
  expect(trained.code).toBe(0);
});

describe('a probe', () => {
  it('--json prints one document and nothing else; progress is on standard error', async () => {
    const { code, out, err } = await probe('trained', '--samples', '150', '--iterations', '20', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect(out).toBe(`${JSON.stringify(document, null, 2)}\n`);
    expect(Object.keys(document)).toEqual([
      'schemaVersion',
      'directory',
      'experiment',
      'parameters',
      'samples',
      'batchesPerEpoch',
      'curvature',
      'decayExponent',
      'configured',
      'choices',
      'recommendation',
      'window',
      'cost',
      'warnings',
      'command',
    ]);
    expect(document).toMatchObject({
      schemaVersion: 1,
      directory: '~/trained',
      experiment: {
        sgd: { learningRate: 0.05, momentum: 0.9 },
        record: { epochs: 10 },
        polish: { method: 'newton-cg' },
      },
      parameters: 31,
      samples: 400,
      batchesPerEpoch: 20,
      curvature: { samples: 150, disjointSamples: 150, iterations: 20 },
      configured: { learningRate: 0.05, above: { isExtrapolated: false } },
      command: `epochnoise run trained/experiment.json --out trained --set sgd.learningRate=${document.recommendation.choice.learningRate}`,
    });
    const choice = {
      learningRate: expect.any(Number),
      crossover: expect.any(Number),
      above: { count: 1, isExtrapolated: false },
      suppressed: { count: expect.any(Number), isExtrapolated: expect.any(Boolean) },
      isStable: true,
      contamination: expect.any(Number),
      filledUp: expect.any(Number),
      samplesForClearView: expect.any(Number),
      reduction: expect.any(Number),
      idealReduction: expect.any(Number),
      toTenth: { eigenpairs: expect.any(Number), products: expect.any(Number), seconds: expect.any(Number) },
    };
    expect(document.choices[0]).toEqual(choice);
    for (const piece of ['leading curvatures', 'trace of the Hessian', 'the same directions', 'time of updates'])
      expect(err).toMatch(new RegExp(`^${piece}.* \\(\\d.* s\\)$`, 'm'));
  });

  it('prints a table that ends with the command to go on with, which works', async () => {
    const { code, out } = await here(folder, ['probe', 'trained']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Choosing the learning rate\n31 parameters, N = 400 samples, S = 20 a batch, M = 20 batches/);
    expect(out).toContain('They are those of all samples.');
    const [, command] = /\nGo on with\n {2}epochnoise (.*)\n$/.exec(out)!;
    const after = await here(folder, [...command.split(' '), '--until', 'record', '--json']);
    expect(after.code).toBe(0);
    expect(JSON.parse(after.out)).toMatchObject({ directory: '~/trained', ran: ['train', 'record'] });
  });

  it('writes nothing, and works beside a process that holds the lock', async () => {
    writeFileSync(join(folder, '.trained.lock'), `${hostname()} ${process.pid}`);
    const before = listing(folder);
    expect((await probe('trained', '--json')).code).toBe(0);
    expect(listing(folder)).toEqual(before);
  });

  it('--profile says where its time went', async () => {
    const { err } = await here(folder, ['probe', 'trained', '--profile']);
    expect(err).toMatch(/^probe +[\d.]+ +[\d.]+ %/m);
    expect(err).toMatch(/^ +Hessian products +[\d.]+ +[\d.]+ % +\d+ × /m);
  });
});

describe('refusals', () => {
  it('of a training that is not done', async () => {
    const settings = { polish: { method: 'none' }, train: { epochs: 1 } };
    writeFileSync(join(folder, 'begun.yaml'), JSON.stringify(settings));
    const { code } = await here(folder, ['run', 'tiny.yaml', '--until', 'train', '--out', 'other']);
    expect(code).toBe(0);
    const text = '{ "seed": 9 }';
    writeFileSync(join(folder, 'other', 'experiment.json'), text);
    expect(await refusalHere(folder, ['probe', 'other'])).toBe(
      '3: stage train of ~/other is out of date: sgd.batchSize was 20 and is 500, data.hidden was [5] and is [40], data.inputs was 4 and is 20, 7 more settings differ; `epochnoise run other/experiment.json --out other` computes what is missing or out of date',
    );
  });

  it.each([
    [
      '--samples 0',
      "2: option '--samples <number>' argument '0' is invalid; expected a whole number of at least 1; see `epochnoise probe --help`",
    ],
    [
      '--iterations 1.5',
      "2: option '--iterations <number>' argument '1.5' is invalid; expected a whole number of at least 1; see `epochnoise probe --help`",
    ],
    ['--memory 900TB', /^2: --memory is 900\.0 TB, and .* are available/],
  ])('of %s', async (option, sentence) => {
    expect(await refusalHere(folder, ['probe', 'trained', ...option.split(' ')])).toMatch(sentence);
  });
});

it('Ctrl-C ends it with 130; nothing is kept, and it says so', async () => {
  // Thousands of products: long enough for a signal to arrive before it is over.
  const large = ['--set', 'data.samples=40000', '--set', 'model.hidden=[60]', '--set', 'data.hidden=[60]'];
  const args = ['run', 'tiny.yaml', '--until', 'train', '--out', 'large', '--set', 'polish.method=none', ...large];
  expect((await here(folder, args)).code).toBe(0);
  const before = listing(folder);
  let signalled = false;
  const { code, out, err } = await epochnoise(folder, ['probe', 'large', '--samples', '20000', '--iterations', '300'], {
    onProgress(text, send) {
      if (signalled || !text.includes('leading curvatures of a subset (')) return;
      signalled = true;
      send('SIGINT');
    },
  });
  expect(signalled).toBe(true);
  expect({ code, out }).toEqual({ code: 130, out: '' });
  expect(err).toMatch(
    /\nSIGINT: ending at the next step; again to end at once\ninterrupted: a probe keeps nothing, and nothing was written\n$/,
  );
  expect(listing(folder)).toEqual(before);
});
