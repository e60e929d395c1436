/** The universal crossover: against 60-digit arithmetic, and as the limit of the exact sums. */
import { expect, it } from 'vitest';
import { reshuffledWeightVariance, independentWeightVariance, universalSuppression } from '../../src/theory/index.ts';

// mpmath 1.3, 60 digits: 1 - 2*(x - 1 + exp(-x))/x**2 at the double nearest to x.
it.each([
  [1e-12, 3.3333333333325e-13],
  [1e-6, 3.3333325000001664e-7],
  [0.001, 0.0003332500166638893],
  [0.03, 0.009925447759606815],
  [0.5, 0.1477547222989326],
  [1, 0.26424111765711533],
  [1.0000000001, 0.26424111767784303],
  [3, 0.5444917625849192],
  [30, 0.9355555555555554],
  [1000, 0.998002],
  [1e8, 0.9999999800000002],
])('f(%f) to all digits', (x, expected) => {
  expect(Math.abs(universalSuppression(x) / expected - 1)).toBeLessThan(4e-16 * 4);
});

it('is 0 at 0, and rises', () => {
  expect(universalSuppression(0)).toBe(0);
  let before = 0;
  for (let x = 1e-9; x < 1e9; x *= 1.03) {
    const here = universalSuppression(x);
    expect(here).toBeGreaterThan(before);
    before = here;
  }
});

it('is what the exact sum tends to: within 3 % for M = 1000, by 25–30 % for M = 100', () => {
  const momentum = 0.9;
  const learningRate = 0.05;
  const deviation = (batchesPerEpoch: number, x: number) => {
    const eigenvalue = (x * (1 - momentum)) / (learningRate * batchesPerEpoch);
    const direction = { learningRate, momentum, batchesPerEpoch, eigenvalue, noiseVariance: 1 };
    return (universalSuppression(x) * independentWeightVariance(direction)) / reshuffledWeightVariance(direction) - 1;
  };
  for (const x of [0.01, 0.1, 1, 3, 10, 100]) expect(Math.abs(deviation(1000, x))).toBeLessThan(0.03);
  expect(deviation(100, 0.01)).toBeGreaterThan(0.25);
  expect(deviation(100, 0.01)).toBeLessThan(0.3);
});
