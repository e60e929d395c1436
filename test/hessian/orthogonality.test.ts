import { describe, expect, it } from 'vitest';
import type { OpenBasis } from '../../src/hessian/basis.ts';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { NativeBasis } from '../../src/hessian/native-basis.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';
import { PlainBasis } from '../../src/hessian/plain-basis.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { departureFromOrthonormal, largestDifference, norm, residualsOf, rowsOf, withSpectrum } from './matrices.ts';

const SIZE = 2000;
const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 2 });
// Stored entries are rounded by 2⁻²⁴. Native sums of 256 float32 products add some such roundings where vectors live on few
// entries: 3e-7 was seen in the last of these spectra, 1e-8 where entries are alike.
const kinds: [string, OpenBasis, number][] = [
  ['arrays', (size, storage) => new PlainBasis(size, storage), 2 ** -23],
  ['native tensors', (size, storage) => new NativeBasis(backend, size, storage, 64), 2 ** -21],
];

const spectra: [string, (i: number) => number][] = [
  ['of a network', (i) => 114 / (i + 1) ** 0.96],
  ['of ten tight clusters', (i) => (i < 300 ? 100 - (i % 10) + 1e-6 * i : 1 / (i + 1))],
  ['of five values, forty times each', (i) => (i < 200 ? 50 - 5 * (i % 5) : 1 - i / SIZE)],
  ['with negative eigenvalues as large as the positive', (i) => (i % 2 ? -1 : 1) * 50 * 0.97 ** (i / 2)],
];

// Channel: plain dot products of the vectors that Lanczos hands out, which are those it stores; more than 300 of them.
describe.each(kinds)('vectors of Lanczos in %s', (_, openBasis, rounding) => {
  it.each(spectra)('are orthogonal to the rounding of float32, a spectrum %s', async (_, eigenvalue) => {
    const spectrum = Array.from({ length: SIZE }, (_, i) => eigenvalue(i)).sort((a, b) => b - a);
    const known = withSpectrum(spectrum, 1, Math.fround, 2 ** -24);
    const handedOut: Float64Array[] = [];
    const operator = operatorFrom(
      SIZE,
      (vector) => {
        handedOut.push(vector.slice());
        return known.operator.apply(vector);
      },
      2 ** -24,
    );
    const pairs = await lanczos(operator, { eigenpairs: 150, tolerance: 1e-6, certify: false, openBasis });
    expect(pairs.products).toBeGreaterThan(300);
    // Vectors of the space up to where a second start begins, or converged ones are kept instead.
    const space = handedOut.slice(0, Math.min(pairs.iterations, 350));
    expect(departureFromOrthonormal(space)).toBeLessThan(rounding);
    // No spurious copies: as many of each value as the matrix has.
    expect(largestDifference(pairs.eigenvalues, spectrum.slice(0, 150))).toBeLessThan(1e-6 * spectrum[0]);
    const rows = rowsOf(pairs.eigenvectors, SIZE);
    expect(departureFromOrthonormal(rows)).toBeLessThan(1e-6);
    expect(Math.max(...(await residualsOf(known.operator, rows, pairs.eigenvalues)))).toBeLessThan(2e-6 * spectrum[0]);
  });
});

describe('Lanczos in native tensors', () => {
  const spectrum = Array.from({ length: 600 }, (_, i) => 30 / (i + 1) ** 1.5);
  const openBasis: OpenBasis = (size, storage) => new NativeBasis(backend, size, storage, 16);

  // Channel: the spectrum the matrix was made of. Products of float64 get vectors of float64.
  it('keeps float64 to its rounding', async () => {
    const { operator } = withSpectrum(spectrum);
    const handedOut: Float64Array[] = [];
    const watched = operatorFrom(600, (vector) => {
      handedOut.push(vector.slice());
      return operator.apply(vector);
    });
    const pairs = await lanczos(watched, { eigenpairs: 60, tolerance: 1e-10, certify: false, openBasis });
    expect(departureFromOrthonormal(handedOut.slice(0, pairs.iterations))).toBeLessThan(1e-14);
    expect(largestDifference(pairs.eigenvalues, spectrum.slice(0, 60))).toBeLessThan(1e-12);
  });

  // Channel: arrays. The same pairs, up to signs, within the rounding of float32 products.
  it('finds the pairs that arrays find, and the same bytes every time', async () => {
    const { operator } = withSpectrum(spectrum, 3, Math.fround, 2 ** -24);
    const plain = await lanczos(operator, { eigenpairs: 40 });
    const native = await lanczos(operator, { eigenpairs: 40, openBasis });
    expect(largestDifference(native.eigenvalues, plain.eigenvalues)).toBeLessThan(1e-6 * spectrum[0]);
    const [one, other] = [native, plain].map(({ eigenvectors }) => rowsOf(eigenvectors, 600));
    one.forEach((row, i) => {
      const apart = norm(row.map((value, at) => value - other[i][at]));
      const mirrored = norm(row.map((value, at) => value + other[i][at]));
      // Both are within the residual over the gap of the truth.
      expect(Math.min(apart, mirrored)).toBeLessThan(2 * (native.residualOverGap[i] + plain.residualOverGap[i]) + 1e-6);
    });
    expect(await lanczos(operator, { eigenpairs: 40, openBasis })).toEqual(native);
  });
});
