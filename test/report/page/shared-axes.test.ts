import { expect, test } from 'vitest';
import type { Figure } from '../../../src/report/figure.ts';
import { onSharedAxes } from '../../../src/report/page/shared-axes.ts';

const figure = (x: readonly [number, number], y: readonly [number, number] | undefined): Figure => ({
  title: '',
  subtitle: '',
  x: { label: 'x', scale: 'log', range: x },
  y: { label: 'y', scale: 'linear', ...(y && { range: y }) },
  series: [],
  verticals: [],
  horizontals: [],
  footnote: '',
});

test('axes reach as far as the widest', () => {
  const [one, none, other] = onSharedAxes([figure([1, 10], [0, 1]), null, figure([0.1, 5], [-1, 0.5])]);
  expect(none).toBeNull();
  for (const each of [one, other]) {
    expect(each!.x.range).toEqual([0.1, 10]);
    expect(each!.y.range).toEqual([-1, 1]);
  }
});

test('an axis that one figure leaves to the library is left to it in all', () => {
  const [one] = onSharedAxes([figure([1, 10], [0, 1]), figure([1, 10], undefined)]);
  expect(one!.x.range).toEqual([1, 10]);
  expect(one!.y.range).toEqual([0, 1]);
});

test('scales that differ are not shared', () => {
  const linear = { ...figure([0, 100], [0, 1]), x: { label: 'x', scale: 'linear' as const, range: [0, 100] as const } };
  expect(onSharedAxes([figure([1, 10], [0, 1]), linear]).map((one) => one!.x.range)).toEqual([
    [1, 10],
    [0, 100],
  ]);
});

test('one alone stays as it is', () => {
  const alone = figure([1, 10], [0, 1]);
  expect(onSharedAxes([alone])[0]).toBe(alone);
});
