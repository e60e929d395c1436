import { describe, expect, it } from 'vitest';
import { openBackend } from '../../src/tensor/backend.ts';
import { inLanes, mostLanes, partsOf } from '../../src/tensor/lanes.ts';
import { real } from '../../src/tensor/types.ts';
import { normals } from './graph-functions.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const { ops } = backend;

describe('parts', () => {
  it.each([
    [10, 1, [10]],
    [10, 2, [5, 5]],
    [10, 4, [2, 3, 2, 3]],
    [3, 8, [1, 1, 1]],
    [0, 2, [0]],
  ])('%i rows in %i: as equal as can be, none empty', (rows, parts, counts) => {
    const given = partsOf(rows, parts);
    expect(given.map(({ count }) => count)).toEqual(counts);
    let first = 0;
    for (const part of given) {
      expect(part.first).toBe(first);
      first += part.count;
    }
    expect(first).toBe(rows);
  });
});

describe('lanes', () => {
  it('are none for one thread, and more than threads for several', () => {
    expect(mostLanes({ threads: 1, isDevice: false })).toBe(1);
    expect(mostLanes({ threads: 2, isDevice: false })).toBeGreaterThan(2);
  });

  it('are none on a device, however many threads call it', () => {
    expect(mostLanes({ threads: 16, isDevice: true })).toBe(1);
  });

  // Channel: loops over the rows.
  it.each([1, 2, 3, 7])('%i of them join sums and rows', async (lanes) => {
    const [n, m] = [7, 3];
    const [x, y] = [normals(n * m, 'lanes/x'), normals(n, 'lanes/y')];
    const compiled = backend.compile(
      (allX, allY) =>
        inLanes(
          ops,
          lanes,
          [allX, allY],
          (a, b) => [ops.sum(ops.mul(ops.sum(a, 1), b)), ops.add(a, ops.expandDims(b, 1))],
          ['sum', 'rows'],
        ),
      [real(n, m), real(n)],
    );
    const [[sum], rows] = await compiled.run(x, y);
    compiled.dispose();
    let expected = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < m; j++) {
        expected += x[i * m + j] * y[i];
        expect(rows[i * m + j]).toBe(Math.fround(x[i * m + j] + y[i]));
      }
    expect(sum).toBeCloseTo(expected, 5);
  });
});
