/** Channels: small families by hand, and how often a family errs where nothing differs. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { holm } from '../../src/statistics/holm.ts';

describe('holm', () => {
  it('multiplies by the tests that are left, and never falls back', () => {
    // Sorted 0.01·3, 0.03·2, then 0.04·1, raised to what came before.
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([0.5, 0.9])).toEqual([1, 1]);
    expect(holm([0.02])).toEqual([0.02]);
  });

  it('does not count what is no test', () => {
    expect(holm([NaN, 0.02, 0.01])).toEqual([NaN, 0.02, 0.02]);
    expect(holm([])).toEqual([]);
  });

  it('errs in one family of twenty at 5 %', () => {
    const random = randomStream(1, 'test/holm');
    const families = 4000;
    let wrong = 0;
    for (let family = 0; family < families; family++)
      if (holm([random.uniform(), random.uniform(), random.uniform()]).some((p) => p <= 0.05)) wrong++;
    // Independent tests: 1 − (1 − 0.05/3)³; five standard errors.
    expect(Math.abs(wrong / families - (1 - (1 - 0.05 / 3) ** 3))).toBeLessThan(0.017);
  });
});
