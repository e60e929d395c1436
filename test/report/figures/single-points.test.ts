import { describe, expect, test } from 'vitest';
import { partSingle } from '../../../src/report/figures/single-points.ts';
import type { Series } from '../../../src/report/figure.ts';

const CROWD = Array.from({ length: 70 }, (_, i) => 2 + i / 1000);
const series = (x: readonly number[]): Series => ({
  label: 'measured',
  kind: 'errorbars',
  role: 'measured',
  emphasis: 'normal',
  x,
  y: x.map((value) => 10 * value),
  low: x.map((value) => 9 * value),
  high: x.map((value) => 11 * value),
  directions: x.map((_, i) => i),
});

describe('which points lie over the lines', () => {
  test('those of bins with fewer than five, with all that belongs to them', () => {
    const { below, above } = partSingle(series([50, ...CROWD, 0.1]), 1);
    expect(below.map(({ x }) => x)).toEqual([CROWD]);
    expect(above).toMatchObject([{ label: 'measured', x: [50, 0.1], y: [500, 1], directions: [0, 71] }]);
    expect(above[0].low).toEqual([450, 0.9]);
    expect(below[0].directions![0]).toBe(1);
  });

  test('all where there are few', () => {
    const few = series(CROWD.slice(0, 60));
    expect(partSingle(few, 1)).toEqual({ below: [], above: [few] });
  });

  test('none where all are in a crowd', () => {
    const all = series(CROWD);
    expect(partSingle(all, 1)).toEqual({ below: [all], above: [] });
  });
});
