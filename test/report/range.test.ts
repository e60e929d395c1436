import { expect, test } from 'vitest';
import { belongingTogether, rangeOf } from '../../src/report/range.ts';

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

test.each([
  ['what is compared hangs together, whatever it spans', [1e-4, 1e-3, 5e-2, 1, 60], [], [1e-4, 60]],
  ['a gap of more than a factor of 100 ends it', [1e-31, 1e-30, 2, 3, 4], [], [2, 4]],
  ['so it does above', [2, 3, 4, 1e9], [], [2, 4]],
  ['others hang on likewise', [2, 3], [1, 0.03, 250, 2000], [0.03, 2000]],
  ['but not beyond a factor of 1000', [2, 3], [0.1, 0.01, 0.0015, 30, 300, 3100], [0.01, 300]],
  ['nor over a gap', [2, 3], [0.019, 301], [2, 3]],
  ['nothing that a logarithm cannot show counts', [NaN, 0, -1, 5, Infinity], [NaN, Infinity, 0], [5, 5]],
  ['where nothing is compared, the others stand alone', [NaN], [3, 7, 1e-20], [3, 7]],
] as const)('belonging together: %s', (_name, compared, others, ends) => {
  expect(belongingTogether([...compared].reverse(), others)).toEqual(ends);
});

test('belonging together: nothing at all', () => {
  expect(belongingTogether([], [NaN])).toBeUndefined();
});
