import { describe, expect, test } from 'vitest';
import type { Summary } from '../../src/report/summary.ts';
import { summaryTable } from '../../src/report/table.ts';
import { rangeOf } from './hand-made.ts';
import { syntheticSummary } from './synthetic.ts';

const nothing = {
  measured: null,
  sampler: null,
  white: null,
  twoComponent: null,
  constantVariance: null,
  direct: null,
  directLow: null,
  directHigh: null,
  subspace: null,
  subspaceLow: null,
  subspaceHigh: null,
  overstatement: null,
};
const silent = Object.fromEntries(
  Object.keys(syntheticSummary().noise).map((name) => [name, null]),
) as unknown as Summary['noise'];

test('the whole table', () => {
  expect(summaryTable(syntheticSummary(), { figures: 'results/quickstart/figures' })).toMatchInlineSnapshot(`
    "Weight fluctuations against the theory of epoch-based SGD
    sampler reshuffle, learning rate 0.05, momentum 0.9, weight decay 10⁻⁵
    N = 50,000 samples, S = 500 a batch, M = 100 batches an epoch
    window of 40 epochs (4,000 updates) after 40 of burn-in
    crossover eigenvalue λ× = 3(1−β)/(ηM) = 0.06

                direc-  measured  measured  measured /  within  velocity  inside        scatter
    λ/λ×         tions  / epochs   / white   two comp.  epochs  / epochs    95 %     (expected)
    ───────────────────────────────────────────────────────────────────────────────────────────
    above 10        17     0.993     0.987           –       –     0.997    95 %  0.050 (0.048)
    1 … 10          81     1.001     0.684           –       –     1.007    95 %  0.050 (0.048)
    0.1 … 1        210     1.005     0.206           –       –     0.999    95 %  0.050 (0.048)
    0.01 … 0.1     243     0.984     0.023           –       –     0.994    95 %  0.050 (0.048)
    up to 0.01     324     9.639     0.017           –       –     1.004    95 %  0.050 (0.048) †
    Medians of measured over predicted weight variances, corrected for their bias: by the theory of
    epochs, of independent batches (white), and with the noise of a fluctuating curvature (two comp.);
    within epochs, about each epoch’s own mean. ±: one standard error, if directions were independent.
    Inside: 95 % intervals that hold the best theory there is.
    † Drift dominates: nothing holds these weights in place for a window.

    Loss fluctuation ½ Σ λ σ²(θ)
      measured                            1.234×10⁻⁴
      epoch theory                        1.210×10⁻⁴  measured / this = 1.020
      with a fluctuating curvature        1.220×10⁻⁴  measured / this = 1.011
      white theory (independent batches)  1.630×10⁻⁴  measured / this = 0.757
      one variance for all directions     1.660×10⁻⁴  overstates 1.35 times (95 %: 1.29 … 1.41)
      straight from the objective         1.240×10⁻⁴  95 %: 1.190×10⁻⁴ … 1.300×10⁻⁴
      the same, these directions only     1.230×10⁻⁴  95 %: 1.180×10⁻⁴ … 1.290×10⁻⁴

    Noise and curvature
      exponent of C ∝ (λ−μ)^γ                     1.004 (95 %: 0.995 … 1.013), by scatter alone
      share of a fluctuating curvature, C_mult/C  0.0165 (median), m = 0.0171 expected
      Tr H of the loss                            41.2 (95 %: 40.9 … 41.5)
      samples for a clear view (m = 0.01)         85,500
      ‖[C, H]‖, 0 … 1                             0.0123 (sampling alone 0.034, taken off)
      correlation of two directions’ noise        0.0045 (sampling alone 0.0159, taken off)
      curvature along the window, over λ          1.001 (median), above λ×/10 at worst 1.020
      exponent of principal components            2.40; of a random walk as long 2.50 (ranks 10 … 200)

    Verdicts
      – Above the crossover the weight variance agrees with epoch theory.
      – Below it independent batches would predict 5.5 times too much.

    Warnings
      – Rounding adds 1.4 % to the velocity variance of the flattest directions; float64 avoids it.
        [float32-floor]

    Pictures: results/quickstart/figures
    "
  `);
});

test('one variance for all directions can lie below what is measured', () => {
  const summary = syntheticSummary();
  const overstatement = { value: 0.84, low: 0.8, high: 0.88 };
  const text = summaryTable({ ...summary, lossFluctuation: { ...summary.lossFluctuation, overstatement } });
  expect(text).toContain('understates: 0.84 times (95 %: 0.80 … 0.88)');
  expect(text).not.toContain('overstates');
});

test('the paths have the curvatures that they felt, range by range', () => {
  const path = {
    replayExplained: 0.9,
    replayPredicted: 0.91,
    trendFraction: 0.012,
    halvesCoverage: 1,
    shiftCoverage: 0.9,
  };
  const ranges = [
    rangeOf({ low: 0.01, high: 0.1, directions: 7, ...path }),
    rangeOf({ low: 1, high: 10, directions: 3, ...path }),
  ];
  const summary = syntheticSummary();
  const felt = (value: number) => ({
    directions: 3,
    overEigenvalue: { value, low: null, high: null },
    ratio: 1,
    coverage: 1,
  });
  const none = { directions: 0, overEigenvalue: null, ratio: null, coverage: null };
  const curvatures = {
    ...summary.curvatures,
    ranges: [
      { ...summary.curvatures.ranges[3], low: 1, high: 10, trajectory: felt(1.2345), finiteStep: none },
      { ...summary.curvatures.ranges[1], low: 0.01, high: 0.1, trajectory: felt(0.9), finiteStep: felt(1.5) },
    ],
  };
  const text = summaryTable({ ...summary, ranges, curvatures });
  const block = text.slice(text.indexOf('Paths'), text.indexOf('Loss fluctuation')).trimEnd();
  expect(block).toMatchInlineSnapshot(`
    "Paths       explained  expected  a line  halves agree  halves agree  curvature  curvature
    λ/λ×               R²        R²    part      variance          mean   path / λ     ±σ / λ
    1 … 10          0.900     0.910     1 %         100 %          90 %      1.234          –
    0.01 … 0.1      0.900     0.910     1 %         100 %          90 %      0.900      1.500
    Medians. Explained: by the quadratic model from the window’s own batches; expected: with the noise
    of a fluctuating curvature. Halves of stationary windows agree in 95 % of the directions. Curvature:
    felt along the path, and over a step of one σ to either side."
  `);
});

test('controls stand below, a line each, with what several seeds say together', () => {
  const unfelt = { feltOverEigenvalue: null, ratioFelt: null };
  const range = { low: 0.1, high: 1, directions: 9, ratioSampler: 1.1, coverage: 0.5 };
  const ranges = [
    { ...range, low: 0, high: 0.1, ratioTwoComponent: 3, coverageTwoComponent: 0, ...unfelt },
    { ...range, ratioTwoComponent: 1.004, coverageTwoComponent: 0.94, ...unfelt },
    { ...range, low: 1, high: null, ratioTwoComponent: null, coverageTwoComponent: null, ...unfelt },
  ];
  const feltRanges = ranges.map((one, at) => ({
    ...one,
    feltOverEigenvalue: [3, 1.4, null][at],
    ratioFelt: [2, 0.98, null][at],
  }));
  const control = (name: string) => ({ name, control: name.replace(/-2$/, ''), folder: '.', ranges });
  const pooled = { control: 'reshuffle', seeds: 2, ratioSampler: null };
  const text = summaryTable(
    syntheticSummary(),
    {},
    {
      controls: [control('reshuffle'), { ...control('reshuffle-2'), ranges: feltRanges }],
      pooled: [
        { ...pooled, low: 0.1, high: 1, ratioTwoComponent: { value: 1, low: 0.9, high: 1.11 } },
        { ...pooled, low: 1, high: null, ratioTwoComponent: null },
      ],
    },
  );
  const block = text.slice(text.indexOf('Controls'), text.indexOf('Verdicts')).trimEnd();
  expect(block).toMatchInlineSnapshot(`
    "Controls                         λ/λ×          λ/λ×
    from the same minimum         above 1       0.1 … 1
    reshuffle                1.100 (50 %)  1.004 (94 %)
    reshuffle-2              1.100 (50 %)  1.004 (94 %)
      curvature of the path             –         0.980
    reshuffle, all seeds                –   0.90 … 1.11
    Medians of measured over predicted, and in brackets the share of 95 % intervals that hold the
    prediction; over seeds: 95 % interval of the mean."
  `);
});

test('a run with replacement is compared with its own theory, never with that of epochs', () => {
  const text = summaryTable({ ...syntheticSummary({ sampler: 'with-replacement' }), verdicts: [] });
  expect(text).toContain('/ own');
  expect(text.replace(/\s+/g, ' ')).toContain('this sampler (own)');
  expect(text).not.toMatch(/epoch theory/i);
});

describe('what is undefined', () => {
  const bare: Summary = {
    ...syntheticSummary(),
    ranges: [],
    lossFluctuation: nothing,
    noise: silent,
    slopes: { stiff: null, suppressed: null, noiseExponent: null },
    quadraticity: null,
    components: null,
    warnings: [],
    verdicts: [],
  };

  test('is left away with its heading', () => {
    expect(summaryTable(bare)).toMatchInlineSnapshot(`
      "Weight fluctuations against the theory of epoch-based SGD
      sampler reshuffle, learning rate 0.05, momentum 0.9, weight decay 10⁻⁵
      N = 50,000 samples, S = 500 a batch, M = 100 batches an epoch
      window of 40 epochs (4,000 updates) after 40 of burn-in
      crossover eigenvalue λ× = 3(1−β)/(ηM) = 0.06

      no directions were compared
      "
    `);
  });

  test('is a dash where a column needs it', () => {
    const empty = rangeOf({ low: 1, high: 10, directions: 0, ratioWhite: NaN });
    const line = summaryTable({ ...bare, ranges: [empty] })
      .split('\n')
      .find((one) => one.startsWith('1 … 10'));
    expect(line?.split(/\s{2,}/)).toEqual(['1 … 10', '0', '–', '–', '–', '–', '–', '–', '–']);
  });
});

test('at most 100 columns, no trailing spaces, one line feed at the end', () => {
  const long = 'a verdict that goes on and on '.repeat(10);
  const text = summaryTable({ ...syntheticSummary(), verdicts: [long] }, { figures: 'figures' });
  const lines = text.split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  expect(text.endsWith('figures\n')).toBe(true);
});
