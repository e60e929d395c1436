/** The sentence at the top of a page. */
import { describe, expect, test } from 'vitest';
import { dissent, headline } from '../../../src/report/page/story.ts';
import type { Summary } from '../../../src/report/summary.ts';
import { rangeOf } from '../hand-made.ts';
import { syntheticSummary } from '../synthetic.ts';

const range = (low: number, changes: Parameters<typeof rangeOf>[0] = {}) =>
  rangeOf({ low, high: 10 * low, directions: 30, ratioSampler: 1.02, ratioWhite: 0.2, pooledError: 0.02, ...changes });
const said = (ranges: ReturnType<typeof range>[], sampler: 'reshuffle' | 'with-replacement' = 'reshuffle') =>
  headline({ ranges, sampler });

describe('which range it is about', () => {
  test('the decade below the crossover, where the law is seen best', () => {
    expect(said([range(0.01), range(0.1), range(1)])).toMatch(/^Between a tenth of the crossover and the crossover, /);
  });

  test('another where that one has few directions', () => {
    expect(said([range(0.1, { directions: 3 }), range(1)])).toMatch(/^Up to ten times the crossover, /);
  });

  test('that of few directions where all have few', () => {
    expect(said([range(0.1, { directions: 3 }), range(1, { directions: 4 })])).toMatch(/^Between a tenth/);
  });

  test('nothing where nothing was compared', () => {
    expect(said([])).toMatch(/^No direction could be compared/);
    expect(said([range(0.1, { ratioSampler: null })])).toMatch(/^No direction could be compared/);
  });
});

describe('what it says of it', () => {
  test('against shuffled epochs and independent batches', () => {
    expect(said([range(0.1)])).toBe(
      'Between a tenth of the crossover and the crossover, the weight variance is 1.020 ± 0.020 times what is predicted for shuffled epochs, and in the median 0.200 times what independent batches would give. Theory and measurement agree within two standard errors.',
    );
  });

  test('two components where they are known', () => {
    expect(said([range(0.1, { ratioTwoComponent: 0.9 })])).toContain(
      'is 0.900 ± 0.018 times what is predicted for shuffled epochs with a fluctuating curvature',
    );
  });

  test('a run with replacement has one theory', () => {
    const words = said([range(0.1)], 'with-replacement');
    expect(words).toContain('times what is predicted for independent batches. ');
    expect(words).not.toContain('shuffled');
  });

  test.each([
    [1.03, 0.01, 'Theory and measurement agree to 3.0 %, though not within two standard errors.'],
    [1.03, null, 'Theory and measurement agree to 3.0 %.'],
    [1.3, 0.01, 'They differ by 30 %, more than two standard errors.'],
    [0.5, null, 'They differ by 50 %.'],
    [0.8, 0.2, 'Theory and measurement agree within two standard errors.'],
  ])('%f ± %f', (ratioSampler, pooledError, words) => {
    expect(said([range(0.1, { ratioSampler, pooledError })])).toContain(words);
  });
});

describe('what ranges say against it', () => {
  const none = { ...syntheticSummary().curvatures, ranges: [] };
  const against = (ranges: ReturnType<typeof range>[], curvatures: Summary['curvatures'] = none) =>
    dissent({ ranges, curvatures });

  test('nothing where all agrees', () => {
    expect(against([range(0.01), range(0.1), range(1)])).toEqual([]);
  });

  test('a variance that is off in another range; its own the headline tells', () => {
    expect(against([range(0.01, { ratioSampler: 1.5 }), range(0.1, { ratioSampler: 2 })])).toEqual([
      'λ/λ× 0.01 … 0.1: the weight variance is 1.500 ± 0.030 times the prediction.',
    ]);
    // Off by a tenth, but within two standard errors.
    expect(against([range(0.01, { ratioSampler: 1.15, pooledError: 0.1 }), range(0.1)])).toEqual([]);
  });

  test('paths that the batches do not explain, intervals that do not hold the theory: in the range of the headline, too', () => {
    const one = range(0.1, { replayExplained: -0.6, replayPredicted: 0.74, coverage: 0.5 });
    expect(against([one])).toEqual([
      'λ/λ× 0.1 … 1: 50 % of the 95 % intervals hold it; the batches explain R² = −0.60 of the paths, 0.74 expected.',
    ]);
    expect(against([range(0.1, { replayExplained: 0.6, replayPredicted: 0.74, coverage: 0.9 })])).toEqual([]);
  });

  test('a curvature that is not λ, with its interval', () => {
    const felt = (value: number) => ({
      directions: 30,
      overEigenvalue: { value, low: value - 1, high: value + 1 },
      ratio: null,
      coverage: null,
    });
    const ranges = [
      {
        low: 0.1,
        high: 1,
        directions: 30,
        eigenvalue: { ratio: 1, coverage: 1 },
        trajectory: felt(2.2),
        finiteStep: felt(1),
      },
    ];
    expect(against([range(0.1)], { ...none, ranges })).toEqual([
      'λ/λ× 0.1 … 1: the curvature along the path is 2.20 λ (95 %: 1.20 … 3.20).',
    ]);
  });

  test('neither ranges of few directions nor those that drift', () => {
    const off = { ratioSampler: 9, replayExplained: -3, replayPredicted: 0.9 };
    expect(against([range(0.01, { ...off, directions: 4 }), { ...range(0.1, off), low: 0, high: 0.01 }])).toEqual([]);
  });
});
