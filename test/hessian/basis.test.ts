import { describe, expect, it } from 'vitest';
import {
  normalise,
  type OpenBasis,
  orthogonalise,
  type OrthonormalBasis,
  type RowStorage,
} from '../../src/hessian/basis.ts';
import { basisOn, NativeBasis } from '../../src/hessian/native-basis.ts';
import { PlainBasis } from '../../src/hessian/plain-basis.ts';
import { randomStream } from '../../src/random.ts';
import { heldByLibrary, openBackend } from '../../src/tensor/backend.ts';
import { departureFromOrthonormal, dot, largestDifference, norm, rowsOf, unit } from './matrices.ts';

const random = randomStream(1, 'test/hessian/basis');
const normals = (size: number) => Float64Array.from({ length: size }, () => random.normal());

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 2 });
const kinds: Readonly<Record<string, OpenBasis>> = {
  arrays: (size, storage) => new PlainBasis(size, storage),
  // Blocks of eight: whole blocks and a rest at all sizes below.
  'native tensors': (size, storage) => new NativeBasis(backend, size, storage, 8),
};

/**
 * The last rows, which a native basis makes orthogonal itself, to few rows or to many. It has graphs for every number of
 * blocks: to make these for all numbers up to many would take most of the time.
 */
const OWN_ROWS = 20;

/**
 * A basis of random rows, each made orthogonal by the basis itself (of many native ones the last), and copies of what it
 * stored.
 */
async function randomBasis(
  kind: string,
  size: number,
  rows: number,
  storage: RowStorage,
): Promise<{ basis: OrthonormalBasis; stored: Float64Array[] }> {
  const basis = kinds[kind](size, storage);
  const given = kind === 'arrays' ? 0 : Math.max(0, rows - OWN_ROWS);
  const stored = given === 0 ? [] : (await randomBasis('arrays', size, given, storage)).stored;
  for (const row of stored) basis.push(row.slice());
  const coefficients = new Float64Array(rows);
  for (let row = given; row < rows; row++) {
    const vector = normals(size);
    await orthogonalise(basis, vector, coefficients);
    normalise(vector);
    basis.push(vector);
    stored.push(vector.slice());
  }
  return { basis, stored };
}

const bases = new Map<string, Awaited<ReturnType<typeof randomBasis>>>();

/** The same for all tests that only read it. */
async function sharedBasis(kind: string, size: number, rows: number, storage: RowStorage) {
  const key = [kind, size, rows, storage].join();
  const basis = bases.get(key) ?? (await randomBasis(kind, size, rows, storage));
  bases.set(key, basis);
  return basis;
}

/** w − Σ (rᵢ·w) rᵢ, once, by plain loops. */
function without(vector: Float64Array, rows: readonly Float64Array[]): Float64Array {
  const left = vector.slice();
  for (const row of rows) {
    const along = dot(row, vector);
    row.forEach((value, i) => (left[i] -= along * value));
  }
  return left;
}

// Rows around the groups of eight and the blocks of 256; columns around the stripes of 2048 and the panels of 64.
const shapes: [size: number, rows: number][] = [
  [1, 1],
  [9, 7],
  [63, 8],
  [64, 9],
  [65, 17],
  [300, 255],
  [300, 256],
  [300, 257],
  [530, 520],
  [2047, 3],
  [2048, 16],
  [4100, 10],
];

const combinations = Object.keys(kinds).flatMap((kind) =>
  (['float64', 'float32'] as const).map((storage) => [storage, kind] as const),
);

describe.each(combinations)('an orthonormal basis of %s rows in %s', (storage, kind) => {
  // Rounding of stored entries: 2⁻⁵³ and as much in this test's own sums, or 2⁻²⁴ of entries of size 1/√d, so about 6e-8 a
  // pair of rows.
  const rounding = storage === 'float64' ? 2e-15 : 1e-7;

  // Channel: plain dot products of the rows.
  it.each(shapes)('stays orthonormal, d = %i, %i rows', async (size, rows) => {
    const { basis, stored } = await sharedBasis(kind, size, rows, storage);
    expect(basis.count).toBe(rows);
    expect(departureFromOrthonormal(stored)).toBeLessThan(rounding * Math.sqrt(Math.max(rows, 8)));
  });

  // Channel: plain loops. A vector is projected out, its components are reported, what is left is orthogonal.
  it.each(shapes)('projects a vector out, d = %i, %i rows', async (size, rows) => {
    const { basis, stored } = await sharedBasis(kind, size, rows, storage);
    const vector = normals(size);
    const changed = vector.slice();
    const coefficients = new Float64Array(rows);
    const left = await orthogonalise(basis, changed, coefficients);
    // One plain pass differs by what rounded rows leave: √rows roundings of the vector's length.
    const tolerance = 2 * rounding * Math.sqrt(Math.max(rows, 8)) * norm(vector);
    expect(largestDifference(changed, without(vector, stored))).toBeLessThan(tolerance);
    const along = stored.map((row) => dot(row, vector));
    expect(largestDifference(coefficients, along)).toBeLessThan(tolerance);
    expect(left).toBeCloseTo(norm(changed), 12);
    // Twice is enough: orthogonal to the length of what is left, whatever the rows' own rounding.
    const worst = Math.max(...stored.map((row) => Math.abs(dot(row, changed))));
    expect(worst).toBeLessThan(rounding * Math.sqrt(Math.max(rows, 8)) * Math.max(left, rounding * norm(vector)));
  });

  // Channel: plain loops over stored rows, then unit length. Arrays: rounded to float32 twice (sum, and scale), 2⁻²³ of an
  // entry. Native float32 sums of a few hundred terms: some roundings of the vector's length, cancelling entries or not.
  it.each(shapes)('combines its rows, d = %i, %i rows', async (size, rows) => {
    const { basis, stored } = await sharedBasis(kind, size, rows, storage);
    for (const wanted of [1, 2, 3]) {
      const weights = normals(wanted * rows);
      const combined = rowsOf(await basis.combine(weights, wanted), size);
      expect(combined).toHaveLength(wanted);
      combined.forEach((row, i) => {
        const plain = new Float64Array(size);
        stored.forEach((other, at) =>
          other.forEach((value, column) => (plain[column] += weights[i * rows + at] * value)),
        );
        const exact = unit(plain);
        if (kind === 'arrays') {
          const errors = row.map((value, column) => Math.abs(value - exact[column]) / (Math.abs(exact[column]) + 1e-7));
          expect(Math.max(...errors)).toBeLessThan(2 ** -23);
        } else expect(norm(row.map((value, column) => value - exact[column]))).toBeLessThan(2 ** -22);
      });
    }
  });

  // Channel: a fresh basis of the same rows. What was dropped must leave nothing behind, in a block or across blocks.
  it.each([
    [300, 20, 13],
    [300, 260, 250],
    [300, 260, 256],
    [300, 260, 0],
    [300, 5, 9],
  ])('forgets what is cut off: d = %i, %i rows, cut to %i', async (size, rows, kept) => {
    const { basis, stored } = await randomBasis(kind, size, rows, storage);
    await basis.truncate(kept);
    const left = Math.min(kept, rows);
    expect(basis.count).toBe(left);
    const fresh = kinds[kind](size, storage);
    for (const row of stored.slice(0, left)) fresh.push(row.slice());
    const vector = normals(size);
    const [one, other] = [vector.slice(), vector.slice()];
    const [oneOf, otherOf] = [new Float64Array(rows), new Float64Array(rows)];
    expect(await orthogonalise(basis, one, oneOf)).toBe(await orthogonalise(fresh, other, otherOf));
    expect(one).toEqual(other);
    expect(oneOf).toEqual(otherOf);
    const weights = normals(2 * left);
    expect(await basis.combine(weights, 2)).toEqual(await fresh.combine(weights, 2));
  });

  it('hands back what was stored, rounded', () => {
    const basis = kinds[kind](3, storage);
    const vector = Float64Array.of(0.1, 0.2, 0.3);
    basis.push(vector);
    expect([...vector]).toEqual(storage === 'float64' ? [0.1, 0.2, 0.3] : [0.1, 0.2, 0.3].map(Math.fround));
  });

  it('takes vectors so long that a block holds one group of rows only', async () => {
    const size = storage === 'float64' ? 530_000 : 1_060_000;
    const { basis, stored } = await randomBasis(kind, size, 10, storage);
    const vector = stored[9].map((value, i) => value + Math.sin(i));
    const coefficients = new Float64Array(10);
    await orthogonalise(basis, vector, coefficients);
    // In float32 sums of a million terms: a few per cent of the rows' own rounding.
    const tolerance = kind === 'arrays' ? 1e-9 : rounding * norm(vector);
    for (const row of stored) expect(Math.abs(dot(row, vector))).toBeLessThan(tolerance);
    expect(
      departureFromOrthonormal(
        rowsOf(
          await basis.combine(
            Float64Array.from({ length: 10 }, (_, i) => i - 4),
            1,
          ),
          size,
        ),
      ),
    ).toBeLessThan(1e-6);
  });
});

describe('a native basis', () => {
  // Channel: arrays. Two kinds of sums of the same rows agree within the rounding of float32 sums, far below that of rows.
  it('agrees with arrays', async () => {
    const size = 12_345;
    const { stored } = await sharedBasis('arrays', size, 37, 'float32');
    const native = new NativeBasis(backend, size, 'float32', 16);
    for (const row of stored) native.push(row.slice());
    const vector = normals(size);
    const [one, other] = [vector.slice(), vector.slice()];
    const [oneOf, otherOf] = [new Float64Array(37), new Float64Array(37)];
    await orthogonalise((await sharedBasis('arrays', size, 37, 'float32')).basis, one, oneOf);
    await orthogonalise(native, other, otherOf);
    expect(largestDifference(oneOf, otherOf)).toBeLessThan(3e-8 * norm(vector));
    expect(largestDifference(one, other)).toBeLessThan(1e-9 * norm(vector));
    native.dispose();
  });

  it('gives the same bytes for the same rows', async () => {
    const rows = (await sharedBasis('arrays', 12_345, 37, 'float32')).stored;
    const once = async () => {
      const native = new NativeBasis(backend, 12_345, 'float32', 16);
      for (const row of rows) native.push(row.slice());
      const vector = Float64Array.from({ length: 12_345 }, (_, i) => Math.sin(i));
      const coefficients = new Float64Array(37);
      await orthogonalise(native, vector, coefficients);
      const weights = Float64Array.from({ length: 3 * 37 }, (_, i) => Math.cos(i));
      const combined = await native.combine(weights, 3);
      native.dispose();
      return { vector, coefficients, combined };
    };
    expect(await once()).toEqual(await once());
  });

  it('leaves nothing in the library', async () => {
    const before = heldByLibrary();
    const { basis } = await randomBasis('native tensors', 100, 30, 'float32');
    await basis.combine(normals(60), 2);
    await basis.truncate(11);
    await basis.combine(normals(11), 1);
    basis.dispose();
    expect(heldByLibrary()).toEqual(before);
  });

  // Channel: sizes of what is stored. Rows of a block that is not full yet are the processor's work.
  it.each([
    [false, 128],
    [true, 32],
  ])('keeps rows of LeNet on a back end that is a device (%s) in blocks of %i', (isDevice, rows) => {
    const size = 62_006;
    const stored: number[] = [];
    const watched = {
      ...backend,
      isDevice,
      store: (...given: Parameters<typeof backend.store>) => {
        stored.push(given[1][1]);
        return backend.store(...given);
      },
    };
    const basis = new NativeBasis(watched, size, 'float32');
    const row = new Float64Array(size);
    for (let count = 1; count < rows; count++) basis.push(row);
    expect(stored).toEqual([]);
    basis.push(row);
    expect(stored).toEqual([rows]);
    basis.dispose();
  });

  it('is chosen for long vectors on the back end that has it', () => {
    expect(basisOn(backend)(100_000, 'float32')).toBeInstanceOf(NativeBasis);
    expect(basisOn(backend)(881, 'float32')).toBeInstanceOf(PlainBasis);
    const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
    expect(basisOn(cpu)(100_000, 'float32')).toBeInstanceOf(PlainBasis);
  });
});

describe('normalise', () => {
  it('scales to unit length and leaves nothing alone', () => {
    const vector = Float64Array.of(3, 0, -4);
    normalise(vector);
    // Channel: 3-4-5.
    expect([...vector]).toEqual([0.6000000000000001, 0, -0.8].map((value) => expect.closeTo(value, 15)));
    const nothing = new Float32Array(2);
    normalise(nothing);
    expect([...nothing]).toEqual([0, 0]);
  });
});
