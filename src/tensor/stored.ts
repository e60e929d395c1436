/** Values in the native library's memory, by the binding's tensor numbers. */
import { bringReals, type NativeTensor, readReals } from './graph.ts';
import { refuseReading } from './inputs.ts';
import type { NodeLibrary } from './library.ts';
import { type Precision, type Reals, type Shape, sizeOf, type Spec, type Stored } from './types.ts';

/** Values kept in the native library, by the binding's tensor number. */
export class StoredTensor implements Stored {
  readonly shape: Shape;
  readonly dtype: 'real' | 'int32';
  readonly keeper: string;
  readonly tensor: number;
  disposed = false;
  private readonly library: NodeLibrary;
  private readonly precision: Precision;

  /** @param tensor of which the new object takes care; doubles are held by their bits, as int32 [..., 2] */
  constructor(library: NodeLibrary, tensor: number, { shape, dtype }: Spec, precision: Precision) {
    this.library = library;
    this.tensor = tensor;
    this.shape = shape;
    this.dtype = dtype;
    this.precision = precision;
    this.keeper = keeperAt(precision);
  }

  async read(): Promise<Reals> {
    refuseReading(this);
    return readReals(this.library, this.tensor, this.precision);
  }

  dispose(): void {
    if (!this.disposed) this.library.binding.deleteTensor(this.tensor);
    this.disposed = true;
  }
}

/** How stored values name the back end and precision that hold them. */
export const keeperAt = (precision: Precision) => `tensorflow at ${precision}`;

/** Brings values to the native library, and keeps them there. */
export function storeValues(
  library: NodeLibrary,
  values: Reals | Int32Array,
  shape: Shape,
  precision: Precision,
): StoredTensor {
  const dtype = values instanceof Int32Array ? 'int32' : 'real';
  return new StoredTensor(library, bring(library, ownCopy(values), shape, precision), { shape, dtype }, precision);
}

/** Keeps what a session gave: real numbers, which cross the binding between graphs as they came. */
export function keepFetched(library: NodeLibrary, { id, shape }: NativeTensor, precision: Precision): StoredTensor {
  const own = precision === 'float64' ? shape.slice(0, -1) : shape;
  return new StoredTensor(library, id, { shape: own, dtype: 'real' }, precision);
}

/** A copy: the binding shares the memory of an array that happens to lie at a multiple of 64 bytes, as long as a tensor lives. */
export const ownCopy = <Values extends Reals | Int32Array>(values: Values): Values => values.slice() as Values;

/**
 * A copy that the binding takes over into the library's memory: it begins 8 bytes after a multiple of 16. Memory of arrays
 * can be let go on the program's own thread only, that of the library on any.
 */
export function ownMemory(values: Reals | Int32Array, precision: Precision): Reals | Int32Array {
  const real = precision === 'float32' ? Float32Array : Float64Array;
  const array = values instanceof Int32Array ? Int32Array : real;
  const own = new array(new ArrayBuffer(8 + array.BYTES_PER_ELEMENT * values.length), 8);
  own.set(values);
  return own;
}

/** Brings values to the native library; whoever gets the tensor's number must delete it. */
export function bring(library: NodeLibrary, values: Reals | Int32Array, shape: Shape, precision: Precision): number {
  const size = sizeOf(shape);
  if (values.length !== size)
    throw new RangeError(
      `${values.length} values given for a tensor of shape [${shape.join(', ')}], which has ${size}`,
    );
  if (values instanceof Int32Array) return library.binding.createTensor([...shape], library.binding.TF_INT32, values);
  return bringReals(library, values, shape, precision);
}
