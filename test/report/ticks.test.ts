import { describe, expect, test } from 'vitest';
import { linearLabel, logTicks } from '../../src/report/ticks.ts';

const labels = (low: number, high: number) =>
  logTicks(low, high)
    .map((tick) => tick.label)
    .filter((label) => label !== '');

describe('logTicks', () => {
  test('labels powers of ten, with 2 to 9 times each between them', () => {
    const ticks = logTicks(1e-3, 1);
    expect(labels(1e-3, 1)).toEqual(['10⁻³', '10⁻²', '10⁻¹', '10⁰']);
    expect(ticks).toHaveLength(28);
    expect(ticks[1]).toEqual({ value: 2e-3, label: '' });
  });

  test.each([
    [0.02, 0.18, ['0.02', '0.05', '0.1']],
    [0.5, 30, ['0.5', '1', '2', '5', '10', '20']],
    // All in one form: 0.001 beside 5×10⁻⁴ would look like two units.
    [1.5e-4, 1.4e-3, ['2×10⁻⁴', '5×10⁻⁴', '10⁻³']],
    [6e-5, 1.1e-4, ['6×10⁻⁵', '7×10⁻⁵', '8×10⁻⁵', '9×10⁻⁵', '10⁻⁴']],
  ])('over less than two decades, %d to %d, labels numbers between them', (low, high, expected) => {
    expect(labels(low, high)).toEqual(expected);
  });

  test('labels only every second, third, … of many decades', () => {
    expect(labels(1e-12, 1)).toEqual(['10⁻¹²', '10⁻¹⁰', '10⁻⁸', '10⁻⁶', '10⁻⁴', '10⁻²', '10⁰']);
    const many = labels(1e-60, 1e60);
    expect(many.length).toBeGreaterThan(4);
    expect(many.length).toBeLessThanOrEqual(10);
  });

  test.each([
    [2.1, 2.9],
    [2.1, 3.9],
    [0.99, 1.01],
  ])('a range that no tick or one falls into, %d to %d, is labelled at its ends', (low, high) => {
    const ticks = logTicks(low, high);
    expect(ticks[0].value).toBe(low);
    expect(ticks.at(-1)?.value).toBe(high);
    expect(ticks.every((tick) => tick.label !== '')).toBe(true);
  });

  test('values rise and lie in the range', () => {
    for (const [low, high] of [
      [3e-9, 7e4],
      [1, 10],
      [0.3, 0.4],
    ]) {
      const values = logTicks(low, high).map((tick) => tick.value);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
      expect(values[0]).toBeGreaterThanOrEqual(low * (1 - 1e-9));
      expect(values.at(-1)).toBeLessThanOrEqual(high * (1 + 1e-9));
    }
  });
});

test.each([
  [0.005, [0, 0.005, 0.01], '0.005'],
  [-0.01, [-0.01, -0.005, 0], '−0.010'],
  // What is left of a sum of steps that should be nothing.
  [-1e-17, [-0.005, -1e-17, 0.005], '0'],
  [100, [0, 50, 100], '100'],
  [0.5, [0.5], '0.5'],
])('linearLabel of %d among %j is %s', (value, ticks, text) => expect(linearLabel(value, ticks)).toBe(text));
