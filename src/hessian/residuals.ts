/** Eigenpairs put to the test by products of their own. */
import { RunError } from '../errors.ts';
import { checkedNorm } from './krylov.ts';
import type { SymmetricOperator } from './operator.ts';

/** What fresh products say about k vectors. */
export interface FreshResiduals {
  /** vᵀHv / vᵀv [k]. */
  readonly rayleighQuotients: Float64Array;
  /** ‖Hv − λv‖ [k]. */
  readonly residuals: Float64Array;
}

/**
 * Rayleigh quotients and residuals of given vectors, one fresh product each. The operator may be another than the one the
 * vectors were computed with (the full data after a subset).
 *
 * @param eigenvectors [k, d] row-major, unit rows
 * @param eigenvalues λ [k] of the residuals; the Rayleigh quotients where absent, which make the residuals smallest
 * @param afterEach awaited after every product, with the number done
 * @throws RunError if a product is not finite, or the lengths do not fit
 */
export async function freshResiduals(
  operator: SymmetricOperator,
  eigenvectors: Float32Array | Float64Array,
  eigenvalues?: ArrayLike<number>,
  afterEach?: (done: number) => void | Promise<void>,
): Promise<FreshResiduals> {
  const { size } = operator;
  const count = eigenvectors.length / size;
  if (!Number.isInteger(count) || (eigenvalues && eigenvalues.length !== count))
    throw new RunError(
      `${eigenvectors.length} numbers with ${eigenvalues?.length ?? 'no'} eigenvalues are not eigenvectors of an operator of size ${size}`,
    );
  const rayleighQuotients = new Float64Array(count);
  const residuals = new Float64Array(count);
  const vector = new Float64Array(size);
  for (let pair = 0; pair < count; pair++) {
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
    rayleighQuotients[pair] = quotient;
    residuals[pair] = Math.sqrt(residual);
    await afterEach?.(pair + 1);
  }
  return { rayleighQuotients, residuals };
}
