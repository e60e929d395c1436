import { describe, expect, it } from 'vitest';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';
import { randomStream } from '../../src/random.ts';
import { jacobiEigen } from '../oracle/jacobi-reference.ts';
import { departureFromOrthonormal, dot, largestDifference, residualsOf, rowsOf, withSpectrum } from './matrices.ts';

/** Like a network's Hessian: few large eigenvalues, a long tail to 0, some slightly negative. */
const networkLike = (size: number) =>
  Array.from({ length: size }, (_, i) => (i < size - 10 ? 30 / (i + 1) ** 1.5 : -1e-3 * (i - size + 11)));

// Eigenvectors come back as float32: ‖Hv − λv‖ is at best about 2⁻²⁴‖H‖.
const FLOAT32_ROWS = 2e-7;

describe('lanczos on matrices of known spectrum', () => {
  // Channel: the spectrum the matrix was made of, and its eigenvectors. λ errs by the square of the residual over the gap.
  it.each([
    [300, 1, 1e-5],
    [300, 20, 1e-5],
    [300, 20, 1e-3],
    [1000, 60, 1e-5],
    [1000, 5, 1e-6],
  ])('d = %i: the %i leading pairs to %d', async (size, wanted, tolerance) => {
    const spectrum = networkLike(size);
    const known = withSpectrum(spectrum, size);
    const pairs = await lanczos(known.operator, { eigenpairs: wanted, tolerance });
    const rows = rowsOf(pairs.eigenvectors, size);
    expect(rows).toHaveLength(wanted);
    // Each λ lies within its residual of an eigenvalue (Weinstein), here the right one.
    expect(largestDifference(pairs.eigenvalues, spectrum.slice(0, wanted))).toBeLessThan(tolerance * spectrum[0]);
    expect(departureFromOrthonormal(rows)).toBeLessThan(1e-6);
    for (const [i, row] of rows.entries()) {
      const gap = Math.min(spectrum[i] - spectrum[i + 1], i > 0 ? spectrum[i - 1] - spectrum[i] : Infinity);
      // Davis–Kahan: sin of the angle ≤ residual / gap, so 1 − |cos| ≤ half its square.
      const cosine = Math.abs(dot(row, known.eigenvector(i)));
      expect(1 - cosine).toBeLessThan(2 * ((tolerance * spectrum[0]) / gap) ** 2 + 1e-6);
    }
    // Residuals by products of the test's own: those reported are these, and within the tolerance.
    const residuals = await residualsOf(known.operator, rows, pairs.eigenvalues);
    expect(largestDifference(residuals, pairs.residuals)).toBeLessThan(1e-13 * spectrum[0]);
    expect(Math.max(...residuals)).toBeLessThanOrEqual(tolerance * spectrum[0]);
    expect(pairs.converged).toBe(wanted);
    expect(pairs.iterations).toBeLessThan(size);
    expect(pairs.asymmetry).toBeLessThan(1e-13);
  });

  // Channel: a dense Jacobi solver, on a matrix without any structure.
  it('agrees with Jacobi rotations on a random dense matrix, all pairs and some', async () => {
    const size = 60;
    const random = randomStream(2, 'test/hessian/dense');
    const matrix = Array.from({ length: size }, () => new Float64Array(size));
    for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) matrix[i][j] = matrix[j][i] = random.normal();
    const dense = operatorFrom(size, (v) => Float64Array.from(matrix, (row) => dot(row, v)));
    const expected = jacobiEigen(matrix);
    for (const wanted of [1, 7, size - 1, size]) {
      const pairs = await lanczos(dense, { eigenpairs: wanted, tolerance: 1e-6 });
      // λ errs by residual²/gap; the residual is at most half the tolerance times ‖H‖ ≈ 15.
      expect(largestDifference(pairs.eigenvalues, expected.eigenvalues.subarray(0, wanted))).toBeLessThan(1e-8);
      rowsOf(pairs.eigenvectors, size).forEach((row, i) =>
        expect(Math.abs(dot(row, expected.eigenvectors[i]))).toBeCloseTo(1, 7),
      );
      // vᵀHv of the vectors as they were returned, by plain sums.
      rowsOf(pairs.eigenvectors, size).forEach((row, i) => {
        const product = Float64Array.from(matrix, (other) => dot(other, row));
        expect(pairs.rayleighQuotients[i]).toBeCloseTo(dot(row, product) / dot(row, row), 10);
      });
    }
  });

  // Channel: the spectrum the matrix was made of.
  it('finds all pairs of a matrix with clusters, negative and zero eigenvalues', async () => {
    const cluster = Array.from({ length: 40 }, (_, i) => 1 + 1e-9 * i).reverse();
    const spectrum = [100, 99.99, ...cluster, 1e-3, 1e-3, 0, 0, 0, -1e-4, -7, -50].sort((a, b) => b - a);
    const known = withSpectrum(spectrum);
    const pairs = await lanczos(known.operator, { eigenpairs: spectrum.length });
    expect(largestDifference(pairs.eigenvalues, spectrum)).toBeLessThan(1e-12 * 100);
    const rows = rowsOf(pairs.eigenvectors, spectrum.length);
    expect(departureFromOrthonormal(rows)).toBeLessThan(1e-6);
    expect(Math.max(...(await residualsOf(known.operator, rows, pairs.eigenvalues)))).toBeLessThan(FLOAT32_ROWS * 100);
    expect(pairs.lowest.eigenvalue).toBeCloseTo(-50, 10);
  });

  it('sorts algebraically: large negative eigenvalues do not count as leading', async () => {
    const spectrum = [5, 3, ...new Array(200).fill(0).map((_, i) => -i / 10)].sort((a, b) => b - a);
    const pairs = await lanczos(withSpectrum(spectrum).operator, { eigenpairs: 3 });
    expect(largestDifference(pairs.eigenvalues, [5, 3, 0])).toBeLessThan(1e-4);
    // The tolerance is in units of the largest magnitude, here that of the lowest eigenvalue: 19.9.
    expect(Math.max(...pairs.residuals)).toBeLessThan(1e-5 * 19.9);
    expect(pairs.lowest.eigenvalue).toBeCloseTo(-19.9, 3);
  });

  it('finds negative eigenvalues only, where there are no others', async () => {
    const spectrum = Array.from({ length: 100 }, (_, i) => -0.1 - i);
    const pairs = await lanczos(withSpectrum(spectrum).operator, { eigenpairs: 2, tolerance: 1e-7 });
    expect(largestDifference(pairs.eigenvalues, [-0.1, -1.1])).toBeLessThan(1e-5);
  });

  // Channel: the spectrum the matrix was made of. Products rounded to float32 as a float32 back end rounds them.
  it('keeps to the tolerance with float32 products', async () => {
    const size = 400;
    const spectrum = networkLike(size);
    const known = withSpectrum(spectrum, 3, Math.fround, 2 ** -24);
    const pairs = await lanczos(known.operator, { eigenpairs: 30 });
    expect(pairs.converged).toBe(30);
    expect(largestDifference(pairs.eigenvalues, spectrum.slice(0, 30))).toBeLessThan(1e-6 * spectrum[0]);
    expect(pairs.asymmetry).toBeLessThan(1e-6);
    const all = await lanczos(known.operator, { eigenpairs: size });
    expect(largestDifference(all.eigenvalues, spectrum)).toBeLessThan(2e-6 * spectrum[0]);
    expect(departureFromOrthonormal(rowsOf(all.eigenvectors, size))).toBeLessThan(1e-6);
  });
});
