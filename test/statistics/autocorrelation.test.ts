import { expect, test } from 'vitest';
import { autocorrelation, spreadLags } from '../../src/statistics/autocorrelation.ts';

test('of a cosine is a cosine', () => {
  const path = Array.from({ length: 1000 }, (_, k) => Math.cos((2 * Math.PI * k) / 20));
  const lags = [0, 5, 10, 20];
  [1, 0, -1, 1].forEach((expected, i) => expect(autocorrelation(path, lags)[i]).toBeCloseTo(expected, 2));
});

test('by hand', () => {
  // (1·2 + 2·(−1))/2 over (1 + 4 + 1)/3; 1·(−1) over the same.
  expect(autocorrelation([1, 2, -1], [0, 1, 2])).toEqual([1, 0, -0.5]);
});

test('of nothing is undefined', () => {
  expect(autocorrelation([0, 0], [0, 1])).toEqual([NaN, NaN]);
});

test('lags begin with every one, end with the longest and are spread between', () => {
  const lags = spreadLags(1000, 40);
  expect(lags.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(lags.at(-1)).toBe(1000);
  expect(lags).toEqual([...new Set(lags)].sort((a, b) => a - b));
  expect(lags.length).toBeGreaterThan(30);
  expect(spreadLags(1, 40)).toEqual([0, 1]);
});
