/** The space Lanczos grows: orthonormal vectors, the operator's tridiagonal projection on them, and what it does not know yet. */
import { RunError } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import { normalise, type OpenBasis, orthogonalise, type OrthonormalBasis, type RowStorage } from './basis.ts';
import { FLOAT32_PRECISION, type SymmetricOperator } from './operator.ts';
import { tridiagonalEigen, tridiagonalRow } from './tridiagonal.ts';

/** Below this many roundings of a product the remainder of a step is rounding, and no direction. */
const ROUNDINGS = 10;
/** A random vector that loses more than this in becoming orthogonal is made orthogonal once more. */
const LOSS = 0.1;

/** Approximate eigenpairs of a Krylov space, or of a part of it. */
export interface RitzPairs {
  /** Descending. */
  readonly values: Float64Array;
  /** ‖Hy − θy‖ in exact arithmetic: for each pair the last component of its coordinates times the step's remainder. */
  readonly residuals: Float64Array;
}

/**
 * Lanczos' three-term recurrence with full reorthogonalisation, one product a step. Where the remainder of a
 * step is lost in rounding the space is invariant, and the next step starts from a random vector orthogonal to it.
 */
export class KrylovSpace {
  /** Where the part that is growing begins: rows before it are coupled to it by rounding only. */
  partStart = 0;
  /** The largest ‖Hv‖ seen: a lower bound of ‖H‖, and within a few steps close to it. */
  scale = 0;
  /** Products spent so far. */
  products = 0;
  private readonly operator: SymmetricOperator;
  private readonly random: RandomStream;
  private readonly precision: number;
  private readonly storage: RowStorage;
  private readonly openBasis: OpenBasis;
  private basis: OrthonormalBasis;
  private diagonal: number[] = [];
  /** Entry j couples rows j and j+1. */
  private offDiagonal: number[] = [];
  /** Remainder of the last step of each part, at that step's row; 0 at all other rows. */
  private remainder: number[] = [];
  /** The last step's vector, and what it left; the one before. */
  private vector: Float64Array;
  private previous: Float64Array;
  private coefficients = new Float64Array(64);
  private startsAnew = true;
  private largestAsymmetry = 0;

  constructor(operator: SymmetricOperator, random: RandomStream, openBasis: OpenBasis) {
    const precision = operator.relativePrecision ?? FLOAT32_PRECISION;
    this.operator = operator;
    this.random = random;
    this.storage = precision < FLOAT32_PRECISION ? 'float64' : 'float32';
    this.precision = precision;
    this.openBasis = openBasis;
    this.basis = openBasis(operator.size, this.storage);
    this.vector = new Float64Array(operator.size);
    this.previous = new Float64Array(operator.size);
  }

  /** Dimension of the space. */
  get count(): number {
    return this.basis.count;
  }

  /** Dimension of its orthogonal complement. */
  get dimensionLeft(): number {
    return this.operator.size - this.basis.count;
  }

  /** Whether the space is all there is. */
  get isComplete(): boolean {
    return this.basis.count === this.operator.size;
  }

  /** Whether nothing couples the growing part to what lies outside the space. */
  get isInvariant(): boolean {
    const last = this.count - 1;
    return last >= 0 && this.remainder[last] <= ROUNDINGS * this.precision * this.scale;
  }

  /** The largest |vᵢᵀHvⱼ − vⱼᵀHvᵢ| seen, over {@link scale}: rounding, or an operator that is not symmetric. */
  get asymmetry(): number {
    return this.scale === 0 ? 0 : this.largestAsymmetry / this.scale;
  }

  /** The next step starts a new part, from a random vector orthogonal to the space. */
  startPart(): void {
    this.startsAnew = true;
  }

  /** One step: one vector more, one product. @throws RunError if the product is not finite or has a wrong length */
  async step(): Promise<void> {
    this.prepareVector();
    const { basis, vector, previous } = this;
    basis.push(vector);
    const last = basis.count - 1;
    this.products++;
    const product = await this.operator.apply(vector);
    const norm = checkedNorm(product, this.operator.size, this.products);
    this.scale = Math.max(this.scale, norm);
    if (this.coefficients.length < basis.count) this.coefficients = new Float64Array(2 * basis.count);

    // The recurrence first, in float64: what is left is nearly orthogonal already, and one pass over the basis is enough.
    const before = last > 0 ? this.offDiagonal[last - 1] : 0;
    const along = recur(product, vector, before, previous);
    // `previous` now holds the remainder, and `vector` the vector it came from.
    this.vector = previous;
    this.previous = vector;
    const remainder = orthogonalise(basis, this.vector, this.coefficients);
    this.recordAsymmetry(last);
    this.diagonal.push(along + this.coefficients[last]);
    this.offDiagonal.push(0);
    // Of a complete space the remainder is rounding.
    this.remainder.push(this.isComplete ? 0 : remainder);
  }

  /** Ritz pairs of the whole space, or of the growing part alone. O(n²) */
  ritz(from = 0): RitzPairs {
    const { eigenvalues, row } = tridiagonalRow(
      this.diagonal.slice(from),
      this.offDiagonal.slice(from),
      this.remainder.slice(from),
    );
    return { values: eigenvalues, residuals: row.map(Math.abs) };
  }

  /**
   * Ritz vectors [chosen.length, d] row-major, unit rows, and their values. O(n³) for the coordinates
   *
   * @param chosen indices into the descending Ritz values of the whole space
   */
  ritzVectors(chosen: readonly number[]): { readonly values: Float64Array; readonly vectors: Float32Array } {
    const n = this.count;
    const { eigenvalues, eigenvectors } = tridiagonalEigen(this.diagonal, this.offDiagonal);
    const weights = new Float64Array(chosen.length * n);
    chosen.forEach((pair, i) => {
      for (let row = 0; row < n; row++) weights[i * n + row] = eigenvectors[row * n + pair];
    });
    return {
      values: Float64Array.from(chosen, (pair) => eigenvalues[pair]),
      vectors: this.basis.combine(weights, chosen.length),
    };
  }

  /** Frees the basis. */
  dispose(): void {
    this.basis.dispose();
  }

  /** Forgets the growing part; the next step starts a new one. */
  dropPart(): void {
    this.basis.truncate(this.partStart);
    for (const list of [this.diagonal, this.offDiagonal, this.remainder]) list.length = this.partStart;
    this.startsAnew = true;
  }

  /**
   * Keeps of the space only the Ritz vectors whose residual is at most `residual`, each a part of its own; the next step
   * starts from a random vector orthogonal to them.
   */
  keepConverged(residual: number): void {
    const { values, residuals } = this.ritz();
    const kept = [...values.keys()].filter((pair) => residuals[pair] <= residual);
    const { vectors } = this.ritzVectors(kept);
    const { size } = this.operator;
    this.basis.dispose();
    this.basis = this.openBasis(size, this.storage);
    const row = new Float64Array(size);
    for (let i = 0; i < kept.length; i++) {
      row.set(vectors.subarray(i * size, (i + 1) * size));
      orthogonalise(this.basis, row, this.coefficients);
      normalise(row);
      this.basis.push(row);
    }
    this.diagonal = kept.map((pair) => values[pair]);
    this.offDiagonal = kept.map(() => 0);
    this.remainder = kept.map((pair) => residuals[pair]);
    this.startsAnew = true;
  }

  /** Puts the unit vector of the next step into `vector`: the last step's remainder, or a random one. */
  private prepareVector(): void {
    const { vector, count } = this;
    if (!this.startsAnew && !this.isInvariant) {
      const remainder = this.remainder[count - 1];
      for (let i = 0; i < vector.length; i++) vector[i] /= remainder;
      this.offDiagonal[count - 1] = remainder;
      this.remainder[count - 1] = 0;
      return;
    }
    this.partStart = count;
    this.startsAnew = false;
    let left = 0;
    while (left === 0) {
      for (let i = 0; i < vector.length; i++) vector[i] = this.random.normal();
      left = orthogonalise(this.basis, vector, this.coefficients);
    }
    normalise(vector);
    if (left < LOSS * Math.sqrt(vector.length)) {
      orthogonalise(this.basis, vector, this.coefficients);
      normalise(vector);
    }
  }

  /** Takes the last product's components along earlier vectors for what they are: rounding, or asymmetry. */
  private recordAsymmetry(last: number): void {
    for (let row = 0; row < last; row++) {
      // Rows where a part was cut have couplings to later parts that are not kept.
      if (this.remainder[row] > 0) continue;
      // What symmetry makes them is out already: the coupling to the vector before, and nothing along all others.
      this.largestAsymmetry = Math.max(this.largestAsymmetry, Math.abs(this.coefficients[row]));
    }
  }
}

/**
 * Paige's recurrence: w = Hv − βu − αv with α = v·(Hv − βu), u the vector before v.
 *
 * @param product Hv, not changed
 * @param previous u, overwritten with w
 * @returns α
 */
function recur(product: Float64Array, vector: Float64Array, beta: number, previous: Float64Array): number {
  let alpha = 0;
  for (let i = 0; i < vector.length; i++) {
    const left = product[i] - beta * previous[i];
    previous[i] = left;
    alpha += vector[i] * left;
  }
  for (let i = 0; i < vector.length; i++) previous[i] -= alpha * vector[i];
  return alpha;
}

/**
 * The norm of a product.
 *
 * @param number which product this is, for the message
 * @throws RunError if it is not finite or not of the operator's size
 */
export function checkedNorm(product: Float64Array, size: number, number: number): number {
  if (product.length !== size)
    throw new RunError(`product ${number} of the operator has ${product.length} entries; its size says ${size}`);
  let square = 0;
  for (let i = 0; i < size; i++) square += product[i] * product[i];
  if (Number.isFinite(square)) return Math.sqrt(square);
  const entry = product.findIndex((value) => !Number.isFinite(value));
  const found = entry < 0 ? 'overflows when squared' : `has ${product[entry]} as entry ${entry}`;
  throw new RunError(
    `product ${number} of the Hessian ${found}: the loss or its derivatives are not finite at these weights; ` +
      'look at the training loss, and lower the learning rate if it diverged',
  );
}
