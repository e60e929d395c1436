import { expect, test } from 'vitest';
import type { MarkerLine, Scale } from '../../src/report/figure.ts';
import { markerRows as rowsWithin, rowCount } from '../../src/report/markers.ts';

const markerRows = (lines: readonly MarkerLine[], range: readonly [number, number], scale: Scale, width = 800) =>
  rowsWithin(lines, range, scale, width);

const markers = (...pairs: [number, string][]) => pairs.map(([value, label]) => ({ value, label }));

test('labels far apart share the lowest row', () => {
  const rows = markerRows(markers([0, 'training'], [50, 'burn-in'], [90, 'window']), [0, 100], 'linear');
  expect(rows).toEqual([0, 0, 0]);
  expect(rowCount(rows)).toBe(1);
});

test('on a narrow picture labels come closer', () => {
  const lines = markers([0, 'training'], [50, 'burn-in'], [90, 'window']);
  expect(markerRows(lines, [0, 100], 'linear', 150)).toEqual([0, 1, 0]);
});

test('a label that would touch the one before it goes up a row, and the next comes down again', () => {
  const rows = markerRows(
    markers([0, 'training'], [200, 'polish'], [203, 'burn-in'], [260, 'window']),
    [0, 300],
    'linear',
  );
  expect(rows).toEqual([0, 0, 1, 0]);
  expect(rowCount(rows)).toBe(2);
});

test('three at one place take three rows, whatever their order', () => {
  expect(markerRows(markers([50, 'c'], [50, 'b'], [50, 'a']), [0, 100], 'linear').toSorted()).toEqual([0, 1, 2]);
});

test('distance is that on the axis: what is far on a log axis is near on a linear one', () => {
  const near = markers([1, 'one'], [2, 'two']);
  expect(markerRows(near, [0, 1000], 'linear')).toEqual([0, 1]);
  expect(markerRows(near, [1, 4], 'log')).toEqual([0, 0]);
});

test('a line without a label takes no room', () => {
  expect(markerRows(markers([1, ''], [1, 'one']), [0, 2], 'linear')).toEqual([0, 0]);
  expect(rowCount([])).toBe(1);
});
