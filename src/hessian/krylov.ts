/** The space Lanczos grows: orthonormal vectors, the operator's tridiagonal projection on them, and what it does not know yet. */
import type { RandomStream } from '../random.ts';
import {
  normalise,
  type OpenBasis,
  orthogonalise,
  type OrthonormalBasis,
  type RowStorage,
  type Spill,
} from './basis.ts';
import { ProductColumns } from './columns.ts';
import { FLOAT32_PRECISION, type SymmetricOperator } from './operator.ts';
import { checkedNorm } from './product.ts';
import type { SpaceLog, SpaceState } from './space-log.ts';
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

/** Ritz vectors, and what the products that made the space say about them. */
export interface RitzVectors {
  readonly values: Float64Array;
  /** [k, d] row-major, unit rows. */
  readonly vectors: Float32Array;
  /**
   * ‖Hy − θy‖ with Hy = Σ sⱼ·Hqⱼ of the products Hqⱼ that were made, all they had along earlier rows included: unlike the
   * estimate, it knows of lost orthogonality, and of an operator that is not symmetric. NaN where products were forgotten.
   */
  readonly residuals: Float64Array;
  /** yᵀHy of the same products. */
  readonly rayleighQuotients: Float64Array;
}

/** What a random unit vector sees of the spectrum: a quadrature for the density of eigenvalues. */
export interface SpectralMeasure {
  /** Ritz values [m], descending. */
  readonly nodes: Float64Array;
  /** Share of the unit vector's square along each [m]: about the share of all d eigenvalues that lie there. */
  readonly weights: Float64Array;
}

/** The space's vectors are stored as precisely as products are. */
export const storageFor = ({ relativePrecision = FLOAT32_PRECISION }: Partial<SymmetricOperator>): RowStorage =>
  relativePrecision < FLOAT32_PRECISION ? 'float64' : 'float32';

/**
 * Lanczos' three-term recurrence with full reorthogonalisation, one product a step. Where the remainder of a
 * step is lost in rounding the space is invariant, and the next step starts from a random vector orthogonal to it.
 *
 * Between two steps, and only there, its state is whole: whoever saves it waits for what was asked of it.
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
  private readonly columns = new ProductColumns();
  /** Random start vectors drawn so far. */
  private startVectors = 0;
  /** Rows of the part that began with the first of these; null while it is still growing. */
  private firstPartEnd: number | null = null;
  /** Whether the space was made anew of its Ritz vectors, whose products were not kept. */
  private rebuilt = false;
  /** What the first start vector saw, of a space that was made anew. */
  private firstMeasure: SpectralMeasure | null = null;
  private readonly log: SpaceLog | null;
  private readonly spill: Spill | undefined;

  /**
   * @param log where the space is kept on disk as it grows
   * @param residentBytes of rows that may stay in memory; the rest is read from the log
   */
  constructor(
    operator: SymmetricOperator,
    random: RandomStream,
    openBasis: OpenBasis,
    log: SpaceLog | null = null,
    residentBytes = Infinity,
  ) {
    const precision = operator.relativePrecision ?? FLOAT32_PRECISION;
    this.operator = operator;
    this.random = random;
    this.storage = storageFor(operator);
    this.precision = precision;
    this.openBasis = openBasis;
    this.log = log;
    this.spill = log ? { rows: log, residentBytes } : undefined;
    this.basis = openBasis(operator.size, this.storage, this.spill);
    this.vector = new Float64Array(operator.size);
    this.previous = new Float64Array(operator.size);
  }

  /** Dimension of the operator, d. */
  get size(): number {
    return this.operator.size;
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

  /** All that growth depends on beside the rows and columns, which are in the log. */
  get state(): SpaceState {
    const { partStart, firstPartEnd, scale, products, startsAnew, startVectors, rebuilt } = this;
    return {
      diagonal: Float64Array.from(this.diagonal),
      offDiagonal: Float64Array.from(this.offDiagonal),
      remainder: Float64Array.from(this.remainder),
      vector: this.vector,
      previous: this.previous,
      firstMeasure: this.firstMeasure,
      scalars: {
        partStart,
        firstPartEnd,
        scale,
        products,
        startsAnew,
        asymmetry: this.largestAsymmetry,
        startVectors,
        rebuilt,
      },
    };
  }

  /** Goes on from a state, with the rows and columns of the log: every later step gives the bytes it would have given. */
  resume({ diagonal, offDiagonal, remainder, vector, previous, firstMeasure, scalars }: SpaceState): void {
    const log = this.log!;
    const { size } = this.operator;
    const row = this.storage === 'float32' ? new Float32Array(size) : new Float64Array(size);
    const pushed = new Float64Array(size);
    for (let i = 0; i < diagonal.length; i++) {
      log.readRows(i, row);
      pushed.set(row);
      this.basis.push(pushed);
    }
    for (const column of log.readColumns(diagonal.length)) this.columns.add(column);
    this.diagonal = [...diagonal];
    this.offDiagonal = [...offDiagonal];
    this.remainder = [...remainder];
    this.firstMeasure = firstMeasure;
    this.vector.set(vector);
    this.previous.set(previous);
    const { partStart, firstPartEnd, scale, products, startsAnew, asymmetry, startVectors, rebuilt } = scalars;
    Object.assign(this, { partStart, firstPartEnd, scale, products, startsAnew, startVectors, rebuilt });
    this.largestAsymmetry = asymmetry;
    for (let drawn = 0; drawn < startVectors * size; drawn++) this.random.normal();
  }

  /** One step: one vector more, one product. @throws RunError if the product is not finite or has a wrong length */
  async step(): Promise<void> {
    await this.prepareVector();
    const { basis, vector, previous } = this;
    this.push(vector);
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
    const remainder = await orthogonalise(basis, this.vector, this.coefficients);
    this.recordAsymmetry(last);
    this.recordColumn(last);
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
   * Ritz vectors and their values. O(n³) for the coordinates
   *
   * @param chosen indices into the descending Ritz values of the whole space
   */
  async ritzVectors(chosen: readonly number[]): Promise<RitzVectors> {
    const n = this.count;
    const { eigenvalues, eigenvectors } = tridiagonalEigen(this.diagonal, this.offDiagonal);
    const weights = new Float64Array(chosen.length * n);
    chosen.forEach((pair, row) => {
      for (let i = 0; i < n; i++) weights[row * n + i] = eigenvectors[i * n + pair];
    });
    const residuals = new Float64Array(chosen.length).fill(NaN);
    const rayleighQuotients = Float64Array.from(chosen, (pair) => eigenvalues[pair]);
    if (!this.rebuilt)
      for (let row = 0; row < chosen.length; row++) {
        const { residual, shift } = this.columns.beyondRecurrence(
          weights.subarray(row * n, (row + 1) * n),
          this.remainder,
        );
        residuals[row] = residual;
        rayleighQuotients[row] += shift;
      }
    return {
      values: Float64Array.from(chosen, (pair) => eigenvalues[pair]),
      vectors: await this.basis.combine(weights, chosen.length),
      residuals,
      rayleighQuotients,
    };
  }

  /** What the first start vector sees of the spectrum. */
  measure(): SpectralMeasure {
    if (this.firstMeasure) return this.firstMeasure;
    const end = this.firstPartEnd ?? this.count;
    const first = new Float64Array(end);
    first[0] = 1;
    const { eigenvalues, row } = tridiagonalRow(this.diagonal.slice(0, end), this.offDiagonal.slice(0, end - 1), first);
    return { nodes: eigenvalues, weights: row.map((component) => component * component) };
  }

  /** Frees the basis. */
  dispose(): void {
    this.basis.dispose();
  }

  /** Forgets the growing part; the next step starts a new one. */
  async dropPart(): Promise<void> {
    await this.basis.truncate(this.partStart);
    this.log?.truncate(this.partStart);
    this.columns.truncate(this.partStart);
    for (const list of [this.diagonal, this.offDiagonal, this.remainder]) list.length = this.partStart;
    if (this.firstPartEnd === this.partStart) this.firstPartEnd = null;
    this.startsAnew = true;
  }

  /**
   * Keeps of the space only the Ritz vectors whose residual is at most `residual`, each a part of its own; the next step
   * starts from a random vector orthogonal to them.
   */
  async keepConverged(residual: number): Promise<void> {
    this.firstMeasure = this.measure();
    const { values, residuals } = this.ritz();
    const kept = [...values.keys()].filter((pair) => residuals[pair] <= residual);
    const { vectors } = await this.ritzVectors(kept);
    const { size } = this.operator;
    this.basis.dispose();
    this.log?.begin();
    this.basis = this.openBasis(size, this.storage, this.spill);
    this.columns.truncate(0);
    this.rebuilt = true;
    const row = new Float64Array(size);
    for (let i = 0; i < kept.length; i++) {
      row.set(vectors.subarray(i * size, (i + 1) * size));
      await orthogonalise(this.basis, row, this.coefficients);
      normalise(row);
      this.push(row);
      this.appendColumn(new Float32Array(i));
    }
    this.diagonal = kept.map((pair) => values[pair]);
    this.offDiagonal = kept.map(() => 0);
    this.remainder = kept.map((pair) => residuals[pair]);
    this.startsAnew = true;
  }

  /** Puts the unit vector of the next step into `vector`: the last step's remainder, or a random one. */
  private async prepareVector(): Promise<void> {
    const { vector, count } = this;
    if (!this.startsAnew && !this.isInvariant) {
      const remainder = this.remainder[count - 1];
      for (let i = 0; i < vector.length; i++) vector[i] /= remainder;
      this.offDiagonal[count - 1] = remainder;
      this.remainder[count - 1] = 0;
      return;
    }
    if (count > 0) this.firstPartEnd ??= count;
    this.partStart = count;
    this.startsAnew = false;
    let left = 0;
    while (left === 0) {
      this.startVectors++;
      for (let i = 0; i < vector.length; i++) vector[i] = this.random.normal();
      left = await orthogonalise(this.basis, vector, this.coefficients);
    }
    normalise(vector);
    if (left < LOSS * Math.sqrt(vector.length)) {
      await orthogonalise(this.basis, vector, this.coefficients);
      normalise(vector);
    }
  }

  /** Stores a row, in the log as it was rounded. */
  private push(vector: Float64Array): void {
    this.basis.push(vector);
    this.log?.appendRow(vector);
  }

  private appendColumn(column: Float32Array): void {
    this.columns.add(column);
    this.log?.appendColumn(column);
  }

  /** Keeps what the last product has along earlier rows and the recurrence does not know. */
  private recordColumn(last: number): void {
    this.appendColumn(Float32Array.from(this.coefficients.subarray(0, last)));
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
