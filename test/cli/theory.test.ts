/** `epochnoise theory`: the same numbers as the library's, all digits, and nothing else on standard output. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { theoryTable } from '../../src/theory/index.ts';
import { compile, epochnoise, here, refusalHere, workingFolder } from './program.ts';

compile();
const folder = workingFolder();
const OPTIMISER = { learningRate: 0.05, momentum: 0.9, batchesPerEpoch: 100 };
const ARGS = ['theory', '--learning-rate', '0.05', '--momentum', '0.9', '--batches-per-epoch', '100'];
const theory = (line: string) => here(folder, [...ARGS, ...line.split(' ')]);

describe('--json', () => {
  it('has the documented shape, and C is 1 where none is given', async () => {
    const { code, out, err } = await epochnoise(folder, [...ARGS, '--eigenvalue', '0.06', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const document = JSON.parse(out);
    expect(Object.keys(document)).toEqual(['sampler', 'crossoverEigenvalue', 'predictions', 'warnings']);
    expect(Object.keys(document.predictions[0])).toEqual([
      'eigenvalue',
      'thetaVariance',
      'velocityVariance',
      'correlationTime',
    ]);
    expect(document).toEqual(theoryTable({ ...OPTIMISER, eigenvalues: [0.06], noiseVariance: 1 }));
    // σ²_θ and the correlation time at the crossover, from the golden cases of test/oracle: 0.498 of the white value.
    expect(document.predictions[0].correlationTime).toBeCloseTo(332.749, 3);
  });

  it('hands on every option', async () => {
    const line = '--eigenvalue 0.6 --eigenvalue 0.006 --noise-variance 2e-3 --window 250 --start rest --burn-in 3';
    const { out } = await theory(`${line} --sampling-fraction 0.0095 --positions --json`);
    expect(JSON.parse(out)).toEqual(
      theoryTable({
        ...OPTIMISER,
        eigenvalues: [0.6, 0.006],
        noiseVariance: 2e-3,
        window: 250,
        start: 'rest',
        burnInEpochs: 3,
        samplingFraction: 0.0095,
        positions: true,
      }),
    );
  });

  it('writes null, and why, where there is no number', async () => {
    const { code, out, err } = await theory('--sampler with-replacement --eigenvalue 0 --eigenvalue -1 --json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { predictions, warnings } = JSON.parse(out);
    expect(predictions[0]).toMatchObject({ eigenvalue: 0, thetaVariance: null, correlationTime: null });
    expect(predictions[0].velocityVariance).toBeGreaterThan(0);
    expect(predictions[1]).toEqual({
      eigenvalue: -1,
      thetaVariance: null,
      velocityVariance: null,
      correlationTime: null,
    });
    expect(warnings.map(({ code }: { code: string }) => code)).toEqual(['infinite', 'no-stationary-state']);
    for (const { text } of warnings) expect(text).toMatch(/^eigenvalue (0|-1)\b/);
  });
});

it('prints a table, a dash where there is no number, and its warnings on standard error', async () => {
  const { code, out, err } = await theory('--eigenvalue 0.06 --eigenvalue 1000 --window 2000');
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "reshuffle, crossover eigenvalue 0.06
    eigenvalue    σ²(θ)      σ²(v)  correlation time  σ²(θ) in window
          0.06  2.07435  0.0124679           332.749          2.07294
          1000        –          –                 –                –
    "
  `);
  expect(err).toMatch(/^warning: eigenvalue 1000 has no stationary state: .*\n(warning: .*\n)*$/);
});

it('prints positions as a table: one line each, one column an eigenvalue', async () => {
  const { code, out } = await theory('--batches-per-epoch 3 --eigenvalue 2 --eigenvalue 1000 --positions');
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "reshuffle, crossover eigenvalue 2
    eigenvalue      σ²(θ)       σ²(v)  correlation time
             2  0.0128378  0.00301802           8.50746
          1000          –           –                 –

    σ²(θ) by the number of updates since the epoch began
    updates      λ = 2  λ = 1000
          0  0.0117119         –
          1  0.0121327         –
          2   0.014669         –
    "
  `);
});

it('prints no positions where there are none', async () => {
  const { out, err } = await theory('--eigenvalue 0.06 --sampler with-replacement --positions');
  expect(out.split('\n')).toHaveLength(4);
  expect(err).toBe(
    'warning: with-replacement has the same weight variance at every position of the epoch: positions are null\n',
  );
});

describe('--plot', () => {
  const sizeOf = (file: string) => {
    const png = readFileSync(join(folder, file));
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    return [png.readUInt32BE(16), png.readUInt32BE(20)];
  };

  it('draws a PNG of 1600 × 1100 pixels into a folder that it makes, and says where below the table', async () => {
    const table = await theory('--eigenvalue 0.06');
    const { code, out, err } = await theory('--eigenvalue 0.06 --plot new/pictures/theory.png');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(`${table.out}Picture: ~/new/pictures/theory.png\n`);
    expect(sizeOf('new/pictures/theory.png')).toEqual([1600, 1100]);
    expect(readdirSync(join(folder, 'new', 'pictures'))).toEqual(['theory.png']);
  });

  it('leaves standard output to the JSON document', async () => {
    const line = '--eigenvalue 0.06 --eigenvalue 1000 --sampler with-replacement --window 500 --json';
    const { out: alone } = await theory(line);
    expect(await theory(`${line} --plot json.png`)).toEqual({ code: 0, out: alone, err: 'Picture: ~/json.png\n' });
    expect(sizeOf('json.png')).toEqual([1600, 1100]);
  });

  it('replaces an earlier picture by one of the present settings', async () => {
    await theory('--eigenvalue 0.06 --plot again.png');
    const first = readFileSync(join(folder, 'again.png'));
    await theory('--eigenvalue 0.07 --plot again.png');
    expect(readFileSync(join(folder, 'again.png')).equals(first)).toBe(false);
    await theory('--eigenvalue 0.06 --plot again.png');
    expect(readFileSync(join(folder, 'again.png')).equals(first)).toBe(true);
  });

  it('refuses what cannot be the file, and prints nothing else', async () => {
    const plot = (file: string) => refusalHere(folder, [...ARGS, '--eigenvalue', '1', '--plot', file]);
    mkdirSync(join(folder, 'album.png'));
    writeFileSync(join(folder, 'letter'), 'not a folder');
    expect(await plot('theory.pdf')).toBe('2: --plot is theory.pdf; expected a name that ends in .png');
    expect(await plot('')).toBe('2: --plot is ""; expected a name that ends in .png');
    expect(await plot('album.png')).toBe('2: ~/album.png is a folder; give --plot the name of a file');
    expect(await plot('letter/theory.png')).toBe('2: ~/letter is a file; give --plot a name in a folder');
    expect(await plot('letter/new/theory.png')).toBe(
      '3: cannot write ~/letter/new/theory.png: ENOTDIR: not a directory',
    );
  });

  it.skipIf(process.getuid?.() === 0)('refuses a folder that may not be written to', async () => {
    mkdirSync(join(folder, 'locked'), { mode: 0o500 });
    expect(await refusalHere(folder, [...ARGS, '--eigenvalue', '1', '--plot', 'locked/theory.png'])).toMatch(
      /^3: cannot write ~\/locked\/theory\.png: EACCES: .*; choose a folder that you may write to$/,
    );
  });

  it('draws nothing where the settings are refused', async () => {
    const { code } = await theory('--eigenvalue 1 --momentum 1 --plot refused.png');
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'refused.png'))).toBe(false);
  });
});

it.each([
  ['--eigenvalue 1 --momentum 1', 'momentum 1 is not in 0 ≤ β < 1'],
  ['--eigenvalue 1 --batches-per-epoch 1', 'batches per epoch 1 is not a whole number of at least 2'],
  ['--eigenvalue 1 --start rest', 'a start at rest and a burn-in concern a window; give its number of updates too'],
  ['--momentum 0.5', "required option '--eigenvalue <number>' not specified; see `epochnoise theory --help`"],
])('refuses %s', async (line, sentence) => {
  expect(await refusalHere(folder, [...ARGS, ...line.split(' ')])).toBe(`2: ${sentence}`);
});
