/**
 * How values cross into sessions and out of them: as int32, their bits unchanged, and turned inside the graph (Bitcast).
 * tfjs-node takes tensors of all other types to the GPU as they are made, and back before each run that is given them.
 */
import type { NodeLibrary } from '../library.ts';
import { bring } from '../stored.ts';
import type { Precision, Reals, Shape } from '../types.ts';

/** Brings values to the library, float32 [...] as int32 [...], doubles [...] as int32 [..., 2]; whoever gets the tensor must delete it. */
export function bringBits(
  library: NodeLibrary,
  values: Reals | Int32Array,
  shape: Shape,
  precision: Precision,
): number {
  if (values instanceof Int32Array || precision === 'float64') return bring(library, values, shape, precision);
  const { buffer, byteOffset, length } = values instanceof Float32Array ? values : new Float32Array(values);
  return bring(library, new Int32Array(buffer, byteOffset, length), shape, precision);
}

/** The real numbers whose bits a tensor has, a copy. */
export function readBits(library: NodeLibrary, tensor: number, precision: Precision): Reals {
  const { buffer, byteOffset, byteLength } = library.binding.tensorDataSync(tensor);
  return precision === 'float32'
    ? new Float32Array(buffer, byteOffset, byteLength / 4)
    : new Float64Array(buffer, byteOffset, byteLength / 8);
}
