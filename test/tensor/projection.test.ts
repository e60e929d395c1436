import { describe, expect, it } from 'vitest';
import { atPrecision, heldByLibrary, openBackend } from '../../src/tensor/backend.ts';
import { combineRows, openProjection, partsThatFit } from '../../src/tensor/projection.ts';
import { largestDifference } from './finite-differences.ts';
import { normals } from './graph-functions.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });

/** As on a device whose tensors hold two directions at most. */
const small = { ...single, isDevice: true, largestTensor: 2 * 5 + 1 };

describe.each([
  ['all directions', single],
  ['all directions', atPrecision(single, 'float64')],
  ['all directions', cpu],
  ['directions in parts', small],
])('projections on %s, $name at $precision', (_, backend) => {
  const [k, d] = [3, 5];
  const directions = normals(k * d, 'directions');

  // Channel: loops in JavaScript's doubles.
  it.each([1, 4])('are scalar products with the directions, row by row: %i rows', async (count) => {
    const rows = normals(count * d, `rows/${count}`);
    const before = heldByLibrary();
    const projection = openProjection(backend, directions, k, d);
    const expected = Float64Array.from({ length: count * k }, (_, index) => {
      const [row, direction] = [Math.floor(index / k), index % k];
      let sum = 0;
      for (let i = 0; i < d; i++) sum += rows[row * d + i] * directions[direction * d + i];
      return sum;
    });
    const tolerance = backend.precision === 'float64' ? 1e-14 : 2e-6;
    for (let again = 0; again < 2; again++)
      expect(largestDifference(await projection.project(rows, count), expected)).toBeLessThan(tolerance);
    projection.dispose();
    expect(heldByLibrary()).toEqual(before);
  });

  it('take numbers of rows that change', async () => {
    const projection = openProjection(backend, directions, k, d);
    const rows = normals(4 * d, 'changing');
    const all = await projection.project(rows, 4);
    expect(
      largestDifference(await projection.project(rows.subarray(0, 2 * d), 2), all.subarray(0, 2 * k)),
    ).toBeLessThan(1e-6);
    expect(await projection.project(rows, 4)).toEqual(all);
    projection.dispose();
  });
});

// Channel: loops in JavaScript's doubles.
it.each([
  ['at once', single],
  ['in parts', small],
])('combines rows %s', async (_, backend) => {
  const [count, k, d] = [4, 3, 5];
  const [weights, rows] = [normals(count * k, 'weights'), normals(k * d, 'combined')];
  const before = heldByLibrary();
  const combined = await combineRows(backend, weights, rows, k, d);
  const expected = Float64Array.from({ length: count * d }, (_, index) => {
    const [row, column] = [Math.floor(index / d), index % d];
    let sum = 0;
    for (let i = 0; i < k; i++) sum += weights[row * k + i] * rows[i * d + column];
    return sum;
  });
  expect(largestDifference(combined, expected)).toBeLessThan(2e-6);
  expect(heldByLibrary()).toEqual(before);
});

describe('parts of rows', () => {
  it.each([
    ['one where nothing bounds a tensor', Infinity, 1, [7]],
    ['as many as are wanted', Infinity, 3, [2, 2, 3]],
    ['as many as fit', 20, 1, [1, 2, 2, 2]],
    ['no less than are wanted', 50, 3, [2, 2, 3]],
    ['rows alone where not even one fits', 5, 1, [1, 1, 1, 1, 1, 1, 1]],
  ])('%s', (_, largestTensor, wanted, counts) => {
    expect(partsThatFit({ largestTensor }, 7, 10, wanted).map(({ count }) => count)).toEqual(counts);
  });
});
