/**
 * What the eigenvalue algorithms see of a Hessian: a size and its product with a vector. Depends on nothing.
 */

/** A real symmetric matrix known only by its products with vectors. */
export interface SymmetricOperator {
  /** Number of rows and columns, d. */
  readonly size: number;
  /**
   * Relative rounding of a product: its error is of the order of relativePrecision·‖H‖·‖v‖. 2⁻²⁴ where the inside is
   * float32, 2⁻⁵³ where it is float64. What is absent is taken as float32.
   */
  readonly relativePrecision?: number;
  /**
   * The product Hv.
   *
   * @param vector v, float64 [d]; not to be changed, by either side, before the product is there, and not to be kept after that
   * @returns Hv, float64 [d]; the caller is done with it before it asks for the next product, so that it may be reused
   */
  apply(vector: Float64Array): Float64Array | Promise<Float64Array>;
}

/** Relative rounding of float32 arithmetic, 2⁻²⁴. */
export const FLOAT32_PRECISION = 2 ** -24;

/** Relative rounding of float64 arithmetic, 2⁻⁵³. */
export const FLOAT64_PRECISION = 2 ** -53;

/**
 * A closure as an operator.
 *
 * @param size number of rows and columns
 * @param apply the product, as in {@link SymmetricOperator.apply}
 * @param relativePrecision relative rounding of a product; float64 unless said otherwise
 */
export function operatorFrom(
  size: number,
  apply: SymmetricOperator['apply'],
  relativePrecision = FLOAT64_PRECISION,
): SymmetricOperator {
  return { size, relativePrecision, apply };
}
