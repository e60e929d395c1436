/** Channels: medians found by hand, and SciPy's medians of χ². */
import { describe, expect, it, test } from 'vitest';
import { median, medianBias } from '../../src/statistics/median.ts';

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[10, 9, -1], 9],
  [[7], 7],
  [[], NaN],
])('median of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

it('leaves the values in their order', () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

describe('medianBias', () => {
  // scipy 1.17.1, chi2.median(ν)/ν; that of ν = 2 is ln 2. Beside it the error of Wilson and Hilferty's formula there,
  // which is always too high.
  it.each([
    [1, 0.454936423119572, 0.0343],
    [1.5, 0.6055559710984748, 0.0209],
    [2, Math.LN2, 0.0133],
    [2.5, 0.7495391071123516, 0.0092],
    [3, 0.788657961458446, 0.0066],
    [5, 0.870292038219105, 0.0026],
    [10, 0.934181765591197, 0.0007],
    [100, 0.99334129235988, 7e-6],
  ])('is the median of χ²_ν/ν at ν = %d', (dof, exact, error) => {
    expect(Math.abs(medianBias(dof) / exact - 1)).toBeLessThan(error);
  });

  it('corrects nothing where ν is unknown or infinite, and says NaN where the formula fails', () => {
    expect(medianBias(NaN)).toBe(1);
    expect(medianBias(Infinity)).toBe(1);
    for (const dof of [0.49, 0, -3]) expect(medianBias(dof)).toBeNaN();
  });
});
