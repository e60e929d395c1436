/** Values in the native library's memory, by the binding's tensor numbers. */
import { bringReals } from './graph.ts';
import type { NodeLibrary } from './library.ts';
import { type Precision, type Reals, type Shape, sizeOf, type Stored } from './types.ts';

/** Values kept in the native library, by the binding's tensor number. */
export class StoredTensor implements Stored {
  readonly shape: Shape;
  readonly dtype: 'real' | 'int32';
  readonly keeper: string;
  readonly tensor: number;
  disposed = false;
  private readonly library: NodeLibrary;

  constructor(library: NodeLibrary, values: Reals | Int32Array, shape: Shape, precision: Precision) {
    this.library = library;
    this.shape = shape;
    this.dtype = values instanceof Int32Array ? 'int32' : 'real';
    this.keeper = keeperAt(precision);
    // A copy: the binding shares the memory of an array that happens to lie at a multiple of 64 bytes.
    this.tensor = bring(library, values.slice(), shape, precision);
  }

  dispose(): void {
    if (!this.disposed) this.library.binding.deleteTensor(this.tensor);
    this.disposed = true;
  }
}

/** How stored values name the back end and precision that hold them. */
export const keeperAt = (precision: Precision) => `tensorflow at ${precision}`;

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
