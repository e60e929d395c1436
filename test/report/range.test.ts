import { expect, test } from 'vitest';
import { rangeOf } from '../../src/report/range.ts';

test('a log range has room of a factor on both sides and passes over what it cannot show', () => {
  const [low, high] = rangeOf([NaN, 0, -3, 2, Infinity, 8], 'log');
  expect(low).toBeCloseTo(2 / 1.3, 12);
  expect(high).toBeCloseTo(8 * 1.3, 12);
});

test('a linear range has room of a fraction of the span', () => {
  const [low, high] = rangeOf([1, -1, NaN], 'linear');
  expect(low).toBeCloseTo(-1.08, 12);
  expect(high).toBeCloseTo(1.08, 12);
});

test.each([
  [[5], 'log', 5 / 3, 15],
  [[5], 'linear', 4.5, 5.5],
  [[0], 'linear', -1, 1],
  [[], 'log', 0.1, 10],
  [[NaN], 'linear', 0, 1],
  [[-1, 0], 'log', 0.1, 10],
] as const)('one value or none, %j %s, still gives a range', (values, scale, low, high) => {
  const range = rangeOf(values, scale);
  expect(range[0]).toBeCloseTo(low, 12);
  expect(range[1]).toBeCloseTo(high, 12);
});
