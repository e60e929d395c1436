/**
 * Products of matrices, and convolutions as products of matrices that are never written down: one program, which is told
 * where the factors lie. Each thread sums a small block of the result in registers. Long sums are cut: into runs of 256
 * terms, each summed on its own, and where there are few blocks into parts for different threads, which a tree adds up.
 * Rounding then grows with some tens of terms, a device is kept busy, and the order of all sums is fixed.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { KernelBackend, Program, Uniform } from '../library.ts';
import { reduceMiddle, SUM } from './reduce.ts';

/**
 * Where the factors are found, as bodies of WGSL functions; `k` is the index that is summed over. What a place depends on
 * is worked out as four whole numbers, once for each row and column and once in a run of k, whose next is found from the
 * last without divisions. The two are put together for each factor.
 */
export interface Factors {
  /** Tells this way from others. */
  readonly key: string;
  /** (batch, row) → place. */
  readonly row: string;
  /** (batch, column) → place. */
  readonly column: string;
  /** k → place, for the left and for the right factor. */
  readonly leftInner: string;
  readonly rightInner: string;
  /** Statements that move the place `p` of a k to that of k + 1. */
  readonly leftNext: string;
  readonly rightNext: string;
  /** (outer: a row's place, inner: a k's) → factor, from the array A. */
  readonly left: string;
  /** (outer: a column's place, inner: a k's) → factor, from the array B. */
  readonly right: string;
  /** Whole numbers that the bodies read of `uniforms`. */
  readonly fields: Readonly<Record<string, number>>;
}

/** Lengths of a batch of products. */
export interface Lengths {
  readonly batch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

const WORKGROUP = 64;
/** Terms that are summed before they are added to the rest; fewer are not given to a thread of their own. */
const RUN = 256;
/** Threads that keep a large device busy. */
const BUSY = 2 ** 16;
const MOST_ROWS = 4;
const MOST_COLUMNS = 8;

/** The widest block, up to a limit, that leaves the least of its last copy unused. */
function blockOf(length: number, most: number): number {
  let best = 1;
  const waste = (block: number) => Math.ceil(length / block) * block;
  for (let block = Math.min(length, most); block > most / 2; block--)
    if (best === 1 || waste(block) < waste(best)) best = block;
  return best;
}

class ProductProgram implements Program {
  readonly variableNames = ['A', 'B'];
  readonly workgroupSize: [number, number, number] = [WORKGROUP, 1, 1];
  readonly dispatchLayout = { x: [0, 1] };
  readonly outputShape: number[];
  readonly uniforms: string;
  readonly shaderKey: string;
  readonly values: readonly number[];
  readonly splits: number;
  dispatch: [number, number, number];
  /** Rows and columns of a thread's block. */
  private readonly rows: number;
  private readonly columns: number;
  private readonly factors: Factors;

  constructor({ batch, rows, inner, columns }: Lengths, factors: Factors) {
    this.factors = factors;
    this.rows = Math.min(rows, MOST_ROWS);
    this.columns = blockOf(columns, MOST_COLUMNS);
    const [blockRows, blockColumns] = [Math.ceil(rows / this.rows), Math.ceil(columns / this.columns)];
    const blocks = batch * blockRows * blockColumns;
    const wanted = Math.max(1, Math.floor(BUSY / blocks));
    const runs = Math.max(1, Math.ceil(inner / RUN));
    const runsOfSplit = Math.ceil(runs / wanted);
    this.splits = Math.ceil(runs / runsOfSplit);
    this.outputShape = [this.splits, batch * rows * columns];
    const threads = blocks * this.splits;
    this.dispatch = [Math.ceil(threads / WORKGROUP), 1, 1];
    const own = { rows, columns, inner, batch, blockColumns, blockRows, threads, terms: runsOfSplit * RUN };
    const fields = { ...own, ...factors.fields };
    this.uniforms = Object.keys(fields)
      .map((name) => `${name} : i32,`)
      .join(' ');
    this.values = Object.values(fields);
    this.shaderKey = `product${factors.key}_${this.rows}_${this.columns}`;
  }

  getUserCode(): string {
    const { factors } = this;
    const rows = Array.from({ length: this.rows }, (_, i) => i);
    const columns = Array.from({ length: this.columns }, (_, j) => j);
    const each = (text: (i: number, j: number) => string) =>
      rows.flatMap((i) => columns.map((j) => text(i, j))).join('\n');
    const eachRow = (text: (i: number) => string) => rows.map(text).join('\n');
    const eachColumn = (text: (j: number) => string) => columns.map(text).join('\n');
    // Rows and columns beyond the last are computed as the last, and not stored.
    return /* wgsl */ `
      fn placeOfRow(batch: i32, row: i32) -> vec4<i32> { ${factors.row} }
      fn placeOfColumn(batch: i32, column: i32) -> vec4<i32> { ${factors.column} }
      fn leftPlace(k: i32) -> vec4<i32> { ${factors.leftInner} }
      fn rightPlace(k: i32) -> vec4<i32> { ${factors.rightInner} }
      fn leftNext(given: vec4<i32>) -> vec4<i32> { var p = given; ${factors.leftNext} return p; }
      fn rightNext(given: vec4<i32>) -> vec4<i32> { var p = given; ${factors.rightNext} return p; }
      fn left(outer: vec4<i32>, inner: vec4<i32>) -> f32 { ${factors.left} }
      fn right(outer: vec4<i32>, inner: vec4<i32>) -> f32 { ${factors.right} }
      fn main(index: i32) {
        if (index >= uniforms.threads) { return; }
        // Neighbours work on neighbouring columns of the same rows.
        let column = (index % uniforms.blockColumns) * ${this.columns};
        var block = index / uniforms.blockColumns;
        let row = (block % uniforms.blockRows) * ${this.rows};
        block = block / uniforms.blockRows;
        let batch = block % uniforms.batch;
        let split = block / uniforms.batch;
        ${eachRow((i) => `let row${i} = placeOfRow(batch, min(row + ${i}, uniforms.rows - 1));`)}
        ${eachColumn((j) => `let column${j} = placeOfColumn(batch, min(column + ${j}, uniforms.columns - 1));`)}
        ${each((i, j) => `var total${i}_${j} = 0.0;`)}
        let end = min(uniforms.inner, (split + 1) * uniforms.terms);
        for (var run = split * uniforms.terms; run < end; run = run + ${RUN}) {
          let endOfRun = min(end, run + ${RUN});
          ${each((i, j) => `var some${i}_${j} = 0.0;`)}
          var kLeft = leftPlace(run);
          var kRight = rightPlace(run);
          for (var k = run; k < endOfRun; k = k + 1) {
            ${eachRow((i) => `let a${i} = left(row${i}, kLeft);`)}
            ${eachColumn((j) => `let b${j} = right(column${j}, kRight);`)}
            ${each((i, j) => `some${i}_${j} = some${i}_${j} + a${i} * b${j};`)}
            kLeft = leftNext(kLeft);
            kRight = rightNext(kRight);
          }
          ${each((i, j) => `total${i}_${j} = total${i}_${j} + some${i}_${j};`)}
        }
        let to = ((split * uniforms.batch + batch) * uniforms.rows + row) * uniforms.columns + column;
        ${each(
          (i, j) => `if (row + ${i} < uniforms.rows && column + ${j} < uniforms.columns) {
            result[to + ${i} * uniforms.columns + ${j}] = total${i}_${j};
          }`,
        )}
      }`;
  }
}

/** Σ_k left·right: [batch, rows, columns] in a flat tensor; zeros where there is no k. */
export function product(
  backend: KernelBackend,
  operands: readonly tfjs.TensorInfo[],
  lengths: Lengths,
  factors: Factors,
): tfjs.TensorInfo {
  if (lengths.batch * lengths.rows * lengths.columns === 0)
    return backend.makeTensorInfo([0], 'float32', new Float32Array(0));
  const program = new ProductProgram(lengths, factors);
  const uniforms = program.values.map((value): Uniform => ({ type: 'int32', data: [value] }));
  const parts = backend.runWebGPUProgram(program, [...operands], 'float32', uniforms);
  if (program.splits === 1) return parts;
  const sum = reduceMiddle(backend, parts, SUM, 1, program.splits, lengths.batch * lengths.rows * lengths.columns);
  backend.disposeData(parts.dataId);
  return sum;
}
