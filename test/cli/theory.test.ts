/** `epochnoise theory`: the same numbers as the library's, all digits, and nothing else on standard output. */
import { describe, expect, it } from 'vitest';
import { theoryTable } from '../../src/theory/index.ts';
import { compile, epochnoise, refusal, workingFolder } from './program.ts';

compile();
const folder = workingFolder();
const OPTIMISER = { learningRate: 0.05, momentum: 0.9, batchesPerEpoch: 100 };
const ARGS = ['theory', '--learning-rate', '0.05', '--momentum', '0.9', '--batches-per-epoch', '100'];
const theory = (line: string) => epochnoise(folder, [...ARGS, ...line.split(' ')]);

describe('--json', () => {
  it('has the documented shape, and C is 1 where none is given', async () => {
    const { code, out, err } = await theory('--eigenvalue 0.06 --json');
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

it.each([
  ['--eigenvalue 1 --momentum 1', 'momentum 1 is not in 0 ≤ β < 1'],
  ['--eigenvalue 1 --batches-per-epoch 1', 'batches per epoch 1 is not a whole number of at least 2'],
  ['--eigenvalue 1 --start rest', 'a start at rest and a burn-in concern a window; give its number of updates too'],
  ['--momentum 0.5', "required option '--eigenvalue <number>' not specified; see `epochnoise theory --help`"],
])('refuses %s', async (line, sentence) => {
  expect(await refusal(folder, [...ARGS, ...line.split(' ')])).toBe(`2: ${sentence}`);
});
