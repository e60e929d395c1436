/** Sums of rows by the segment that each belongs to, in the order of the rows; tfjs's adds them as they come. */
import type { Program } from '../library.ts';
import { sizeOf } from '../../types.ts';

/** x [rows, inner] and the segment of each row: [segments, inner]. */
export class SegmentSumProgram implements Program {
  readonly variableNames = ['x', 'segmentIds'];
  readonly workgroupSize: [number, number, number] = [64, 1, 1];
  readonly size = true;
  readonly uniforms = 'rows : i32, inner : i32,';
  readonly dispatchLayout = { x: [0, 1] };
  readonly shaderKey = 'segmentSum';
  readonly outputShape: number[];
  dispatch: [number, number, number];

  constructor(segments: number, inner: number) {
    this.outputShape = [segments, inner];
    this.dispatch = [Math.ceil(sizeOf(this.outputShape) / 64), 1, 1];
  }

  getUserCode(): string {
    return /* wgsl */ `
      fn main(index: i32) {
        if (index < uniforms.size) {
          let segment = index / uniforms.inner;
          let i = index % uniforms.inner;
          var total = 0.0;
          for (var row = 0; row < uniforms.rows; row = row + 1) {
            if (segmentIds[row] == segment) { total = total + x[row * uniforms.inner + i]; }
          }
          result[index] = total;
        }
      }`;
  }
}
