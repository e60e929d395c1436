/** Where texts beside points go. Lengths are pixels. */
import { describe, expect, test } from 'vitest';
import type { Figure } from '../../src/report/figure.ts';
import { type Box, placeLabels } from '../../src/report/plugins/point-labels.ts';
import { renderPng } from '../../src/report/png.ts';

const area = { left: 100, right: 700, top: 50, bottom: 400 };
const nothing = { area, drawn: [], verticals: [] };
const text = (x: number, y: number) => ({ at: { x, y }, width: 90, height: 20 });

const contains = (box: Box, x: number, y: number) =>
  x > box.left && x < box.left + box.width && y > box.top && y < box.top + box.height;
const disjoint = (a: Box, b: Box) =>
  a.left + a.width <= b.left || b.left + b.width <= a.left || a.top + a.height <= b.top || b.top + b.height <= a.top;

describe('a text', () => {
  test('stands above its point, to the right, where nothing is in the way', () => {
    const [box] = placeLabels([text(400, 200)], nothing);
    expect(box.left).toBeGreaterThan(400);
    expect(box.top + box.height).toBeLessThan(200);
  });

  test.each([
    [100, 50],
    [700, 50],
    [700, 400],
    [100, 400],
  ])('stays in the plot area and off its own point in the corner (%i, %i)', (x, y) => {
    const [box] = placeLabels([text(x, y)], nothing);
    expect(box.left).toBeGreaterThanOrEqual(area.left);
    expect(box.left + box.width).toBeLessThanOrEqual(area.right);
    expect(box.top).toBeGreaterThanOrEqual(area.top);
    expect(box.top + box.height).toBeLessThanOrEqual(area.bottom);
    expect(contains(box, x, y)).toBe(false);
  });

  test('leaves curves and vertical lines free', () => {
    const rising = Array.from({ length: 101 }, (_, i) => ({ x: 300 + 2 * i, y: 300 - 2 * i }));
    const [box] = placeLabels([text(400, 200)], { area, drawn: rising, verticals: [420] });
    expect(rising.some(({ x, y }) => contains(box, x, y))).toBe(false);
    expect(box.left < 420 && box.left + box.width > 420).toBe(false);
  });
});

test('eight texts at one place lie beside one another', () => {
  const boxes = placeLabels(
    Array.from({ length: 8 }, (_, i) => text(400 + 3 * i, 200)),
    nothing,
  );
  for (const [i, box] of boxes.entries()) {
    expect(boxes.slice(i + 1).every((other) => disjoint(box, other))).toBe(true);
    for (let j = 0; j < 8; j++) expect(contains(box, 400 + 3 * j, 200)).toBe(false);
  }
});

test('labels are drawn, an empty one is not', () => {
  const points = { label: '', kind: 'points', role: 'reference', emphasis: 'strong', x: [1, 2], y: [1, 2] } as const;
  const figure: Figure = {
    title: '',
    subtitle: '',
    x: { label: 'x', scale: 'linear' },
    y: { label: 'y', scale: 'linear' },
    series: [points],
    verticals: [],
    horizontals: [],
    footnote: '',
  };
  const drawn = (pointLabels?: string[]) => renderPng({ ...figure, series: [{ ...points, pointLabels }] });
  expect(drawn(['', '']).equals(drawn())).toBe(true);
  expect(drawn(['', 'two']).equals(drawn())).toBe(false);
});
