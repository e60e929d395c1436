/**
 * Products of matrices, and convolutions as products of matrices that are never written down: one program in tiles, which
 * asks two functions for the factors. Long sums are cut: into blocks of 256 terms, each summed on its own, and where there
 * are few tiles into parts for different workgroups, which a tree adds up. Rounding then grows with some tens of terms, a
 * device is kept busy, and the order of all sums is fixed.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { KernelBackend, Program, Uniform } from '../library.ts';
import { sumMiddle } from './sum.ts';

/** Where the factors are found; `k` is the index that is summed over. */
export interface Factors {
  /** Tells this way from others. */
  readonly key: string;
  /** WGSL: the bodies of functions of (batch, row, k) and (batch, k, column), within bounds, from the arrays A and B. */
  readonly left: string;
  readonly right: string;
  /** Whether neighbours along k are neighbours in memory. */
  readonly leftAlongInner: boolean;
  readonly rightAlongInner: boolean;
  /** Fields that the bodies read of `uniforms`. */
  readonly fields: readonly string[];
  readonly values: readonly number[];
}

/** Lengths of a batch of products. */
export interface Lengths {
  readonly batch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Terms that a workgroup fetches at a time, and steps of these that are summed before they are added to the rest. */
const DEPTH = 16;
const STEPS_A_BLOCK = 16;
const SIDE = 8;
/** Workgroups that keep a large device busy; terms that make a part worth its while. */
const BUSY = 1024;
const FEWEST_TERMS = 256;

class ProductProgram implements Program {
  readonly variableNames = ['A', 'B'];
  readonly workgroupSize: [number, number, number] = [SIDE * SIDE, 1, 1];
  readonly dispatchLayout = { x: [0, 1] };
  readonly outputShape: number[];
  readonly uniforms: string;
  readonly shaderKey: string;
  readonly steps: number;
  readonly splits: number;
  readonly tiles: [rows: number, columns: number];
  dispatch: [number, number, number];
  /** Rows and columns of a thread. */
  private readonly rows: 1 | 4;
  private readonly columns: 1 | 2 | 4;
  private readonly factors: Factors;

  constructor({ batch, rows, inner, columns }: Lengths, factors: Factors) {
    this.factors = factors;
    this.rows = rows <= SIDE ? 1 : 4;
    this.columns = columns <= SIDE ? 1 : columns <= 2 * SIDE ? 2 : 4;
    this.tiles = [Math.ceil(rows / (SIDE * this.rows)), Math.ceil(columns / (SIDE * this.columns))];
    const workgroups = batch * this.tiles[0] * this.tiles[1];
    const wanted = Math.min(Math.max(1, Math.floor(BUSY / workgroups)), Math.ceil(inner / FEWEST_TERMS));
    this.steps = Math.ceil(Math.ceil(inner / wanted) / DEPTH);
    this.splits = Math.ceil(inner / (this.steps * DEPTH));
    this.outputShape = [this.splits, batch * rows * columns];
    this.dispatch = [workgroups * this.splits, 1, 1];
    const own = ['rows', 'columns', 'inner', 'batch', 'tileRows', 'tileColumns', 'splits', 'steps'];
    this.uniforms = [...own, ...factors.fields].map((name) => `${name} : i32,`).join(' ');
    this.shaderKey = `product${factors.key}_${this.rows}_${this.columns}`;
  }

  getUserCode(): string {
    const { rows, columns, factors } = this;
    const type = rows === 4 ? 'vec4<f32>' : 'f32';
    const each = (text: (j: number) => string) => Array.from({ length: columns }, (_, j) => text(j)).join('\n');
    const [height, width] = [SIDE * rows, SIDE * columns];
    const place = (along: boolean, length: number) =>
      along ? `let k = at % ${DEPTH}; let i = at / ${DEPTH};` : `let i = at % ${length}; let k = at / ${length};`;
    const entry = rows === 4 ? '[i / 4][i % 4]' : '[i]';
    const store = (j: number) =>
      Array.from({ length: rows }, (_, i) => {
        const value = rows === 4 ? `total${j}[${i}]` : `total${j}`;
        return `if (firstRow + ${i} < uniforms.rows && firstColumn + ${SIDE * j} < uniforms.columns) {
          result[to + ${i} * uniforms.columns + ${SIDE * j}] = ${value};
        }`;
      }).join('\n');
    return /* wgsl */ `
      var<workgroup> tileA: array<array<${type}, ${SIDE}>, ${DEPTH}>;
      var<workgroup> tileB: array<array<f32, ${width}>, ${DEPTH}>;
      fn left(batch: i32, row: i32, k: i32) -> f32 { ${factors.left} }
      fn right(batch: i32, k: i32, column: i32) -> f32 { ${factors.right} }
      fn main(index: i32) {
        let local = index % ${SIDE * SIDE};
        var tile = index / ${SIDE * SIDE};
        let split = tile % uniforms.splits;
        tile = tile / uniforms.splits;
        let tileColumn = (tile % uniforms.tileColumns) * ${width};
        tile = tile / uniforms.tileColumns;
        let tileRow = (tile % uniforms.tileRows) * ${height};
        let batch = tile / uniforms.tileRows;
        let y = local / ${SIDE};
        let x = local % ${SIDE};
        ${each((j) => `var total${j} = ${type}(0.0); var some${j} = ${type}(0.0);`)}
        for (var step = 0; step < uniforms.steps; step = step + 1) {
          let first = (split * uniforms.steps + step) * ${DEPTH};
          for (var at = local; at < ${height * DEPTH}; at = at + ${SIDE * SIDE}) {
            ${place(factors.leftAlongInner, height)}
            var value = 0.0;
            if (tileRow + i < uniforms.rows && first + k < uniforms.inner && batch < uniforms.batch) {
              value = left(batch, tileRow + i, first + k);
            }
            tileA[k]${entry} = value;
          }
          for (var at = local; at < ${width * DEPTH}; at = at + ${SIDE * SIDE}) {
            ${place(factors.rightAlongInner, width)}
            var value = 0.0;
            if (tileColumn + i < uniforms.columns && first + k < uniforms.inner && batch < uniforms.batch) {
              value = right(batch, first + k, tileColumn + i);
            }
            tileB[k][i] = value;
          }
          workgroupBarrier();
          for (var k = 0; k < ${DEPTH}; k = k + 1) {
            let a = tileA[k][y];
            ${each((j) => `some${j} = some${j} + a * tileB[k][x + ${SIDE * j}];`)}
          }
          workgroupBarrier();
          if (step % ${STEPS_A_BLOCK} == ${STEPS_A_BLOCK - 1}) {
            ${each((j) => `total${j} = total${j} + some${j}; some${j} = ${type}(0.0);`)}
          }
        }
        ${each((j) => `total${j} = total${j} + some${j};`)}
        let firstRow = tileRow + y * ${rows};
        let firstColumn = tileColumn + x;
        let to = ((split * uniforms.batch + batch) * uniforms.rows + firstRow) * uniforms.columns + firstColumn;
        if (batch < uniforms.batch) {
          ${each(store)}
        }
      }`;
  }
}

/** Σ_k left·right: [batch, rows, columns] in a flat tensor. */
export function product(
  backend: KernelBackend,
  operands: readonly tfjs.TensorInfo[],
  lengths: Lengths,
  factors: Factors,
): tfjs.TensorInfo {
  const { batch, rows, inner, columns } = lengths;
  const program = new ProductProgram(lengths, factors);
  const { splits, steps, tiles } = program;
  const uniforms = [rows, columns, inner, batch, ...tiles, splits, steps, ...factors.values].map(
    (value): Uniform => ({ type: 'int32', data: [value] }),
  );
  const parts = backend.runWebGPUProgram(program, [...operands], 'float32', uniforms);
  if (splits === 1) return parts;
  const sum = sumMiddle(backend, parts, 1, splits, batch * rows * columns);
  backend.disposeData(parts.dataId);
  return sum;
}
