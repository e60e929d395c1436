/** `epochnoise data`: what there is, getting, checking, exporting. Nothing is downloaded. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { KNOWN_DATASETS } from '../../src/data/known-files.ts';
import { teacherDataset } from '../../src/data/teacher.ts';
import { readSafetensors } from '../../src/store/safetensors.ts';
import { compile, epochnoise, here, refusal, refusalHere, workingFolder, writeTiny } from './program.ts';

compile();
const folder = workingFolder();
const data = (line: string) => here(folder, ['data', ...line.split(' ')]);
/** A machine that reaches no server, as Node's fetch tells it. */
const OFFLINE = `globalThis.fetch = async () => { throw Object.assign(new TypeError('fetch failed'), { cause: new Error('no network') }); };`;
const offline = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(OFFLINE)}` };
const mnist = KNOWN_DATASETS.find(({ name }) => name === 'mnist')!.files;

describe('list', () => {
  it('tells made and read data, and which files are there', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(join(elsewhere, 'mnist'), { recursive: true });
    writeFileSync(join(elsewhere, mnist[0].file), '');
    const { code, out, err } = await data('list --folder elsewhere');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const name of ['teacher', 'digits', 'file', 'mnist', 'cifar10'])
      expect(out).toMatch(new RegExp(`^${name} `, 'm'));
    expect(out).toContain(`there    ${mnist[0].file}\n`);
    expect(out).toContain(`missing  ${mnist[1].file}\n`);
    expect(out).toMatch(/data folder: ~\/elsewhere\n$/);
  });

  it('--json has the same, in the folder that EPOCHNOISE_DATA names', async () => {
    const document = JSON.parse((await data('list --json')).out);
    expect(document.folder).toBe('~/data');
    expect(document.datasets).toContainEqual({ name: 'teacher', title: expect.any(String), files: [] });
    const { files } = document.datasets.find(({ name }: { name: string }) => name === 'cifar10');
    expect(files).toEqual([{ file: 'cifar10/cifar-10-binary.tar.gz', there: false }]);
  });
});

describe('verify', () => {
  it('is content where nothing is there, unless a data set was named', async () => {
    expect(await data('verify')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^(~\/data\/.*: missing\n){5}$/),
    });
    expect(await data('verify cifar10')).toEqual({
      code: 3,
      out: '~/data/cifar10/cifar-10-binary.tar.gz: missing\n',
      err: '',
    });
  });

  it('tells files that are not the official ones, exit 3', async () => {
    mkdirSync(join(folder, 'other', 'mnist'), { recursive: true });
    writeFileSync(join(folder, 'other', mnist[0].file), 'abc');
    const { code, out } = await data('verify --folder other');
    expect(code).toBe(3);
    // The md5 of abc, RFC 1321.
    expect(out.split('\n')[0]).toBe(
      `~/other/${mnist[0].file}: not the official file (md5 900150983cd24fb0d6963f7d28e17f72; official ${mnist[0].md5})`,
    );
  });
});

describe('get', () => {
  it('without a network says in one sentence where to put the files, exit 3', async () => {
    const said = await refusal(folder, ['data', 'get', 'cifar10'], { environment: offline });
    expect(said).toMatch(
      /^3: 1 of the 1 files of cifar10 could not be downloaded; get them in another way and put them at ~\/data\/cifar10\/cifar-10-binary\.tar\.gz \(\d+ bytes, sha256 \w{64}; tried https:.*: no network\)$/,
    );
    expect(existsSync(join(folder, 'data', 'cifar10', 'cifar-10-binary.tar.gz'))).toBe(false);
  });

  it('asks no server for what is there', async () => {
    mkdirSync(join(folder, 'here', 'mnist'), { recursive: true });
    for (const { file } of mnist) writeFileSync(join(folder, 'here', file), '');
    const { code, out } = await epochnoise(folder, ['data', 'get', 'mnist', '--folder', 'here'], {
      environment: offline,
    });
    expect({ code, out }).toEqual({ code: 0, out: mnist.map(({ file }) => `~/here/${file} was there\n`).join('') });
  });

  it.each([
    ['mnits', 'unknown data set mnits (did you mean mnist?); those with files are mnist, cifar10'],
    [
      'teacher',
      'data set teacher has no official files (teacher–student regression, made from the seed); those with files are mnist, cifar10',
    ],
  ])('refuses %s', async (name, sentence) => {
    expect(await refusalHere(folder, ['data', 'get', name])).toBe(`2: ${sentence}`);
  });
});

describe('export', () => {
  beforeAll(async () => {
    writeTiny(folder);
    await here(folder, ['run', 'tiny.yaml', '--until', 'train', '--set', 'data.testSamples=50']);
  });

  it('writes what the model is fed with', async () => {
    const { code, out, err } = await data('export results/tiny --out exported.safetensors');
    expect({ code, out, err }).toEqual({ code: 0, out: '~/exported.safetensors: x [400, 4], y [400, 1]\n', err: '' });
    const { tensors, metadata } = readSafetensors(join(folder, 'exported.safetensors'));
    const made = teacherDataset({ samples: 400, testSamples: 50, noise: 0.2, inputs: 4, hidden: [5], seed: 1 });
    expect(metadata).toEqual({ dataset: 'teacher', task: 'regression', sources: [] });
    expect(tensors.x).toEqual({ dtype: 'F32', shape: [400, 4], data: made.train.x });
    expect(tensors.y).toEqual({ dtype: 'F32', shape: [400, 1], data: made.train.y });
    expect(tensors.x_test).toEqual({ dtype: 'F32', shape: [50, 4], data: made.test!.x });
    expect(tensors.y_test).toEqual({ dtype: 'F32', shape: [50, 1], data: made.test!.y });
  });

  it('--json tells the file and its shapes; another kind of file is refused', async () => {
    const { out } = await data('export results/tiny --out again.safetensors --json');
    expect(JSON.parse(out)).toEqual({ file: '~/again.safetensors', samples: 400, inputShape: [4], outputs: 1 });
    expect(await refusalHere(folder, ['data', 'export', 'results/tiny', '--out', 'x.npz'])).toBe(
      '2: --out is x.npz; expected a name that ends in .safetensors',
    );
  });
});
