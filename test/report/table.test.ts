import { describe, expect, test } from 'vitest';
import type { Summary } from '../../src/report/summary.ts';
import { summaryTable } from '../../src/report/table.ts';
import { syntheticSummary } from './synthetic.ts';

const nothing = {
  measured: null,
  sampler: null,
  white: null,
  constantVariance: null,
  direct: null,
  directLow: null,
  directHigh: null,
};

test('the whole table', () => {
  expect(summaryTable(syntheticSummary(), { figures: 'results/quickstart/figures' })).toMatchInlineSnapshot(`
    "Weight fluctuations against the theory of epoch-based SGD
    sampler reshuffle, learning rate 0.05, momentum 0.9, weight decay 10⁻⁵
    N = 50,000 samples, S = 500 a batch, M = 100 batches an epoch
    window of 40 epochs (4,000 updates) after 40 of burn-in
    crossover eigenvalue λ× = 3(1−β)/(ηM) = 0.06

                direc-    measured /    measured /    velocity /  inside 95 %  scatter (expected)
    λ/λ×         tions  epoch theory  white theory  epoch theory     interval            of log10
    ─────────────────────────────────────────────────────────────────────────────────────────────
    above 10        17         0.993         0.987         0.997         95 %       0.050 (0.048)
    1 … 10          81         1.001         0.684         1.007         95 %       0.050 (0.048)
    0.1 … 1        210         1.005         0.206         0.999         95 %       0.050 (0.048)
    0.01 … 0.1     243         0.984         0.023         0.994         95 %       0.050 (0.048)
    up to 0.01     324         9.639         0.017         1.004         95 %       0.050 (0.048) †
    Ratios are medians, corrected for their bias. Epoch theory predicts 1.
    † Drift dominates: nothing holds these weights in place for a window.

    Loss fluctuation ½ Σ λ σ²(θ)
      measured                            1.234e-4
      epoch theory                        1.210e-4  measured / this = 1.020
      white theory (independent batches)  1.630e-4  measured / this = 0.757
      one variance for all directions     1.660e-4  measured / this = 0.743
      straight from the objective         1.240e-4  95 % interval 1.190e-4 … 1.300e-4

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

test('a run with replacement is compared with its own theory, never with that of epochs', () => {
  const text = summaryTable({ ...syntheticSummary({ sampler: 'with-replacement' }), verdicts: [] });
  expect(text).toContain('own theory');
  expect(text).toContain('This sampler’s theory predicts 1.');
  expect(text).not.toMatch(/epoch theory/i);
});

describe('what is undefined', () => {
  const bare: Summary = { ...syntheticSummary(), ranges: [], lossFluctuation: nothing, warnings: [], verdicts: [] };

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
    const empty = {
      low: 1,
      high: 10,
      directions: 0,
      ratioSampler: null,
      ratioWhite: NaN,
      ratioTwoComponent: null,
      velocityRatioSampler: null,
      medianAbsLog10: null,
      expectedAbsLog10: null,
      coverage: null,
      pooledError: null,
    };
    const line = summaryTable({ ...bare, ranges: [empty] })
      .split('\n')
      .find((one) => one.startsWith('1 … 10'));
    expect(line?.split(/\s{2,}/)).toEqual(['1 … 10', '0', '–', '–', '–', '–', '–']);
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
