/** Orthonormal rows as arrays, worked on by plain loops. Sums are float64 whatever the rows are stored in. */
import { normalise, type OrthonormalBasis, type RowStorage } from './basis.ts';

type Rows = Float32Array | Float64Array;

/** Rows the inner loops take at a time; blocks hold multiples of it, the last ones zero. */
export const GROUP = 8;
/** Memory is taken in blocks of about this many bytes, so that growing never copies. */
const BLOCK_BYTES = 2 ** 26;
const MOST_ROWS_PER_BLOCK = 256;
/** Columns of the vector that stay in the first-level cache while rows pass by. */
const COLUMNS = 2048;
/** Columns a combination works on at a time: the panel of all rows stays in the second-level cache. */
const PANEL = 64;

/** A growing set of orthonormal rows [count, size]. */
export class PlainBasis implements OrthonormalBasis {
  readonly size: number;
  private readonly storage: RowStorage;
  private readonly rowsPerBlock: number;
  private readonly blocks: Rows[] = [];
  private rows = 0;
  private sums = new Float64Array(0);

  /** @param rowsPerBlock a multiple of {@link GROUP} */
  constructor(size: number, storage: RowStorage, rowsPerBlock = rowsOfBlock(size, storage, BLOCK_BYTES)) {
    this.size = size;
    this.storage = storage;
    this.rowsPerBlock = rowsPerBlock;
  }

  get count(): number {
    return this.rows;
  }

  push(vector: Float64Array): void {
    const block = Math.floor(this.rows / this.rowsPerBlock);
    if (block === this.blocks.length) {
      const length = this.rowsPerBlock * this.size;
      this.blocks.push(this.storage === 'float32' ? new Float32Array(length) : new Float64Array(length));
    }
    const start = (this.rows % this.rowsPerBlock) * this.size;
    const row = this.blocks[block].subarray(start, start + this.size);
    row.set(vector);
    vector.set(row);
    this.rows++;
  }

  async truncate(count: number): Promise<void> {
    this.drop(count);
  }

  /** Drops all rows, at once. */
  clear(): void {
    this.drop(0);
  }

  private drop(count: number): void {
    for (let row = count; row < this.rows; row++) {
      const start = (row % this.rowsPerBlock) * this.size;
      // The inner loops run over whole groups of rows: those not in use must be zero.
      this.blocks[Math.floor(row / this.rowsPerBlock)].fill(0, start, start + this.size);
    }
    this.rows = Math.min(this.rows, count);
  }

  /** All rows at once (classical Gram–Schmidt). 2·count·size multiplications. */
  async removeComponents(vector: Float64Array, components: Float64Array): Promise<void> {
    const { size, rows } = this;
    const needed = Math.ceil(rows / GROUP) * GROUP;
    if (this.sums.length < needed) this.sums = new Float64Array(2 * needed);
    const { sums } = this;
    sums.fill(0);
    for (let from = 0; from < size; from += COLUMNS) this.project(vector, sums, from, Math.min(size, from + COLUMNS));
    for (let from = 0; from < size; from += COLUMNS) this.subtract(vector, sums, from, Math.min(size, from + COLUMNS));
    for (let row = 0; row < rows; row++) components[row] += sums[row];
  }

  /** Summed in float64, rounded, then scaled: 2⁻²³ of an entry at most. */
  async combine(weights: Float64Array, wanted: number): Promise<Float32Array> {
    const { size, rows } = this;
    const result = new Float32Array(wanted * size);
    const even = new Float64Array(PANEL);
    const odd = new Float64Array(PANEL);
    for (let from = 0; from < size; from += PANEL) {
      const width = Math.min(PANEL, size - from);
      for (let i = 0; i < wanted; i += 2) {
        const other = Math.min(i + 1, wanted - 1);
        even.fill(0);
        odd.fill(0);
        for (let row = 0; row < rows; row += this.rowsPerBlock) {
          const block = this.blocks[row / this.rowsPerBlock];
          const here = Math.min(this.rowsPerBlock, rows - row);
          combineTwo(block, here, size, from, width, weights, i * rows + row, other * rows + row, even, odd);
        }
        for (let column = 0; column < width; column++) {
          result[i * size + from + column] = even[column];
          result[other * size + from + column] = odd[column];
        }
      }
    }
    for (let i = 0; i < wanted; i++) normalise(result.subarray(i * size, (i + 1) * size));
    return result;
  }

  dispose(): void {
    this.blocks.length = 0;
    this.rows = 0;
  }

  /** The first block as it lies in memory [rowsPerBlock, size], rows not in use zero. To be read, or written before rows are pushed. */
  get firstBlock(): Rows | undefined {
    return this.blocks[0];
  }

  private project(vector: Float64Array, sums: Float64Array, from: number, to: number): void {
    for (let row = 0; row < this.rows; row += this.rowsPerBlock) {
      const block = this.blocks[row / this.rowsPerBlock];
      const here = Math.min(this.rowsPerBlock, this.rows - row);
      for (let r = 0; r < here; r += GROUP)
        projectEight(block, r * this.size, this.size, vector, sums, row + r, from, to);
    }
  }

  private subtract(vector: Float64Array, factors: Float64Array, from: number, to: number): void {
    for (let row = 0; row < this.rows; row += this.rowsPerBlock) {
      const block = this.blocks[row / this.rowsPerBlock];
      const here = Math.min(this.rowsPerBlock, this.rows - row);
      for (let r = 0; r < here; r += GROUP)
        subtractEight(block, r * this.size, this.size, vector, factors, row + r, from, to);
    }
  }
}

/** How many rows fill about so many bytes: a multiple of {@link GROUP}, and at least that. */
export function rowsOfBlock(size: number, storage: RowStorage, bytes: number): number {
  const rows = Math.floor(bytes / (size * (storage === 'float32' ? 4 : 8)) / GROUP) * GROUP;
  return Math.min(MOST_ROWS_PER_BLOCK, Math.max(GROUP, rows));
}

/** sums[k…k+7] += eight rows times the vector, columns from…to. Eight at a time read the vector once. */
function projectEight(
  rows: Rows,
  start: number,
  size: number,
  vector: Float64Array,
  sums: Float64Array,
  k: number,
  from: number,
  to: number,
): void {
  const r0 = start;
  const r1 = r0 + size;
  const r2 = r1 + size;
  const r3 = r2 + size;
  const r4 = r3 + size;
  const r5 = r4 + size;
  const r6 = r5 + size;
  const r7 = r6 + size;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  for (let i = from; i < to; i++) {
    const x = vector[i];
    s0 += x * rows[r0 + i];
    s1 += x * rows[r1 + i];
    s2 += x * rows[r2 + i];
    s3 += x * rows[r3 + i];
    s4 += x * rows[r4 + i];
    s5 += x * rows[r5 + i];
    s6 += x * rows[r6 + i];
    s7 += x * rows[r7 + i];
  }
  sums[k] += s0;
  sums[k + 1] += s1;
  sums[k + 2] += s2;
  sums[k + 3] += s3;
  sums[k + 4] += s4;
  sums[k + 5] += s5;
  sums[k + 6] += s6;
  sums[k + 7] += s7;
}

/** vector −= Σ factors[k…k+7]·row, columns from…to. */
function subtractEight(
  rows: Rows,
  start: number,
  size: number,
  vector: Float64Array,
  factors: Float64Array,
  k: number,
  from: number,
  to: number,
): void {
  const r0 = start;
  const r1 = r0 + size;
  const r2 = r1 + size;
  const r3 = r2 + size;
  const r4 = r3 + size;
  const r5 = r4 + size;
  const r6 = r5 + size;
  const r7 = r6 + size;
  const f0 = factors[k];
  const f1 = factors[k + 1];
  const f2 = factors[k + 2];
  const f3 = factors[k + 3];
  const f4 = factors[k + 4];
  const f5 = factors[k + 5];
  const f6 = factors[k + 6];
  const f7 = factors[k + 7];
  for (let i = from; i < to; i++) {
    const low = f0 * rows[r0 + i] + f1 * rows[r1 + i] + (f2 * rows[r2 + i] + f3 * rows[r3 + i]);
    const high = f4 * rows[r4 + i] + f5 * rows[r5 + i] + (f6 * rows[r6 + i] + f7 * rows[r7 + i]);
    vector[i] -= low + high;
  }
}

/** Two combinations of the first `count` rows of a block, columns from … from+width, added to `even` and `odd`. */
function combineTwo(
  rows: Rows,
  count: number,
  size: number,
  from: number,
  width: number,
  weights: Float64Array,
  firstEven: number,
  firstOdd: number,
  even: Float64Array,
  odd: Float64Array,
): void {
  for (let row = 0; row < count; row += 4) {
    const r0 = row * size + from;
    const r1 = r0 + size;
    const r2 = r1 + size;
    const r3 = r2 + size;
    // Rows past the last are zero; their weights are another combination's, or absent.
    const left = count - row;
    const a0 = weights[firstEven + row];
    const a1 = left > 1 ? weights[firstEven + row + 1] : 0;
    const a2 = left > 2 ? weights[firstEven + row + 2] : 0;
    const a3 = left > 3 ? weights[firstEven + row + 3] : 0;
    const b0 = weights[firstOdd + row];
    const b1 = left > 1 ? weights[firstOdd + row + 1] : 0;
    const b2 = left > 2 ? weights[firstOdd + row + 2] : 0;
    const b3 = left > 3 ? weights[firstOdd + row + 3] : 0;
    for (let i = 0; i < width; i++) {
      const v0 = rows[r0 + i];
      const v1 = rows[r1 + i];
      const v2 = rows[r2 + i];
      const v3 = rows[r3 + i];
      even[i] += a0 * v0 + a1 * v1 + (a2 * v2 + a3 * v3);
      odd[i] += b0 * v0 + b1 * v1 + (b2 * v2 + b3 * v3);
    }
  }
}
