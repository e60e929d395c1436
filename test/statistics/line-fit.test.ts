/** Channels: R's own example of a straight line, a fit by hand, and how often simulated intervals hold the truth. */
import { describe, expect, it } from 'vitest';
import { fitLogLogSlope, fitSlope } from '../../src/statistics/line-fit.ts';
import { normals } from './draws.ts';

// The data set `cars` of R 4 (speed and stopping distance; Ezekiel 1930).
const SPEED = [
  4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 16, 16, 17, 17, 17,
  18, 18, 18, 18, 19, 19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24, 25,
];
const DISTANCE = [
  2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20, 26, 54, 32, 40, 32, 40,
  50, 42, 56, 76, 84, 36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93, 120, 85,
];

describe('fitSlope', () => {
  it('is R’s lm on cars', () => {
    // coef and confint of lm(dist ~ speed, cars): 3.932409, 3.096964 … 4.767853.
    const slope = fitSlope(SPEED, DISTANCE)!;
    expect(slope.value).toBeCloseTo(3.932409, 6);
    expect(slope.low).toBeCloseTo(3.096964, 6);
    expect(slope.high).toBeCloseTo(4.767853, 6);
  });

  it('is a fit by hand', () => {
    // (0,0), (1,1), (2,1): slope 1/2, residuals −1/6, 1/3, −1/6, standard error √(1/12), t₁ at 0.975 = tan(0.475π).
    const { value, low, high } = fitSlope([0, 1, 2], [0, 1, 1])!;
    const margin = Math.tan(0.475 * Math.PI) / Math.sqrt(12);
    expect(value).toBeCloseTo(0.5, 14);
    expect(low).toBeCloseTo(0.5 - margin, 8);
    expect(high).toBeCloseTo(0.5 + margin, 8);
  });

  it('does not see where the origin is', () => {
    const moved = fitSlope(
      SPEED.map((x) => x + 1e6),
      DISTANCE.map((y) => y - 1e6),
    )!;
    expect(moved.value).toBeCloseTo(3.932409, 5);
    expect(moved.high).toBeCloseTo(4.767853, 5);
  });

  it.each([4, 12])('holds the true slope 95 times in 100, with %d points', (points) => {
    const replicates = 3000;
    const noise = normals(replicates * points, `slope/${points}`);
    const x = Array.from({ length: points }, (_, i) => Math.sqrt(i));
    let inside = 0;
    for (let r = 0; r < replicates; r++) {
      const { low, high } = fitSlope(
        x,
        x.map((value, i) => -2 * value + 3 * noise[r * points + i]),
      )!;
      if (low <= -2 && -2 <= high) inside++;
    }
    // Standard error √(.95·.05/3000) = 0.004; four of them.
    expect(Math.abs(inside / replicates - 0.95)).toBeLessThan(0.016);
  });

  it('says nothing of two points, or of points above each other', () => {
    expect(fitSlope([0, 1], [0, 1])).toBeUndefined();
    expect(fitSlope([1, 1, 1], [0, 1, 2])).toBeUndefined();
    expect(fitSlope([], [])).toBeUndefined();
  });
});

describe('fitLogLogSlope', () => {
  it('is R’s lm on the logarithms of cars', () => {
    // The example on R's own page ?cars: lm(log(dist) ~ log(speed)) has slope 1.6024, standard error 0.1395, 48 degrees
    // of freedom; t at 0.975 is 2.0106.
    const { value, low, high } = fitLogLogSlope(SPEED, DISTANCE)!;
    expect(value).toBeCloseTo(1.6024, 4);
    expect((high - low) / 2).toBeCloseTo(0.1395 * 2.0106, 3);
  });

  it('is the exponent of a power law, in units of any size', () => {
    const x = [1e-6, 1e-3, 0.2, 4, 700];
    const slope = fitLogLogSlope(
      x,
      x.map((value) => 3e-20 * value ** -1.5),
    )!;
    for (const end of [slope.low, slope.value, slope.high]) expect(end).toBeCloseTo(-1.5, 10);
  });

  it('passes over what has no logarithm', () => {
    const x = [1, 2, 4, 8, -1, 3, 0, 5, 6];
    const y = [1, 4, 16, 64, 1, NaN, 1, 0, Infinity];
    expect(fitLogLogSlope(x, y)!.value).toBeCloseTo(2, 12);
    expect(fitLogLogSlope([1, 2, -3], [1, 2, 3])).toBeUndefined();
  });
});
