import { describe, expect, test } from 'vitest';
import { binnedMedians, median, medianBias } from '../../src/report/running-median.ts';

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
  [[], NaN],
])('median of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

describe('medianBias', () => {
  // Medians of χ²_ν divided by ν, from scipy 1.17 (chi2.ppf(0.5, ν)/ν); that of ν = 2 is ln 2. The formula's own error
  // at each ν is beside it.
  test.each([
    [1, 0.454936423119572, 0.0343],
    [2, Math.LN2, 0.0133],
    [3, 0.788657961458446, 0.0066],
    [5, 0.870292038219105, 0.0026],
    [10, 0.934181765591197, 0.0007],
    [100, 0.99334129235988, 7e-6],
  ])('is the median of χ²_ν/ν at ν = %d', (dof, exact, error) => {
    expect(Math.abs(medianBias(dof) / exact - 1)).toBeLessThan(error);
  });

  test('corrects nothing where ν is unknown or infinite, and says NaN where the formula fails', () => {
    expect(medianBias(NaN)).toBe(1);
    expect(medianBias(Infinity)).toBe(1);
    expect(medianBias(0.4)).toBeNaN();
    expect(medianBias(0)).toBeNaN();
  });
});

describe('binnedMedians', () => {
  test('no bin mixes both sides of the edge', () => {
    const curve = binnedMedians([0.96875, 0.984375, 1.015625, 1.03125], [1, 1, 100, 100], 1, 2);
    expect(curve.x).toEqual([0.9765625, 1.0234375]);
    expect(curve.y).toEqual([1, 100]);
  });

  test('bins stand in rising order, at the median of their members', () => {
    const curve = binnedMedians([10, 1, 10.1, 1.1, 1.05], [5, 2, 7, 4, 3], 1, 1);
    expect(curve.x).toEqual([1.05, 10.05]);
    expect(curve.y).toEqual([3, 6]);
  });

  test('bins with too few members, and values a log axis cannot show, are left out', () => {
    const x = [1, 1, 1, 50, -1, 2, NaN, Infinity, 0];
    const y = [1, 2, 3, 9, 1, NaN, 1, 1, 1];
    expect(binnedMedians(x, y, 1, 2)).toEqual({ x: [1], y: [2] });
  });

  test('nothing gives nothing', () => {
    expect(binnedMedians([], [], 1, 1)).toEqual({ x: [], y: [] });
  });
});
