/**
 * Orthonormal vectors kept as rows: what Lanczos asks of whoever keeps them, and Gram–Schmidt by it. Lanczos knows only
 * this, so that rows may be arrays of JavaScript or tensors of a native library. Depends on nothing.
 */

/** Rows of float32 (4 bytes an entry) or float64 (8 bytes). */
export type RowStorage = 'float32' | 'float64';

/** A growing set of orthonormal rows [count, size]. One call is waited for before the next is made. */
export interface OrthonormalBasis {
  readonly size: number;
  /** Number of rows stored. */
  readonly count: number;
  /** Stores a vector [size] as the next row, and puts what was stored, rounded, back into it. */
  push(vector: Float64Array): void;
  /** Drops all rows from `count` on. */
  truncate(count: number): Promise<void>;
  /**
   * One pass of Gram–Schmidt: takes the vector's components along all rows out of it. Rows may be taken one after another,
   * in groups, or all at once.
   *
   * @param vector [size], changed in place; its own sums are float64
   * @param components [≥ count], row i's is added to entry i
   */
  removeComponents(vector: Float64Array, components: Float64Array): Promise<void>;
  /**
   * Linear combinations of the rows.
   *
   * @param weights [wanted, count] row-major
   * @returns [wanted, size] row-major, scaled to unit length. Holds little more than the result beside the rows
   */
  combine(weights: Float64Array, wanted: number): Promise<Float32Array>;
  /** Frees the rows. */
  dispose(): void;
}

/** Where the rows of a basis lie on disk, as they were pushed. */
export interface RowsOnDisk {
  /** Fills an array with rows from `first` on. */
  readRows(first: number, into: Float32Array | Float64Array): void;
}

/** Rows beyond so many bytes are read from the disk whenever they are needed. */
export interface Spill {
  readonly rows: RowsOnDisk;
  readonly residentBytes: number;
}

/** How Lanczos gets a basis. One that knows no disk keeps all rows in memory. Results do not depend on where rows lie. */
export type OpenBasis = (size: number, storage: RowStorage, spill?: Spill) => OrthonormalBasis;

/** A pass that removes no more than this part of what is left leaves nothing worth a second one. */
const NEGLIGIBLE = 0.01;

/**
 * Makes a vector orthogonal to all rows of a basis: one pass, and a second where the first removed more than a hundredth
 * of what it left ("twice is enough": Giraud, Langou & Rozložník 2005, Numer. Math. 101, 87; the criterion is that of
 * Daniel, Gragg, Kaufman & Stewart 1976, Math. Comp. 30, 772, stricter). A pass leaves (1 − QᵀQ)c of the components c:
 * with ‖c‖ a hundredth of the rest no row of up to 10⁴ is less orthogonal than those before it, whatever their errors.
 *
 * @param vector w [size], changed in place
 * @param coefficients [≥ count], receives rowᵢ·w for every row, all passes summed
 * @returns the norm of what is left
 */
export async function orthogonalise(
  basis: OrthonormalBasis,
  vector: Float64Array,
  coefficients: Float64Array,
): Promise<number> {
  const { count } = basis;
  coefficients.fill(0, 0, count);
  await basis.removeComponents(vector, coefficients);
  const left = normOf(vector);
  if (normOf(coefficients.subarray(0, count)) <= NEGLIGIBLE * left) return left;
  await basis.removeComponents(vector, coefficients);
  return normOf(vector);
}

/** ‖vector‖. */
export function normOf(vector: Float32Array | Float64Array): number {
  let square = 0;
  for (let i = 0; i < vector.length; i++) square += vector[i] * vector[i];
  return Math.sqrt(square);
}

/** Scales a vector to unit length; what has no length is left alone. */
export function normalise(vector: Float32Array | Float64Array): void {
  const norm = normOf(vector);
  if (norm === 0) return;
  const scale = 1 / norm;
  for (let i = 0; i < vector.length; i++) vector[i] *= scale;
}
