/** Eigenpairs put to the test by products of their own. */
import { RunError } from '../errors.ts';
import { checkedNorm } from './product.ts';
import type { SymmetricOperator } from './operator.ts';

/** What fresh products say about k vectors; NaN where there was none. */
export interface FreshResiduals {
  /** vᵀHv / vᵀv [k]. */
  readonly rayleighQuotients: Float64Array;
  /** ‖Hv − λv‖ [k]. */
  readonly residuals: Float64Array;
}

/** What of the work is wanted, and what is done already. */
export interface FreshOptions {
  /** λ [k] of the residuals; the Rayleigh quotients where absent, which make the residuals smallest. */
  readonly eigenvalues?: ArrayLike<number>;
  /** Vectors that get a product; all unless said otherwise. */
  readonly rows?: readonly number[];
  /** Results that are there already, to be completed in place. */
  readonly known?: FreshResiduals;
  /** Awaited after every product, with the number of vectors done and of those that are to be. */
  readonly afterEach?: (done: number, total: number, soFar: FreshResiduals) => void | Promise<void>;
}

/**
 * Rayleigh quotients and residuals of given vectors, one fresh product each. The operator may be another than the one the
 * vectors were computed with (the full data after a subset).
 *
 * @param eigenvectors [k, d] row-major, unit rows
 * @throws RunError if a product is not finite, or the lengths do not fit
 */
export async function freshResiduals(
  operator: SymmetricOperator,
  eigenvectors: Float32Array | Float64Array,
  { eigenvalues, rows, known, afterEach }: FreshOptions = {},
): Promise<FreshResiduals> {
  const { size } = operator;
  const count = eigenvectors.length / size;
  if (!Number.isInteger(count) || (eigenvalues && eigenvalues.length !== count))
    throw new RunError(
      `${eigenvectors.length} numbers with ${eigenvalues?.length ?? 'no'} eigenvalues are not eigenvectors of an operator of size ${size}`,
    );
  const results = known ?? nothingKnown(count);
  const vector = new Float64Array(size);
  const chosen = rows ?? [...Array(count).keys()];
  for (const [done, pair] of chosen.entries()) {
    if (!Number.isNaN(results.residuals[pair])) continue;
    vector.set(eigenvectors.subarray(pair * size, (pair + 1) * size));
    const product = await operator.apply(vector);
    checkedNorm(product, size, pair + 1);
    let square = 0;
    let quotient = 0;
    for (let i = 0; i < size; i++) {
      square += vector[i] * vector[i];
      quotient += vector[i] * product[i];
    }
    if (square > 0) quotient /= square;
    const eigenvalue = eigenvalues ? eigenvalues[pair] : quotient;
    let residual = 0;
    for (let i = 0; i < size; i++) residual += (product[i] - eigenvalue * vector[i]) ** 2;
    results.rayleighQuotients[pair] = quotient;
    results.residuals[pair] = Math.sqrt(residual);
    await afterEach?.(done + 1, chosen.length, results);
  }
  return results;
}

/** Results of no product at all, of k vectors. */
export const nothingKnown = (count: number): FreshResiduals => ({
  rayleighQuotients: new Float64Array(count).fill(NaN),
  residuals: new Float64Array(count).fill(NaN),
});
