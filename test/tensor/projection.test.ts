import { describe, expect, it } from 'vitest';
import { atPrecision, heldByLibrary, openBackend } from '../../src/tensor/backend.ts';
import { openProjection } from '../../src/tensor/projection.ts';
import { largestDifference } from './finite-differences.ts';
import { normals } from './graph-functions.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });

describe.each([single, atPrecision(single, 'float64'), cpu])('projections on $name at $precision', (backend) => {
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
