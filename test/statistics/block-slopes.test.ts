/**
 * Slopes with blocks left out. Channels: least squares in naive loops, a closed form (the kinked potential), and simulated
 * trajectories of known curvature whose residuals have memory.
 */
import { describe, expect, it } from 'vitest';
import { blockSlopes, jackknifeError, margin } from '../../src/statistics/block-slopes.ts';
import { normals } from './draws.ts';

/** Covariance over variance, two passes. */
function naiveSlope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const product = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return product / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

describe('blockSlopes', () => {
  const [points, k, blocks] = [23, 3, 4];
  const draws = normals(2 * points * k, 'block-slopes/naive');
  const x = draws.slice(0, points * k).map((value, at) => value * 10 ** -(at % k) + 5);
  const y = draws.slice(points * k).map((value, at) => 3 * x[at] + value - 1e3);
  const column = (values: readonly number[], i: number) => values.filter((_, at) => at % k === i);
  const found = blockSlopes(x, y, k, blocks);

  it('are those of least squares with intercept', () => {
    for (let i = 0; i < k; i++) expect(found.value[i]).toBeCloseTo(naiveSlope(column(x, i), column(y, i)), 9);
  });

  it('leave out blocks of consecutive points, as equal as can be', () => {
    // 23 points: 0…4, 5…10, 11…16, 17…22.
    const ends = [0, 5, 11, 17, 23];
    expect(found.without).toHaveLength(blocks);
    for (let block = 0; block < blocks; block++)
      for (let i = 0; i < k; i++) {
        const left = (_: number, point: number) => point < ends[block] || point >= ends[block + 1];
        const expected = naiveSlope(column(x, i).filter(left), column(y, i).filter(left));
        expect(found.without[block][i]).toBeCloseTo(expected, 9);
      }
  });

  it('do not know of constants, however large', () => {
    // Multiples of 2⁻¹⁰, so that the shift is exact.
    const rough = (values: readonly number[]) => values.map((value) => Math.round(value * 1024) / 1024);
    const [u, v] = [rough(x), rough(y)];
    const shifted = blockSlopes(
      u.map((value) => value + 2 ** 20),
      v.map((value) => value - 2 ** 22),
      k,
      blocks,
    );
    const plain = blockSlopes(u, v, k, blocks);
    shifted.value.forEach((value, i) => expect(value).toBeCloseTo(plain.value[i], 7));
  });

  it('are none where nothing varies, and refuse too few points', () => {
    expect(blockSlopes([1, 1, 1, 1], [1, 2, 3, 4], 1, 2).value[0]).toBeNaN();
    expect(() => blockSlopes([1, 2, 3], [1, 2, 3], 1, 2)).toThrow('3 points are no 2 blocks of 2 points or more');
    expect(() => blockSlopes([1, 2, 3, 4], [1, 2, 3, 4], 1, 1)).toThrow(RangeError);
  });
});

describe('jackknifeError', () => {
  it('of a mean is its standard error', () => {
    const values = [3, 1, 4, 1, 5, 9];
    const mean = 23 / 6;
    const without = values.map((value) => (23 - value) / 5);
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(jackknifeError(without)).toBeCloseTo(Math.sqrt(square / 5 / 6), 14);
  });

  it('gives intervals of Student’s t', () => {
    // t at 97.5 %: 2.3646 for 7, 1.9600 for very many degrees of freedom (tables).
    expect(margin(2, 7)).toBeCloseTo(2 * 2.364624, 5);
    expect(margin(1, 1e6)).toBeCloseTo(1.959966, 5);
  });
});

/** A stationary path with this correlation from point to point, unit variance [points, k]. */
function path(points: number, k: number, memory: number, purpose: string): Float64Array {
  const kicks = normals(points * k, purpose);
  const values = Float64Array.from(kicks);
  for (let at = k; at < values.length; at++)
    values[at] = memory * values[at - k] + Math.sqrt(1 - memory ** 2) * kicks[at];
  return values;
}

describe('the interval', () => {
  const [points, k, blocks] = [100, 2000, 8];
  const coverage = (x: Float64Array, y: Float64Array, truth: number) => {
    const { value, without } = blockSlopes(x, y, k, blocks);
    const inside = value.filter((slope, i) => {
      const error = jackknifeError(without.map((slopes) => slopes[i]));
      return Math.abs(slope - truth) <= margin(error, blocks - 1);
    });
    return inside.length / k;
  };

  // A gradient λθ + residual, both with the same memory from snapshot to snapshot; s.e. of the shares 0.005 … 0.007.
  // The usual interval of least squares holds it in 0.95, 0.67 and 0.50 here.
  it.each([
    [0, 0.93, 0.97],
    [0.8, 0.89, 0.95],
    [0.9, 0.86, 0.93],
  ])('holds a known curvature, memory %d: %d … %d', (memory, least, most) => {
    const x = path(points, k, memory, `block-slopes/x/${memory}`);
    const residual = path(points, k, memory, `block-slopes/residual/${memory}`);
    const y = x.map((value, at) => 2 * value + 0.5 * residual[at] + 3);
    const share = coverage(x, y, 2);
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  });

  it('holds the curvature of a kinked potential, a + b√(2/π)/σ, which its Hessian does not know', () => {
    // L = aθ²/2 + b|θ| under Gaussian weights of deviation σ: E[θ∇L]/E[θ²] = a + b E|θ|/σ².
    const [a, b, sigma] = [2, 0.3, 0.1];
    const x = path(points, k, 0.5, 'block-slopes/kink').map((value) => sigma * value);
    const y = x.map((value) => a * value + b * Math.sign(value));
    const felt = a + (b * Math.sqrt(2 / Math.PI)) / sigma;
    const { value } = blockSlopes(x, y, k, blocks);
    const mean = value.reduce((sum, slope) => sum + slope, 0) / k;
    // A finite sample's Σθ|θ|… is off by O(1/points): 1 % of the kink's part.
    expect(Math.abs(mean - felt)).toBeLessThan(0.02 * (felt - a));
    const share = coverage(x, y, felt);
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.97);
  });
});
