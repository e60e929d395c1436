/**
 * Orthonormal rows as tensors of the native library, in blocks; matrix products on all its threads. Rows that do not fill
 * a block yet are an array.
 */
import type { Backend } from '../tensor/backend.ts';
import { atPrecision } from '../tensor/backend.ts';
import { type Compiled, real, type Reals, type Stored, type Tensor } from '../tensor/types.ts';
import { normalise, type OpenBasis, type OrthonormalBasis, type RowStorage } from './basis.ts';
import { GROUP, PlainBasis, rowsOfBlock } from './plain-basis.ts';

/** Rows of this many bytes are a block: long products, and few of the slower rows in an array. */
const BLOCK_BYTES = 2 ** 25;
/** Memory for the part of a combination that is summed in float64. */
const SUM_BYTES = 2 ** 26;
/** Rows whose products with weights are summed natively, in the rows' own precision, before float64 takes over. */
const ROWS_SUMMED = 256;
/** Vectors of fewer entries are cheaper in plain loops than on their way to the native library and back. */
const SMALLEST = 10_000;

/** The basis that is fastest on a back end. */
export function basisOn(backend: Backend): OpenBasis {
  return (size, storage) =>
    backend.name === 'tensorflow' && size >= SMALLEST
      ? new NativeBasis(backend, size, storage)
      : new PlainBasis(size, storage);
}

/** A growing set of orthonormal rows [count, size]. */
export class NativeBasis implements OrthonormalBasis {
  readonly size: number;
  private readonly backend: Backend;
  private readonly rowsPerBlock: number;
  private readonly blocks: Stored[] = [];
  /** The last rows, fewer than a block. */
  private readonly rest: PlainBasis;
  private readonly inBlock: Float64Array;
  private readonly single: Reals;
  private pass: Compiled | undefined;

  /** @param rowsPerBlock a multiple of 8 */
  constructor(
    backend: Backend,
    size: number,
    storage: RowStorage,
    rowsPerBlock = rowsOfBlock(size, storage, BLOCK_BYTES),
  ) {
    this.backend = atPrecision(backend, storage);
    this.size = size;
    this.rowsPerBlock = rowsPerBlock;
    this.rest = new PlainBasis(size, storage, rowsPerBlock);
    this.inBlock = new Float64Array(rowsPerBlock);
    this.single = storage === 'float32' ? new Float32Array(size) : new Float64Array(size);
  }

  get count(): number {
    return this.blocks.length * this.rowsPerBlock + this.rest.count;
  }

  push(vector: Float64Array): void {
    const { rest, rowsPerBlock, size } = this;
    rest.push(vector);
    if (rest.count < rowsPerBlock) return;
    this.blocks.push(this.backend.store(rest.firstBlock!, [rowsPerBlock, size]));
    rest.truncate(0);
  }

  truncate(count: number): void {
    const { blocks, rest, rowsPerBlock, size } = this;
    while (count < blocks.length * rowsPerBlock) {
      const block = blocks.pop()!;
      rest.truncate(0);
      const kept = count - blocks.length * rowsPerBlock;
      if (kept > 0) {
        const copy = this.backend.compile((rows) => [rows], [real(rowsPerBlock, size)]);
        const rows = copy.run(block)[0];
        copy.dispose();
        for (let row = 0; row < kept; row++) rest.push(Float64Array.from(rows.subarray(row * size, (row + 1) * size)));
      }
      block.dispose();
    }
    rest.truncate(count - blocks.length * rowsPerBlock);
  }

  /**
   * Block after block, each from what the last one left. Components and what is subtracted are sums in the rows' own
   * precision (their rounding is below that of the stored rows: 2e-9 of the vector's length at d = 137,000 in float32);
   * the vector itself is float64 throughout. Memory is read twice.
   */
  removeComponents(vector: Float64Array, components: Float64Array): void {
    const { backend, blocks, rest, rowsPerBlock, size, single, inBlock } = this;
    const { ops } = backend;
    if (blocks.length > 0)
      this.pass ??= backend.compile(
        (rows, w) => {
          const along = ops.matMul(rows as never, ops.reshape(w, [size, 1]));
          return [along, ops.matMul(along as never, rows as never, true, false)];
        },
        [real(rowsPerBlock, size), real(size)],
      );
    blocks.forEach((block, at) => {
      single.set(vector);
      const [along, part] = this.pass!.run(block, single);
      for (let i = 0; i < size; i++) vector[i] -= part[i];
      const first = at * rowsPerBlock;
      for (let row = 0; row < rowsPerBlock; row++) components[first + row] += along[row];
    });
    inBlock.fill(0);
    rest.removeComponents(vector, inBlock);
    for (let row = 0; row < rest.count; row++) components[blocks.length * rowsPerBlock + row] += inBlock[row];
  }

  /** Sums over up to 256 rows in the rows' own precision, those of more in float64; rounded to float32 once. */
  combine(weights: Float64Array, wanted: number): Float32Array {
    const { backend, rowsPerBlock, size, rest, count } = this;
    const result = new Float32Array(wanted * size);
    const blocks = [...this.blocks];
    // Rows that are not in use are zero: whatever their weights.
    const last = rest.count > 0 ? backend.store(rest.firstBlock!, [rowsPerBlock, size]) : undefined;
    if (last) blocks.push(last);
    const together = Math.max(1, Math.floor(ROWS_SUMMED / rowsPerBlock));
    const atOnce = Math.min(wanted, Math.max(GROUP, Math.floor(SUM_BYTES / (8 * size))));
    const sums = new Float64Array(atOnce * size);
    const products = new Map<number, Compiled>();
    try {
      for (let from = 0; from < wanted; from += atOnce) {
        const here = Math.min(atOnce, wanted - from);
        sums.fill(0);
        for (let first = 0; first < blocks.length; first += together) {
          const group = blocks.slice(first, first + together);
          const product = products.get(group.length) ?? this.sumOfProducts(group.length, atOnce);
          products.set(group.length, product);
          const factors = group.map((_, i) => {
            const start = (first + i) * rowsPerBlock;
            const part = new Float64Array(atOnce * rowsPerBlock);
            for (let k = 0; k < here; k++) {
              const row = (from + k) * count;
              part.set(weights.subarray(row + start, row + Math.min(count, start + rowsPerBlock)), k * rowsPerBlock);
            }
            return part;
          });
          const [part] = product.run(...group, ...factors);
          for (let i = 0; i < here * size; i++) sums[i] += part[i];
        }
        for (let k = 0; k < here; k++) {
          const sum = sums.subarray(k * size, (k + 1) * size);
          normalise(sum);
          result.set(sum, (from + k) * size);
        }
      }
    } finally {
      for (const product of products.values()) product.dispose();
      last?.dispose();
    }
    return result;
  }

  dispose(): void {
    for (const block of this.blocks) block.dispose();
    this.blocks.length = 0;
    this.rest.dispose();
    this.pass?.dispose();
    this.pass = undefined;
  }

  /** Σ factors·block over some blocks [rowsPerBlock, size] and as many factors [wanted, rowsPerBlock]. */
  private sumOfProducts(blocks: number, wanted: number): Compiled {
    const { backend, rowsPerBlock, size } = this;
    const { ops } = backend;
    const sum = (tensors: Tensor[]) => {
      const products = tensors
        .slice(0, blocks)
        .map((rows, i) => ops.matMul(tensors[blocks + i] as never, rows as never));
      return [products.reduce((total, product) => ops.add(total, product))];
    };
    return backend.compile(
      (...tensors) => sum(tensors) as Tensor[],
      [
        ...Array.from({ length: blocks }, () => real(rowsPerBlock, size)),
        ...Array.from({ length: blocks }, () => real(wanted, rowsPerBlock)),
      ],
    );
  }
}
