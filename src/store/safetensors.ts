/** Reading safetensors files, whole or by rows. Writing is in safetensors-writer.ts. */
import { closeSync, fstatSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { openForReading, unreadable } from './atomic.ts';
import { readFully } from './descriptor.ts';
import { decode, elementCount, ITEM_BYTES, type DType, type DTypeArrays } from './dtypes.ts';
import { readHeader, type TensorPlace } from './safetensors-header.ts';

export { createSafetensors, writeSafetensors } from './safetensors-writer.ts';
export type { SafetensorsWriter, TensorShape, UnfinishedFile, WritableTensor } from './safetensors-writer.ts';

/** A tensor as read. F16 and BF16 are widened to float32 (exact); I64 and U64 stay bigint until `toFloat64`. */
export interface Tensor<Type extends DType = DType> {
  /** Format in the file. */
  readonly dtype: Type;
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly data: DTypeArrays[Type];
}

/** A file read whole. */
export interface SafetensorsFile {
  readonly path: string;
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Values parsed from their JSON; a foreign file's plain text stays text. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An open file of which pieces are read. Close it. */
export interface SafetensorsReader {
  readonly path: string;
  /** Format, shape and place of every tensor. */
  readonly tensors: Readonly<Record<string, TensorPlace>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /**
   * Rows `first` … `first + count − 1` along the first axis: shape [count, …].
   *
   * @param memory where the values go, if it holds them, instead of memory of their own
   * @throws DataError where there is no such tensor, or the file has become shorter
   * @throws RangeError for rows outside the tensor
   */
  readRows(name: string, first: number, count: number, memory?: ArrayBuffer): Tensor;
  /** A whole tensor. @throws DataError as `readRows` */
  read(name: string): Tensor;
  /** Frees the file; nothing can be read afterwards. */
  close(): void;
}

/**
 * Opens a file and checks its head; the tensors stay on the disk.
 *
 * @throws DataError where it is missing or damaged, naming the byte
 */
export function openSafetensors(path: string): SafetensorsReader {
  const descriptor = openForReading(path);
  try {
    const { size } = fstatSync(descriptor);
    const { tensors, metadata } = readHeader(descriptor, path, size);
    return reader(path, descriptor, tensors, metadata);
  } catch (error) {
    closeSync(descriptor);
    throw error instanceof DataError ? error : unreadable(path, error);
  }
}

/**
 * Reads a file whole.
 *
 * @throws DataError where it is missing or damaged, naming the byte
 */
export function readSafetensors(path: string): SafetensorsFile {
  const file = openSafetensors(path);
  try {
    const tensors = Object.fromEntries(Object.keys(file.tensors).map((name) => [name, file.read(name)]));
    return { path, tensors, metadata: file.metadata };
  } finally {
    file.close();
  }
}

/**
 * A tensor that must be there in this format.
 *
 * @throws DataError where it is missing or in another format
 */
export function requireTensor<Type extends DType>(file: SafetensorsFile, name: string, dtype: Type): Tensor<Type> {
  const tensor = existing(file.path, file.tensors, name);
  if (tensor.dtype === dtype) return tensor as Tensor<Type>;
  throw new DataError(`${file.path}: tensor ${name} is ${tensor.dtype}; expected ${dtype}`);
}

function existing<Entry>(path: string, tensors: Readonly<Record<string, Entry>>, name: string): Entry {
  if (Object.hasOwn(tensors, name)) return tensors[name];
  throw new DataError(`${path} has no tensor ${name}; it has ${Object.keys(tensors).join(', ') || 'none'}`);
}

function reader(
  path: string,
  descriptor: number,
  tensors: Readonly<Record<string, TensorPlace>>,
  metadata: Readonly<Record<string, unknown>>,
): SafetensorsReader {
  let open = true;

  function piece({ dtype }: TensorPlace, shape: readonly number[], offset: number, memory?: ArrayBuffer): Tensor {
    if (!open) throw new Error(`${path} was already closed`);
    const length = elementCount(shape) * ITEM_BYTES[dtype];
    const bytes = memory && memory.byteLength >= length ? new Uint8Array(memory, 0, length) : new Uint8Array(length);
    const found = fill(bytes, offset);
    if (found < bytes.length) {
      throw new DataError(`${path} ends at byte ${offset + found}; expected ${bytes.length - found} bytes more`);
    }
    return { dtype, shape, data: decode(dtype, bytes) };
  }

  function fill(bytes: Uint8Array, offset: number): number {
    try {
      return readFully(descriptor, bytes, offset);
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  function readRows(name: string, first: number, count: number, memory?: ArrayBuffer): Tensor {
    const place = existing(path, tensors, name);
    const [rows = 1, ...rest] = place.shape;
    if (!Number.isInteger(first) || !Number.isInteger(count) || first < 0 || count < 0 || first + count > rows) {
      throw new RangeError(`rows ${first} … ${first + count - 1} of ${name}; it has rows 0 … ${rows - 1}`);
    }
    const rowBytes = elementCount(rest) * ITEM_BYTES[place.dtype];
    return piece(place, [count, ...rest], place.offset + first * rowBytes, memory);
  }

  function read(name: string): Tensor {
    const place = existing(path, tensors, name);
    return piece(place, place.shape, place.offset);
  }

  function close(): void {
    if (open) closeSync(descriptor);
    open = false;
  }

  return { path, tensors, metadata, readRows, read, close };
}
