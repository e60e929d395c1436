/** The uniforms of tfjs's programs: the layout that its generated WGSL declares. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { sizeOf, type Shape } from '../types.ts';
import type { Program, Uniform } from './library.ts';

/** Bytes of the uniforms of one run of a program. */
export function uniformsOf(
  program: Program,
  inputs: readonly tfjs.TensorInfo[],
  output: tfjs.TensorInfo,
  own: readonly Uniform[],
): ArrayBuffer {
  const integers = (data: readonly number[]): Uniform => ({ type: 'int32', data: [...data] });
  const size = sizeOf(program.outputShape) / (program.outputComponent || 1);
  return packed([
    { type: 'float32', data: [NaN] },
    { type: 'float32', data: [Infinity] },
    ...[...inputs, output].flatMap(({ shape }) => [integers(shape), integers(stridesOf(shape))]),
    ...(program.size ? [integers([size])] : []),
    ...own,
  ]);
}

/** Numbers between neighbours along each axis but the last, whose are one apart. */
function stridesOf(shape: Shape): number[] {
  return shape.slice(1).map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** WGSL's alignment: 4 bytes for one number, 8 for two, 16 for more. Ranks 5 and 6 are structures of single numbers. */
function packed(fields: readonly Uniform[]): ArrayBuffer {
  let end = 0;
  let afterStructure = false;
  const placed = fields.map(({ type, data: given }) => {
    // A scalar's shape: one number that is not read.
    const data = given.length === 0 ? [1] : given;
    const alignment = afterStructure || data.length > 2 ? 16 : 4 * data.length;
    const offset = Math.ceil(end / alignment) * alignment;
    end = offset + 4 * data.length;
    afterStructure = data.length > 4;
    return { type, data, offset };
  });
  const bytes = new ArrayBuffer(Math.ceil(end / 16) * 16);
  const views = { int32: new Int32Array(bytes), uint32: new Uint32Array(bytes), float32: new Float32Array(bytes) };
  for (const { type, data, offset } of placed) views[type].set(data, offset / 4);
  return bytes;
}
