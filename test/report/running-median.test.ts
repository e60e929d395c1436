import { describe, expect, test } from 'vitest';
import { binnedMedians } from '../../src/report/running-median.ts';

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
