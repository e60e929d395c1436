/** Short Lanczos runs: what is returned is converged, in the right place, and nothing is called an eigenvalue that is not. */
import { describe, expect, it } from 'vitest';
import { PlainBasis } from '../../src/hessian/plain-basis.ts';
import { shortLanczos } from '../../src/hessian/short-lanczos.ts';
import { problemOf } from '../store/scratch.ts';
import { departureFromOrthonormal, dot, norm, residualsOf, rowsOf, withSpectrum } from './matrices.ts';

const SIZE = 400;
/** Like a network's Hessian: few large eigenvalues, a long tail, some slightly negative. */
const spectrum = Array.from({ length: SIZE }, (_, i) =>
  i < SIZE - 20 ? 30 / (i + 1) ** 1.3 : -0.01 * (i - SIZE + 21),
);
const known = withSpectrum(spectrum, 5);
const options = {
  iterations: 60,
  tolerance: 0.02,
  seed: 1,
  openBasis: (size: number, storage: 'float32' | 'float64') => new PlainBasis(size, storage),
};

describe('shortLanczos on a matrix of known spectrum', () => {
  // Channel: the spectrum the matrix was made of. An eigenvalue lies within the residual of λ (Weinstein).
  it('returns the leading pairs in their ranks, each within its residual, and leaves out what has not converged', async () => {
    const { eigenvalues, eigenvectors, residuals, iterations } = await shortLanczos(known.operator, options);
    expect(iterations).toBe(60);
    expect(eigenvalues.length).toBeGreaterThan(10);
    expect(eigenvalues.length).toBeLessThan(45);
    const rows = rowsOf(eigenvectors, SIZE);
    expect(rows).toHaveLength(eigenvalues.length);
    expect(departureFromOrthonormal(rows)).toBeLessThan(1e-6);
    const own = await residualsOf(known.operator, rows, eigenvalues);
    for (const [i, value] of eigenvalues.entries()) {
      expect(Math.abs(value - spectrum[i])).toBeLessThan(residuals[i] + 1e-6);
      expect(residuals[i]).toBeLessThanOrEqual(0.02 * value);
      // Products of the test's own; the stored rows are float32.
      expect(own[i]).toBeLessThan(residuals[i] + 1e-6 * spectrum[0]);
    }
    // And no more were to be had: the best approximation of the next one in this space is worse than asked for.
    const next = await shortLanczos(known.operator, { ...options, tolerance: 1 });
    expect(next.residuals[eigenvalues.length]).toBeGreaterThan(0.02 * next.eigenvalues[eigenvalues.length]);
  });

  it('knows more the longer it runs', async () => {
    const counts: number[] = [];
    for (const iterations of [1, 10, 30, 90, 200])
      counts.push((await shortLanczos(known.operator, { ...options, iterations })).eigenvalues.length);
    expect(counts[0]).toBe(0);
    for (let i = 1; i < counts.length; i++) expect(counts[i]).toBeGreaterThan(counts[i - 1]);
  });

  it('is complete where it takes as many steps as there are directions: all positive ones, whatever was asked', async () => {
    const small = withSpectrum([5, 3, 1, 0.5, -0.2, -4], 2);
    const { eigenvalues, eigenvectors, iterations } = await shortLanczos(small.operator, options);
    expect(iterations).toBe(6);
    expect(eigenvalues).toHaveLength(4);
    rowsOf(eigenvectors, 6).forEach((row, i) => {
      expect(eigenvalues[i]).toBeCloseTo([5, 3, 1, 0.5][i], 10);
      expect(Math.abs(dot(row, small.eigenvector(i)))).toBeCloseTo(1, 6);
      expect(norm(row)).toBeCloseTo(1, 6);
    });
  });

  it('gives nothing where nothing is positive', async () => {
    const negative = withSpectrum([-1, -2, -3], 1);
    expect((await shortLanczos(negative.operator, options)).eigenvalues).toHaveLength(0);
  });

  it('gives the same bytes again, and others from another seed', async () => {
    const [first, second] = [await shortLanczos(known.operator, options), await shortLanczos(known.operator, options)];
    expect(second).toEqual(first);
    const other = await shortLanczos(known.operator, { ...options, seed: 2 });
    expect(other.eigenvectors.subarray(0, SIZE)).not.toEqual(first.eigenvectors.subarray(0, SIZE));
  });

  it('tells of every product', async () => {
    const told: string[] = [];
    const onProgress = (done: number, total: number) => void told.push(`${done}/${total}`);
    await shortLanczos(known.operator, { ...options, iterations: 3, onProgress });
    expect(told).toEqual(['1/3', '2/3', '3/3']);
  });
});

describe('shortLanczos refuses', () => {
  it.each([0, -1, 2.5, NaN])('%s iterations', async (iterations) => {
    expect(await problemOf(() => shortLanczos(known.operator, { ...options, iterations }))).toBe(
      `exit 1: ${iterations} Lanczos iterations; expected a whole number of at least 1`,
    );
  });

  it('what does not fit into the memory, before the first product', async () => {
    let products = 0;
    const operator = {
      size: 100_000,
      apply(vector: Float64Array) {
        products++;
        return vector;
      },
    };
    const wayOut = (fewer: string) => `${fewer} (--iterations)`;
    expect(await problemOf(() => shortLanczos(operator, { ...options, memory: 5e7, wayOut }))).toMatch(
      /^exit 2: 60 Lanczos iterations with 100000 parameters need \d+ MB of memory, and 50 MB are available: ask for fewer \(--iterations\)$/,
    );
    expect(products).toBe(0);
  });

  it('products that are not finite', async () => {
    const operator = { size: 10, apply: (vector: Float64Array) => vector.map(() => NaN) };
    expect(await problemOf(() => shortLanczos(operator, options))).toMatch(/^exit 1: product 1 of the Hessian has NaN/);
  });
});
