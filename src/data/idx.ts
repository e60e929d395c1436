/**
 * MNIST's IDX format: two zero bytes, the type of the numbers, the number of dimensions, each length as a big-endian 32-bit
 * integer, then the numbers. Only unsigned bytes (type 8), which is all that MNIST uses.
 *
 * @see http://yann.lecun.com/exdb/mnist
 */
import { DataError } from '../errors.ts';

/** An array of bytes as read. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major; shares the file's memory. */
  readonly values: Uint8Array;
}

/** Type code of unsigned bytes. */
const UNSIGNED_BYTE = 8;

/**
 * Reads an array of this many dimensions.
 *
 * @param bytes the unpacked file
 * @param file names it in errors
 * @throws DataError for another magic number, a file too short or too long, naming the byte of the unpacked content
 */
export function parseIdx(bytes: Uint8Array, file: string, dimensions: number): IdxArray {
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) {
    throw new DataError(`${file} ends at byte ${bytes.length}; its header has ${start} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expected = UNSIGNED_BYTE * 256 + dimensions;
  const magic = view.getUint32(0);
  if (magic !== expected) {
    throw new DataError(`${file}, byte 0: magic number ${hexadecimal(magic)}; expected ${hexadecimal(expected)}`);
  }
  const shape = Array.from({ length: dimensions }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  const end = start + shape.reduce((product, length) => product * length, 1);
  if (bytes.length < end) {
    throw new DataError(
      `${file} ends at byte ${bytes.length}; its array of shape [${shape.join(', ')}] ends at byte ${end}`,
    );
  }
  if (bytes.length > end) {
    throw new DataError(
      `${file}, byte ${end}: ${bytes.length - end} bytes after the array of shape [${shape.join(', ')}]`,
    );
  }
  return { shape, values: bytes.subarray(start) };
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
