/** Tensors of a user's files, as whoever reads them hands them over, turned into checked numbers. */
import { DataError } from '../errors.ts';

/** A tensor as read. What is in neither of the float arrays counts as integers. */
export interface FileTensor {
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/**
 * Reads the tensor of this name from a file. Handed in, because the formats are the store's business.
 *
 * @throws DataError where the file is missing or damaged, or has no such tensor
 */
export type TensorReader = (path: string, name: string) => FileTensor;

/** Whether the values are stored as whole numbers or booleans. */
export function isIntegral({ data }: FileTensor): boolean {
  return !(data instanceof Float32Array || data instanceof Float64Array);
}

/**
 * Copies a tensor's values into an array of floats, and looks at each.
 *
 * @param into as long as the tensor
 * @param where names file and tensor in the error
 * @returns `into`
 * @throws DataError for NaN, an infinity, or a number that `into` cannot hold, naming its index
 */
export function copyFinite<Floats extends Float32Array | Float64Array>(
  { data, shape }: FileTensor,
  into: Floats,
  where: string,
): Floats {
  for (let index = 0; index < into.length; index++) {
    into[index] = Number(data[index]);
    if (Number.isFinite(into[index])) continue;
    const expected = Number.isFinite(Number(data[index])) ? 'a number that float32 can hold' : 'a finite number';
    throw new DataError(`${where} is ${data[index]} at index ${indexText(index, shape)}; expected ${expected}`);
  }
  return into;
}

/** The place of a flat index in a shape, as NumPy writes it: `[3, 17]`. */
export function indexText(index: number, shape: readonly number[]): string {
  const indices: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices.unshift(index % shape[axis]);
    index = Math.floor(index / shape[axis]);
  }
  return `[${indices.join(', ')}]`;
}
