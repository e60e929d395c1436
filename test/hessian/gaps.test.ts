import { describe, expect, it } from 'vitest';
import { residualOverGap } from '../../src/hessian/gaps.ts';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { dot, rowsOf, withSpectrum } from './matrices.ts';

const ratios = (eigenvalues: number[], residuals: number[], beyond?: number[]) => [
  ...residualOverGap(Float64Array.from(eigenvalues), Float64Array.from(residuals), beyond),
];

// Channel: arithmetic by hand.
describe('residual over gap', () => {
  it('takes the nearest other eigenvalue, above or below, in any order', () => {
    expect(ratios([8, 4, 3, -1], [1, 1, 1, 1])).toEqual([1 / 4, 1, 1, 1 / 4]);
    expect(ratios([3, 8, -1, 4], [1, 2, 1, 0.5])).toEqual([1, 1 / 2, 1 / 4, 1 / 2]);
  });

  it('counts eigenvalues whose vectors were not asked for', () => {
    expect(ratios([8, 4], [1, 1], [3.5, 0])).toEqual([1 / 4, 2]);
  });

  it('is infinite for equal eigenvalues, and 0 without a residual or without another eigenvalue', () => {
    expect(ratios([2, 2, 1], [1e-9, 0, 0])).toEqual([Infinity, 0, 0]);
    expect(ratios([2], [1])).toEqual([0]);
    expect(ratios([], [])).toEqual([]);
  });

  // Channel: the eigenvectors that the matrix was made of. sin of the angle ≤ residual / gap (Davis & Kahan).
  it('bounds the angle of the directions that Lanczos finds', async () => {
    const spectrum = [10, 9, 8.999, 8.9985, 5, 4.99999, 3, ...Array.from({ length: 400 }, (_, i) => 2 / (i + 1))];
    const known = withSpectrum(spectrum, 4, Math.fround, 2 ** -24);
    const pairs = await lanczos(known.operator, { eigenpairs: 7, tolerance: 1e-4 });
    rowsOf(pairs.eigenvectors, spectrum.length).forEach((row, i) => {
      const along = dot(row, known.eigenvector(i));
      const sine = Math.sqrt(Math.max(0, 1 - along * along));
      // Float32 products move the eigendirections themselves a little.
      expect(sine).toBeLessThan(pairs.residualOverGap[i] * 1.01 + 1e-3);
    });
    // The pair whose gap is a tenth of the tolerance is the one to be warned of.
    expect(pairs.residualOverGap[0]).toBeLessThan(1e-3);
    expect(Math.max(pairs.residualOverGap[4], pairs.residualOverGap[5])).toBeGreaterThan(0.01);
  });
});
