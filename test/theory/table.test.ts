/** The table behind `epochnoise theory`: its shape, its nulls with their warnings, and its refusals. */
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import {
  SAMPLERS,
  theoryTable,
  windowPredictor,
  type TheoryTable,
  type TheoryTableOptions,
} from '../../src/theory/index.ts';
import { stationaryCases } from './golden-cases.ts';
import { relativeError } from './relative-error.ts';

const base: TheoryTableOptions = {
  learningRate: 0.05,
  momentum: 0.9,
  batchesPerEpoch: 100,
  eigenvalues: [0.06],
  noiseVariance: 1,
};
const table = (change: Partial<TheoryTableOptions>) => theoryTable({ ...base, ...change });
const codes = ({ warnings }: TheoryTable) => warnings.map(({ code }) => code);

describe('rows', () => {
  // Independent channel: 60-digit arithmetic (test/oracle/theory-cases.md).
  it.each(stationaryCases)('hold the 60-digit values: $name', ({ sampler, direction, updates, expected }) => {
    const { eigenvalue, ...run } = direction;
    const { predictions, warnings } = theoryTable({ ...run, eigenvalues: [eigenvalue], sampler, window: updates });
    const [row] = predictions;
    expect(relativeError(row.thetaVariance ?? NaN, expected.var_theta)).toBeLessThan(1e-10);
    expect(relativeError(row.velocityVariance ?? NaN, expected.var_v)).toBeLessThan(1e-10);
    expect(relativeError(row.correlationTime ?? NaN, expected.tau)).toBeLessThan(1e-10);
    expect(relativeError(row.windowThetaVariance ?? NaN, expected.window_var_theta)).toBeLessThan(1e-10);
    expect(warnings).toEqual([]);
  });

  it('hold what was asked for and no more, in the order given', () => {
    const plain = table({ eigenvalues: [0.06, 2, 0.06] });
    expect(plain.sampler).toBe('reshuffle');
    expect(relativeError(plain.crossoverEigenvalue, 0.06)).toBeLessThan(1e-15);
    expect(plain.predictions.map(({ eigenvalue }) => eigenvalue)).toEqual([0.06, 2, 0.06]);
    for (const row of plain.predictions)
      expect(Object.keys(row)).toEqual(['eigenvalue', 'thetaVariance', 'velocityVariance', 'correlationTime']);
    const [full] = table({ window: 250, positions: true }).predictions;
    expect(Object.keys(full).slice(4)).toEqual(['windowThetaVariance', 'positionThetaVariance']);
    expect(full.positionThetaVariance?.length).toBe(100);
  });

  it('survive JSON: no NaN and no infinity, whatever is asked', () => {
    for (const sampler of SAMPLERS)
      for (const start of ['stationary', 'rest'] as const)
        for (const noiseVariance of [0, 2]) {
          const options = { eigenvalues: [-300, -1, 0, 1e-300, 1, 76.1, 400], window: 130, positions: true };
          const printed = table({ ...options, sampler, start, noiseVariance });
          expect(JSON.parse(JSON.stringify(printed))).toEqual(printed);
        }
  });

  it('count the burn-in in epochs', () => {
    const rest = { eigenvalues: [-0.01], window: 250, start: 'rest' } as const;
    const [never, soon, later] = [undefined, 0, 3].map(
      (burnInEpochs) => table({ ...rest, burnInEpochs }).predictions[0].windowThetaVariance ?? NaN,
    );
    expect(never).toBe(soon);
    const updates = { ...base, sampler: 'reshuffle', updates: 250, start: 'rest', burnInUpdates: 300 } as const;
    expect(later).toBe(windowPredictor(updates)(-0.01).thetaVariance);
    expect(later).toBeGreaterThan(soon);
  });
});

describe('nulls, each with a warning', () => {
  it('no stationary state', () => {
    const { predictions, warnings } = table({ eigenvalues: [-0.5, 0.06, 80], positions: true });
    for (const index of [0, 2])
      expect(predictions[index]).toMatchObject({
        thetaVariance: null,
        velocityVariance: null,
        correlationTime: null,
        positionThetaVariance: null,
      });
    expect(predictions[1].thetaVariance).toBeGreaterThan(0);
    expect(warnings.map(({ text }) => text)).toMatchInlineSnapshot(`
      [
        "eigenvalue -0.5 has no stationary state: learning rate × eigenvalue = -0.025 is outside [0, 3.8)",
        "eigenvalue 80 has no stationary state: learning rate × eigenvalue = 4 is outside [0, 3.8)",
      ]
    `);
  });

  it('a random walk', () => {
    const flat = table({ eigenvalues: [0], sampler: 'with-replacement', window: 100 });
    expect(flat.predictions[0]).toMatchObject({ thetaVariance: null, correlationTime: null });
    expect(flat.predictions[0].velocityVariance).toBeGreaterThan(0);
    expect(flat.predictions[0].windowThetaVariance).toBeGreaterThan(0);
    expect(flat.warnings).toMatchInlineSnapshot(`
      [
        {
          "code": "infinite",
          "text": "eigenvalue 0: the weight is a random walk, its stationary variance and correlation time are infinite",
        },
      ]
    `);
    // A dropped batch leaves the epoch's noise a sum, and the weight walks again.
    const dropped = table({ eigenvalues: [0], samplingFraction: 0.009, positions: true });
    expect(dropped.predictions[0]).toMatchObject({ thetaVariance: null, positionThetaVariance: null });
    expect(dropped.predictions[0].velocityVariance).toBeGreaterThan(0);
    expect(codes(dropped)).toEqual(['infinite']);
    // Without noise nothing walks, but the correlation time is still that of the limit.
    const silent = table({ eigenvalues: [0], sampler: 'with-replacement', noiseVariance: 0 });
    expect(silent.predictions[0]).toMatchObject({ thetaVariance: 0, velocityVariance: 0, correlationTime: null });
    expect(codes(silent)).toEqual(['infinite']);
  });

  it('a window from rest in place of a stationary one', () => {
    const flat = table({ eigenvalues: [0], window: 2000 });
    expect(codes(flat)).toEqual(['from-rest']);
    // Independent channel: one of the 60-digit values.
    expect(relativeError(flat.predictions[0].windowThetaVariance ?? NaN, 3.111232742782844)).toBeLessThan(1e-10);
    expect(codes(table({ eigenvalues: [0], window: 2000, start: 'rest' }))).toEqual([]);
  });

  it('no prediction for the window', () => {
    const once = table({ eigenvalues: [0.06, 1], sampler: 'shuffle-once', window: 100, start: 'rest' });
    expect(once.predictions.map((row) => row.windowThetaVariance)).toEqual([null, null]);
    // One warning for the whole table, not one a row.
    expect(once.warnings).toMatchInlineSnapshot(`
      [
        {
          "code": "no-window-prediction",
          "text": "shuffle-once has a prediction for its limit cycle only, not for a start at rest",
        },
      ]
    `);
    const unstable = table({ eigenvalues: [-1], sampler: 'with-replacement', window: 100 });
    expect(codes(unstable)).toEqual(['no-stationary-state', 'no-window-prediction']);
    expect(unstable.warnings[1].text).toMatchInlineSnapshot(
      `"eigenvalue -1: no finite prediction for the window of with-replacement, start stationary"`,
    );
  });

  it('positions of a sampler that has none', () => {
    const once = table({ sampler: 'shuffle-once', positions: true, eigenvalues: [0.06, 1] });
    expect(once.predictions.map((row) => row.positionThetaVariance)).toEqual([null, null]);
    expect(once.warnings).toMatchInlineSnapshot(`
      [
        {
          "code": "no-positions",
          "text": "shuffle-once has the same weight variance at every position of the epoch: positions are null",
        },
      ]
    `);
  });
});

describe('refusals are configuration errors of one line that name what was given', () => {
  const refused: [Partial<TheoryTableOptions>, string][] = [
    [{ learningRate: 0 }, 'learning rate 0 is not a positive number'],
    [{ learningRate: Infinity }, 'learning rate Infinity is not a positive number'],
    [{ momentum: 1 }, 'momentum 1 is not in 0 ≤ β < 1'],
    [{ momentum: -0.1 }, 'momentum -0.1 is not in 0 ≤ β < 1'],
    [{ batchesPerEpoch: 1 }, 'batches per epoch 1 is not a whole number of at least 2'],
    [{ batchesPerEpoch: 2.5 }, 'batches per epoch 2.5 is not a whole number of at least 2'],
    [{ noiseVariance: -1, eigenvalues: [80, -1] }, 'noise variance -1 is not a finite number of at least 0'],
    [{ noiseVariance: -1 }, 'noise variance -1 is not a finite number of at least 0'],
    [{ noiseVariance: Infinity }, 'noise variance Infinity is not a finite number of at least 0'],
    [{ eigenvalues: [NaN] }, 'eigenvalue NaN is not a finite number'],
    [{ eigenvalues: [0.1, Infinity], window: 10 }, 'eigenvalue Infinity is not a finite number'],
    [{ eigenvalues: [] }, 'no eigenvalue given; expected at least one'],
    [
      { sampler: 'shuffled' as never },
      'unknown sampler shuffled; expected one of reshuffle, shuffle-once, with-replacement',
    ],
    [{ window: 10, start: 'cold' as never }, 'unknown start cold; expected stationary or rest'],
    [{ start: 'rest' }, 'a start at rest and a burn-in concern a window; give its number of updates too'],
    [{ burnInEpochs: 3 }, 'a start at rest and a burn-in concern a window; give its number of updates too'],
    [{ window: 10, burnInEpochs: 0.5 }, 'burn-in of 0.5 epochs; expected a whole number of at least 0'],
    [{ window: 0 }, 'window of 0 updates is not a whole number of at least 1'],
    [{ window: 1.5 }, 'window of 1.5 updates is not a whole number of at least 1'],
    [
      { samplingFraction: -1, eigenvalues: [-1] },
      'sampling fraction -1 is not in 0 ≤ f ≤ 1/M = 0.01: it is the batch size over the number of samples',
    ],
    [
      { samplingFraction: 0.02 },
      'sampling fraction 0.02 is not in 0 ≤ f ≤ 1/M = 0.01: it is the batch size over the number of samples',
    ],
  ];

  it.each(refused)('%o', (change, message) => {
    let thrown: unknown;
    try {
      table(change);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect((thrown as ConfigurationError).message).toBe(message);
    expect((thrown as ConfigurationError).exitCode).toBe(2);
  });
});
