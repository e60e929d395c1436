/** Hutch++ against matrices whose trace is known. */
import { describe, expect, it } from 'vitest';
import { operatorFrom } from '../../src/hessian/operator.ts';
import { estimateTrace } from '../../src/hessian/trace.ts';
import { normals } from './plain-mlp.ts';

const SIZE = 200;

/** Q diag(λ) Qᵀ, Q a product of two reflections. */
function rotated(eigenvalues: readonly number[]) {
  const axes = [normals(SIZE, 1), normals(SIZE, 2)].map((axis) => {
    const norm = Math.sqrt(axis.reduce((sum, value) => sum + value * value, 0));
    return axis.map((value) => value / norm);
  });
  const reflect = (vector: Float64Array, axis: Float64Array) => {
    const along = vector.reduce((sum, value, i) => sum + value * axis[i], 0);
    return vector.map((value, i) => value - 2 * along * axis[i]);
  };
  return operatorFrom(SIZE, (vector) => {
    const inside = axes.reduce(reflect, Float64Array.from(vector)).map((value, i) => eigenvalues[i] * value);
    return axes.toReversed().reduce(reflect, inside);
  });
}

const decaying = Array.from({ length: SIZE }, (_, i) => 10 / (i + 1) ** 1.5 - (i > 150 ? 0.02 : 0));
const truth = decaying.reduce((sum, value) => sum + value, 0);

describe('estimateTrace', () => {
  it('is exact for an operator that is no larger than the products', async () => {
    const { value, low, high, products } = await estimateTrace(
      operatorFrom(3, (vector) => Float64Array.of(2 * vector[0] + vector[1], vector[0] - vector[1], 5 * vector[2])),
      { products: 9, seed: 1 },
    );
    expect([value, low, high, products]).toEqual([6, 6, 6, 3]);
  });

  it('is exact where the range is exhausted: a matrix of low rank', async () => {
    const lowRank = Array.from({ length: SIZE }, (_, i) => (i < 5 ? 3 : 0));
    const { value, low, high } = await estimateTrace(rotated(lowRank), { products: 60, seed: 1 });
    expect(value).toBeCloseTo(15, 9);
    expect(high - low).toBeLessThan(1e-9);
  });

  it('holds the truth in about 95 % of its intervals, which are a few per cent wide', async () => {
    let inside = 0;
    const runs = 200;
    for (let seed = 1; seed <= runs; seed++) {
      const { low, high, products } = await estimateTrace(rotated(decaying), { products: 60, seed });
      expect(products).toBe(60);
      if (low <= truth && truth <= high) inside++;
      expect((high - low) / truth).toBeLessThan(0.12);
    }
    expect(Math.abs(inside / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs));
  });

  it('is decided by its seed, and tells where it is', async () => {
    const seen: [number, number][] = [];
    const estimate = (seed: number) =>
      estimateTrace(rotated(decaying), { products: 30, seed }, (done, total) => void seen.push([done, total]));
    const first = await estimate(4);
    expect(seen).toHaveLength(30);
    expect(seen.at(-1)).toEqual([30, 30]);
    expect(await estimate(4)).toEqual(first);
    expect((await estimate(5)).value).not.toBe(first.value);
  });
});
