/** Products of matrices. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { sizeOf } from '../../types.ts';
import type { KernelBackend } from '../library.ts';
import { product } from './product.ts';

/** a·b over the last two axes, each transposed where asked for; a batch of one serves all of the other. */
export function multiplyMatrices(
  backend: KernelBackend,
  a: tfjs.TensorInfo,
  b: tfjs.TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): tfjs.TensorInfo {
  const [heightA, widthA] = a.shape.slice(-2);
  const [heightB, widthB] = b.shape.slice(-2);
  const [rows, inner] = transposeA ? [widthA, heightA] : [heightA, widthA];
  const [terms, columns] = transposeB ? [widthB, heightB] : [heightB, widthB];
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [batchA, batchB] = [sizeOf(outerA), sizeOf(outerB)];
  if (inner !== terms || (batchA !== batchB && batchA !== 1 && batchB !== 1))
    throw new RangeError(`matMul was given tensors [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`);
  const outer = batchA >= batchB ? outerA : outerB;
  const flat = product(
    backend,
    [a, b],
    { batch: sizeOf(outer), rows, inner, columns },
    {
      key: 'MatMul',
      row: 'return vec4<i32>(batch * uniforms.batchOfA + row * uniforms.rowOfA);',
      column: 'return vec4<i32>(batch * uniforms.batchOfB + column * uniforms.columnOfB);',
      leftInner: 'return vec4<i32>(k * uniforms.innerOfA);',
      rightInner: 'return vec4<i32>(k * uniforms.innerOfB);',
      leftNext: 'p.x += uniforms.innerOfA;',
      rightNext: 'p.x += uniforms.innerOfB;',
      left: 'return A[outer.x + inner.x];',
      right: 'return B[outer.x + inner.x];',
      fields: {
        batchOfA: batchA === 1 ? 0 : rows * inner,
        batchOfB: batchB === 1 ? 0 : inner * columns,
        rowOfA: transposeA ? 1 : inner,
        innerOfA: transposeA ? rows : 1,
        columnOfB: transposeB ? inner : 1,
        innerOfB: transposeB ? 1 : columns,
      },
    },
  );
  return { dataId: flat.dataId, shape: [...outer, rows, columns], dtype: 'float32' };
}
