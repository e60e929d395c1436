import { describe, expect, it } from 'vitest';
import { pairsToCheck } from '../../src/hessian/certify.ts';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { NativeBasis } from '../../src/hessian/native-basis.ts';
import type { SymmetricOperator } from '../../src/hessian/operator.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { residualsOf, rowsOf, withSpectrum } from './matrices.ts';

const SIZE = 5200;
const WANTED = 80;
const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 2 });
const spectrum = Array.from({ length: SIZE }, (_, i) => 100 / (i + 1) ** 1.1);
const known = withSpectrum(spectrum, 1, Math.fround, 2 ** -24);
const options = {
  eigenpairs: WANTED,
  tolerance: 1e-5,
  openBasis: (size: number, storage: 'float32' | 'float64') => new NativeBasis(backend, size, storage, 16),
};

/** The operator, changed in some products. */
function changed(change: (product: Float64Array, vector: Float64Array, number: number) => Float64Array) {
  let number = 0;
  const operator: SymmetricOperator = {
    ...known.operator,
    apply: (vector) => change(known.operator.apply(vector) as Float64Array, vector, ++number),
  };
  return { operator, products: () => number };
}

describe('residuals of many pairs of a large operator', () => {
  // Channel: products of the float64 matrix with every vector, made here.
  it('are those that fresh products of all would give', async () => {
    const pairs = await lanczos(known.operator, options);
    expect(pairs.certified.fresh).toBe(33);
    expect(pairs.products).toBe(pairs.iterations + 33 + (pairs.products - pairs.iterations - 33));
    const exact = await residualsOf(known.operator, rowsOf(pairs.eigenvectors, SIZE), pairs.eigenvalues);
    // Products are rounded to float32: 100·2⁻²⁴ and a little from the vectors' own rounding.
    for (let i = 0; i < WANTED; i++) expect(Math.abs(pairs.residuals[i] - exact[i])).toBeLessThan(3e-5);
    expect(pairs.certified.disagreement).toBeLessThan(3e-7);
    expect(pairs.converged).toBe(WANTED);
  });

  // Channel: the residual of a pair of S + A, with A skew, is ‖Av‖ beside that of the pair of S: what the recurrence's own estimate cannot see.
  it('know of an operator that is not symmetric', async () => {
    const skewness = 0.5;
    const { operator } = changed((product, vector) => {
      for (let i = 0; i + 1 < SIZE; i += 2) {
        product[i] += skewness * vector[i + 1];
        product[i + 1] -= skewness * vector[i];
      }
      return product;
    });
    const { residuals, certified } = await lanczos(operator, options);
    const sampled = new Set(pairsToCheck(WANTED + 1, SIZE));
    const recorded = [...residuals].filter((_, i) => !sampled.has(i));
    expect(recorded.length).toBeGreaterThan(40);
    for (const residual of recorded) expect(residual).toBeGreaterThan(0.3 * skewness);
    expect(certified.disagreement).toBeLessThan(0.01);
  });

  it('are all made fresh where fresh ones say something else', async () => {
    let growing = true;
    const { operator } = changed((product, vector) => {
      // Later products are of another matrix.
      if (!growing) for (let i = 0; i < SIZE; i++) product[i] += 0.01 * (i % 2 ? 1 : -1) * vector[i];
      return product;
    });
    const { certified, residuals } = await lanczos(operator, {
      ...options,
      onProgress: ({ stage, converged, wanted }) => void (growing &&= stage !== 'checking' || converged < wanted),
    });
    expect(certified.fresh).toBe(WANTED + 1);
    for (const residual of residuals) expect(residual).toBeGreaterThan(5e-3);
  });

  it('are fresh for all of few pairs, or of a small operator', () => {
    expect(pairsToCheck(64, 1e6)).toHaveLength(64);
    expect(pairsToCheck(900, 881)).toHaveLength(900);
    const sample = pairsToCheck(1001, 1e6);
    expect(sample).toHaveLength(33);
    expect(sample[0]).toBe(0);
    expect(sample.slice(-2)).toEqual([999, 1000]);
    expect(new Set(sample).size).toBe(33);
    expect(new Set(pairsToCheck(65, 1e6)).size).toBe(33);
  });
});
