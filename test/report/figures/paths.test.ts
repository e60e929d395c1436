import { describe, expect, test } from 'vitest';
import { pathsFigure } from '../../../src/report/figures/paths.ts';
import { inputOf } from '../hand-made.ts';
import { syntheticDetails, syntheticInput } from '../synthetic.ts';

/** ±size in turn: a standard deviation of `size`. */
const swinging = (size: number, updates: number) =>
  Float32Array.from({ length: updates }, (_, update) => (update % 2 === 0 ? size : -size));
const rows = [4, 2, 0.25].map((eigenvalue) => ({ eigenvalue, regime: 'stiff' as const }));
const three = (updates: number) => ({
  ...inputOf(rows, { batchesPerEpoch: 10, crossoverEigenvalue: 0.5 }),
  paths: [0, 2].map((direction) => ({
    direction,
    measured: swinging(direction + 1, updates),
    replayed: swinging(2 * (direction + 1), updates),
  })),
});

describe('series', () => {
  const { series, x, horizontals } = pathsFigure(three(20));

  test('two a direction, measured and replayed, named once', () => {
    expect(series.map(({ label, role, kind }) => [label, role, kind])).toEqual([
      ['measured', 'measured', 'line'],
      ['replayed from the window’s own batches', 'fit', 'line'],
      ['', 'measured', 'line'],
      ['', 'fit', 'line'],
    ]);
  });

  test('both in units of the measured one’s standard deviation, the first six above the next', () => {
    expect(series.map(({ y }) => y.slice(0, 2))).toEqual([
      [7, 5],
      [8, 4],
      [1, -1],
      [2, -2],
    ]);
    expect(horizontals.map(({ value }) => value)).toEqual([0, 6]);
  });

  test('x counts epochs, the first update done at 1/M', () => {
    expect(series[0].x[0]).toBeCloseTo(0.1, 12);
    expect(series[0].x).toHaveLength(20);
    expect(series[0].x[19]).toBe(2);
    expect(x.range).toEqual([0, 2]);
  });

  test('an offset of the path is no part of its deviation', () => {
    const input = three(20);
    const measured = swinging(1, 20).map((value) => value + 100);
    const [{ y }] = pathsFigure({ ...input, paths: [{ ...input.paths[0], measured }] }).series;
    expect(y[0] - y[1]).toBeCloseTo(2, 6);
  });
});

test('eight epochs are shown at most, scaled by the whole window', () => {
  const input = three(200);
  // Beyond what is shown the path swings √3 times as far: mean square (80·1 + 120·3)/200 = 2.2.
  const measured = swinging(1, 200).map((value, update) => (update < 80 ? value : Math.sqrt(3) * value));
  const { series, x } = pathsFigure({ ...input, paths: [{ ...input.paths[0], measured }] });
  expect(series[0].x).toHaveLength(80);
  expect(x.range).toEqual([0, 8]);
  expect(series[0].y[0]).toBeCloseTo(1 / Math.sqrt(2.2), 6);
});

test('the footnote names the directions from above, by λ and in crossovers', () => {
  expect(pathsFigure(three(20)).footnote).toBe('Directions: from above, λ = 4 (8 λ_×); λ = 0.25 (0.5 λ_×).');
});

test('missing data is said', () => {
  for (const input of [inputOf(rows), { ...inputOf(rows), paths: [] }, syntheticInput({ directions: 100 }), three(0)]) {
    expect(pathsFigure(input).message).toBe('no path was replayed');
    expect(pathsFigure(input).series.flatMap(({ y }) => y)).toEqual([]);
  }
  const input = syntheticInput({ directions: 100 });
  expect(pathsFigure({ ...input, ...syntheticDetails(input) }).message).toBeUndefined();
});
