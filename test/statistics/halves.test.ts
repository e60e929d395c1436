/** Fisher's F against published quantiles and simulation, and geometric means over seeds against hand-made numbers. */
import { describe, expect, it } from 'vitest';
import { ratioInterval } from '../../src/statistics/halves.ts';
import { geometricMean } from '../../src/statistics/seeds.ts';
import { randomStream } from '../../src/random.ts';

describe('ratioInterval', () => {
  // Tables of F (Abramowitz & Stegun, 26.9): F_0.975(10, 10) = 3.7168, F_0.975(5, 20) = 3.2891, F_0.975(20, 5) = 6.3286.
  it('has the published quantiles, and those of the inverse ratio', () => {
    expect(ratioInterval(10, 10).high).toBeCloseTo(3.7168, 3);
    expect(ratioInterval(10, 10).low).toBeCloseTo(1 / 3.7168, 4);
    expect(ratioInterval(5, 20).high).toBeCloseTo(3.2891, 3);
    expect(ratioInterval(5, 20).low).toBeCloseTo(1 / 6.3286, 4);
  });

  it('is unknown without degrees of freedom', () => {
    expect(ratioInterval(NaN, 3)).toEqual({ low: NaN, high: NaN });
    expect(ratioInterval(3, 0)).toEqual({ low: NaN, high: NaN });
  });
});

describe('geometricMean', () => {
  it('is the mean of the logarithms, its interval by Student’s t', () => {
    const found = geometricMean([1, 4]);
    expect(found.value).toBeCloseTo(2, 12);
    // Two values of logarithm ±ln 2 about ln 2: s = √2 ln 2, t_0.975(1) = 12.7062, margin t s/√2 = 12.7062 ln 2.
    expect(found.high).toBeCloseTo(2 * 2 ** 12.7062, -1);
    expect(found.low * found.high).toBeCloseTo(4, 9);
  });

  it('says nothing of the scatter of one value', () => {
    expect(geometricMean([3])).toEqual({ value: expect.closeTo(3, 12), low: NaN, high: NaN });
  });

  // Channel: log-normal draws about a known median; 95 % of 2,000 intervals of four, give or take four deviations.
  it('holds the truth in 95 % of its intervals', () => {
    const random = randomStream(1, 'test/geometric-mean');
    let inside = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const { low, high } = geometricMean(Array.from({ length: 4 }, () => 3 * Math.exp(0.3 * random.normal())));
      if (low <= 3 && 3 <= high) inside++;
    }
    expect(Math.abs(inside / 2000 - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / 2000));
  });
});
