/**
 * Orthonormal rows as tensors of a back end, in blocks; products of different blocks run side by side on the threads of
 * the native library. Rows that do not fill a block yet are an array, worked on by plain loops.
 *
 * A block of rows lies as [tiles, rows, TILE]: native float32 sums run over one tile only, and tiles are summed in float64.
 * Rows are then orthogonal to 1e-8 where all entries are alike, to some roundings of what is stored (3e-7 at worst) where
 * the vectors live on few entries. One float32 sum over d = 137,000 terms would err by up to 1e-6 of the vector's length.
 */
import { Disposables } from '../disposables.ts';
import type { Backend } from '../tensor/backend.ts';
import { atPrecision } from '../tensor/backend.ts';
import {
  type Compilable,
  type Compiled,
  real,
  type Reals,
  type Spec,
  type Stored,
  type Tensor,
} from '../tensor/types.ts';
import { normalise, type OpenBasis, type OrthonormalBasis, type RowStorage, type Spill } from './basis.ts';
import { GROUP, PlainBasis, rowsOfBlock } from './plain-basis.ts';

/** Columns that are summed in the rows' own precision. */
const TILE = 256;
/** Rows of this many bytes are a block: long products, each on a thread of its own. */
const BLOCK_BYTES = 2 ** 25;
/** On a device a block has so many rows at most: those that fill none yet are worked on by the processor. */
const ROWS_ON_DEVICE = 32;
/** Memory for the part of a combination that is summed in float64. */
const SUM_BYTES = 2 ** 27;
/**
 * Rows that are worked on together: their combinations are summed natively, in the rows' own precision, before float64
 * takes over.
 */
const ROWS_SUMMED = 256;
/** Vectors of fewer entries are cheaper in plain loops than on their way to the native library and back. */
const SMALLEST = 5000;

/** The basis that is fastest on a back end. */
export function basisOn(backend: Backend): OpenBasis {
  return (size, storage, spill) =>
    isSuited(backend, storage) && size >= SMALLEST
      ? new NativeBasis(backend, size, storage, undefined, spill)
      : new PlainBasis(size, storage);
}

/**
 * The native library computes at either precision; a device keeps the rows where it computes, as far as it can hold them
 * at all.
 */
const isSuited = ({ name }: Backend, storage: RowStorage): boolean =>
  name === 'tensorflow' || (name === 'webgpu' && storage === 'float32');

/** How many rows a block has. */
function rowsOn({ isDevice }: Backend, size: number, storage: RowStorage): number {
  const rows = rowsOfBlock(size, storage, BLOCK_BYTES);
  return isDevice ? Math.min(rows, ROWS_ON_DEVICE) : rows;
}

/** One pass over some blocks. */
interface Pass {
  /** Blocks, and a vector [tiles · TILE]: products of their rows with each tile of it, [tiles, rowsPerBlock] a block. */
  readonly along: Compiled;
  /** Blocks, and a factor for every row [1, rowsPerBlock] a block: the rows combined [tiles · TILE]. */
  readonly combined: Compiled;
}

/** A growing set of orthonormal rows [count, size]. */
export class NativeBasis implements OrthonormalBasis {
  readonly size: number;
  private readonly backend: Backend;
  private readonly rowsPerBlock: number;
  private readonly tiles: number;
  /** Full blocks; null where a block lies on the disk only. */
  private readonly blocks: (Stored | null)[] = [];
  /** The last rows, fewer than a block. */
  private readonly rest: PlainBasis;
  private readonly alongRest: Float64Array;
  /** The vector in the rows' own precision [tiles · TILE], zeros at the end. */
  private readonly rounded: Reals;
  /** Graphs of one pass, by the number of blocks they take. */
  private readonly passes = new Map<number, Pass>();
  private readonly spill: Spill | undefined;
  private readonly residentBlocks: number;

  /** @param rowsPerBlock a multiple of 8 */
  constructor(
    backend: Backend,
    size: number,
    storage: RowStorage,
    rowsPerBlock = rowsOn(backend, size, storage),
    spill?: Spill,
  ) {
    this.backend = atPrecision(backend, storage);
    this.size = size;
    this.rowsPerBlock = rowsPerBlock;
    this.tiles = Math.ceil(size / TILE);
    this.rest = new PlainBasis(size, storage, rowsPerBlock);
    this.alongRest = new Float64Array(rowsPerBlock);
    this.rounded = this.reals(this.tiles * TILE);
    this.spill = spill;
    const blockBytes = this.rounded.BYTES_PER_ELEMENT * this.tiles * TILE * rowsPerBlock;
    this.residentBlocks = spill ? Math.floor(spill.residentBytes / blockBytes) : Infinity;
  }

  get count(): number {
    return this.blocks.length * this.rowsPerBlock + this.rest.count;
  }

  push(vector: Float64Array): void {
    const { rest } = this;
    rest.push(vector);
    if (rest.count < this.rowsPerBlock) return;
    this.blocks.push(this.blocks.length < this.residentBlocks ? this.storeRows(rest.firstBlock!) : null);
    rest.clear();
  }

  async truncate(count: number): Promise<void> {
    const { blocks, rest, rowsPerBlock } = this;
    while (count < blocks.length * rowsPerBlock) {
      const at = blocks.length - 1;
      const block = blocks[at] ?? this.storeFromDisk(at);
      blocks.pop();
      try {
        rest.clear();
        await this.takeBack(block, Math.max(0, count - blocks.length * rowsPerBlock));
      } finally {
        block.dispose();
      }
    }
    await rest.truncate(count - blocks.length * rowsPerBlock);
  }

  /** Up to 256 rows at once, the next from what these left; memory is read twice. The vector is float64 throughout. */
  async removeComponents(vector: Float64Array, components: Float64Array): Promise<void> {
    const { blocks, rest, rowsPerBlock, rounded, size, tiles, alongRest } = this;
    for (const { group, first } of this.groups()) {
      const { along, combined } = this.passOver(group.length);
      rounded.set(vector);
      const products = await along.run(...group, rounded);
      const factors = products.map((parts, at) => {
        const sums = new Float64Array(rowsPerBlock);
        for (let tile = 0; tile < tiles; tile++)
          for (let row = 0; row < rowsPerBlock; row++) sums[row] += parts[tile * rowsPerBlock + row];
        for (let row = 0; row < rowsPerBlock; row++) components[(first + at) * rowsPerBlock + row] += sums[row];
        return sums;
      });
      const [part] = await combined.run(...group, ...factors);
      for (let i = 0; i < size; i++) vector[i] -= part[i];
    }
    alongRest.fill(0);
    await rest.removeComponents(vector, alongRest);
    const first = blocks.length * rowsPerBlock;
    for (let row = 0; row < rest.count; row++) components[first + row] += alongRest[row];
  }

  /** Sums over up to 256 rows in the rows' own precision, those of more in float64; rounded to float32 once. */
  async combine(weights: Float64Array, wanted: number): Promise<Float32Array> {
    const { size, rest, tiles } = this;
    const result = new Float32Array(wanted * size);
    const atOnce = Math.min(wanted, Math.max(GROUP, Math.floor(SUM_BYTES / (8 * size))));
    const sums = new Float64Array(tiles * atOnce * TILE);
    const row = new Float64Array(tiles * TILE);
    const compiled = new Map<number, Compiled>();
    const held = new Disposables();
    // Graphs are disposed of after the last block: they would save what is still there.
    const graphs = held.add(new Disposables());
    try {
      // Rows that are not in use are zero, whatever their weights.
      const last = rest.count > 0 ? held.add(this.storeRows(rest.firstBlock!)) : undefined;
      for (let from = 0; from < wanted; from += atOnce) {
        const here = Math.min(atOnce, wanted - from);
        sums.fill(0);
        for (const { group, first } of this.groups(last)) {
          let product = compiled.get(group.length);
          if (!product) {
            const { fn, inputs } = this.combination(group.length, atOnce);
            compiled.set(group.length, (product = graphs.add(this.backend.compile(fn, inputs))));
          }
          const factors = group.map((_, i) => this.factorsOf(weights, first + i, from, here, atOnce));
          const [part] = await product.run(...group, ...factors);
          for (let i = 0; i < sums.length; i++) sums[i] += part[i];
        }
        for (let k = 0; k < here; k++) {
          for (let tile = 0; tile < tiles; tile++) {
            const start = (tile * atOnce + k) * TILE;
            row.set(sums.subarray(start, start + TILE), tile * TILE);
          }
          normalise(row);
          result.set(row.subarray(0, size), (from + k) * size);
        }
      }
    } finally {
      held.dispose();
    }
    return result;
  }

  dispose(): void {
    for (const block of this.blocks.splice(0)) block?.dispose();
    this.rest.dispose();
    for (const { along, combined } of this.passes.values()) {
      along.dispose();
      combined.dispose();
    }
    this.passes.clear();
  }

  /**
   * Blocks that are worked on together, and the place of the first. Those that lie on the disk are there until the next
   * group is asked for.
   *
   * @param last a block that comes after all others
   */
  private *groups(last?: Stored): Generator<{ readonly group: readonly Stored[]; readonly first: number }> {
    const blocks: readonly (Stored | null)[] = last ? [...this.blocks, last] : this.blocks;
    const together = Math.max(1, Math.floor(ROWS_SUMMED / this.rowsPerBlock));
    for (let first = 0; first < blocks.length; first += together) {
      const read = new Disposables();
      try {
        const chosen = blocks.slice(first, first + together);
        yield { group: chosen.map((block, i) => block ?? read.add(this.storeFromDisk(first + i))), first };
      } finally {
        read.dispose();
      }
    }
  }

  /** A block that lies on the disk. */
  private storeFromDisk(block: number): Stored {
    const rows = this.reals(this.rowsPerBlock * this.size);
    this.spill!.rows.readRows(block * this.rowsPerBlock, rows);
    return this.storeRows(rows);
  }

  private reals(length: number): Reals {
    return this.backend.precision === 'float32' ? new Float32Array(length) : new Float64Array(length);
  }

  /** Rows of an array [rowsPerBlock, size] as a block. */
  private storeRows(rows: Reals): Stored {
    const { rowsPerBlock, size, tiles } = this;
    const block = this.reals(tiles * rowsPerBlock * TILE);
    for (let tile = 0; tile < tiles; tile++)
      for (let row = 0; row < rowsPerBlock; row++) {
        const from = row * size + tile * TILE;
        const to = row * size + Math.min(size, (tile + 1) * TILE);
        block.set(rows.subarray(from, to), (tile * rowsPerBlock + row) * TILE);
      }
    return this.backend.store(block, [tiles, rowsPerBlock, TILE]);
  }

  /** Puts the first rows of a block into the array. */
  private async takeBack(block: Stored, count: number): Promise<void> {
    if (count === 0) return;
    const { rest, rowsPerBlock, size, tiles } = this;
    // [tiles, rowsPerBlock, TILE].
    const values = await block.read();
    const vector = new Float64Array(tiles * TILE);
    for (let row = 0; row < count; row++) {
      for (let tile = 0; tile < tiles; tile++) {
        const start = (tile * rowsPerBlock + row) * TILE;
        vector.set(values.subarray(start, start + TILE), tile * TILE);
      }
      rest.push(vector.subarray(0, size));
    }
  }

  /** Weights [wanted, count] of a block's rows, for some of the combinations [atOnce, rowsPerBlock], zeros at the end. */
  private factorsOf(weights: Float64Array, block: number, from: number, here: number, atOnce: number): Float64Array {
    const { count, rowsPerBlock } = this;
    const factors = new Float64Array(atOnce * rowsPerBlock);
    const first = block * rowsPerBlock;
    const end = Math.min(count, first + rowsPerBlock);
    for (let k = 0; k < here; k++) {
      const start = (from + k) * count;
      factors.set(weights.subarray(start + first, start + end), k * rowsPerBlock);
    }
    return factors;
  }

  private passOver(blocks: number): Pass {
    const known = this.passes.get(blocks);
    if (known) return known;
    const { backend, tiles } = this;
    const { matMul, reshape } = backend.ops;
    const [along, combined] = backend.compileTogether([
      {
        fn: (...given) => {
          const vector = reshape(given[blocks], [tiles, TILE, 1]);
          return given.slice(0, blocks).map((rows): Tensor => matMul(rows, vector));
        },
        inputs: [...this.blockSpecs(blocks), real(tiles * TILE)],
      },
      this.combination(blocks, 1),
    ]);
    const pass = { along, combined };
    this.passes.set(blocks, pass);
    return pass;
  }

  private blockSpecs(blocks: number): Spec[] {
    return Array.from({ length: blocks }, () => real(this.tiles, this.rowsPerBlock, TILE));
  }

  /** Σ factors·rows [tiles, atOnce, TILE] over some blocks and as many factors [atOnce, rowsPerBlock]. */
  private combination(blocks: number, atOnce: number): Compilable {
    const { backend, rowsPerBlock } = this;
    const { add, matMul, reshape } = backend.ops;
    const inputs = [...this.blockSpecs(blocks), ...Array.from({ length: blocks }, () => real(atOnce, rowsPerBlock))];
    const fn = (...given: Tensor[]) => {
      const products = given
        .slice(0, blocks)
        .map((rows, i): Tensor => matMul(reshape(given[blocks + i], [1, atOnce, rowsPerBlock]), rows));
      return [products.reduce((sum, product) => add(sum, product))];
    };
    return { fn, inputs };
  }
}
