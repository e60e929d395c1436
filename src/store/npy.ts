/**
 * Reading NumPy's .npy files, versions 1 to 3: little-endian floats, integers and booleans in C order.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { closeSync, fstatSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { openForReading, unreadable } from './atomic.ts';
import { readFully } from './descriptor.ts';
import { decode, elementCount, ITEM_BYTES, type DType } from './dtypes.ts';
import type { Tensor } from './safetensors.ts';

/** NumPy's names of the formats that are read. */
const FORMATS: Readonly<Record<string, DType>> = {
  '<f2': 'F16',
  '<f4': 'F32',
  '<f8': 'F64',
  '|i1': 'I8',
  '<i2': 'I16',
  '<i4': 'I32',
  '<i8': 'I64',
  '|u1': 'U8',
  '<u2': 'U16',
  '<u4': 'U32',
  '<u8': 'U64',
  '|b1': 'BOOL',
};

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/** Longest header that is believed, in bytes. */
const LONGEST_HEADER = 1 << 20;

/**
 * Reads one array.
 *
 * @returns values row-major with their shape; 64-bit integers as bigint, float16 widened to float32
 * @throws DataError where the file is missing, damaged (naming the byte), or in a format that is not read
 */
export function readNpy(path: string): Tensor {
  const descriptor = openForReading(path);
  try {
    return read(descriptor, path, fstatSync(descriptor).size);
  } catch (error) {
    throw error instanceof DataError ? error : unreadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

function read(descriptor: number, path: string, size: number): Tensor {
  const start = Buffer.alloc(12);
  const found = readFully(descriptor, start, 0);
  if (!start.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new DataError(`${path}, byte 0: no .npy file (it does not start with \\x93NUMPY)`);
  }
  const version = start[6];
  if (version < 1 || version > 3) throw new DataError(`${path}, byte 6: .npy version ${version}; read are 1, 2 and 3`);
  const headerStart = version === 1 ? 10 : 12;
  const length = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  if (found < headerStart || length > LONGEST_HEADER || headerStart + length > size) {
    throw new DataError(`${path}, byte 8: a header of ${length} bytes in a file of ${size}; it was cut short`);
  }
  const header = Buffer.alloc(length);
  readFully(descriptor, header, headerStart);
  const { dtype, shape } = parseHeader(header.toString('utf8'), `${path}, byte ${headerStart}`);

  const dataStart = headerStart + length;
  const expected = elementCount(shape) * ITEM_BYTES[dtype];
  if (size - dataStart !== expected) {
    const problem = size - dataStart < expected ? `ends at byte ${size}` : `has ${size} bytes`;
    throw new DataError(
      `${path} ${problem}; its array of shape (${shape.join(', ')}) ends at byte ${dataStart + expected}`,
    );
  }
  const bytes = new Uint8Array(expected);
  readFully(descriptor, bytes, dataStart);
  return { dtype, shape, data: decode(dtype, bytes) };
}

/** The header is a Python dictionary of three known entries. */
function parseHeader(text: string, where: string): { dtype: DType; shape: readonly number[] } {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const lengths = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (fortran === undefined || lengths === undefined) {
    throw new DataError(`${where}: the header is no description of an array: ${text.trim().slice(0, 80)}`);
  }
  if (descr === undefined || !Object.hasOwn(FORMATS, descr)) {
    const known = Object.keys(FORMATS).join(', ');
    const given = descr === undefined ? 'a structured type' : `type ${descr}`;
    throw new DataError(`${where}: ${given}; read are ${known}: convert it, as in np.save(path, x.astype('<f4'))`);
  }
  if (fortran === 'True') {
    throw new DataError(`${where}: Fortran order; write it in C order with np.save(path, np.ascontiguousarray(x))`);
  }
  const shape = lengths
    .split(',')
    .filter((length) => length.trim() !== '')
    .map(Number);
  return { dtype: FORMATS[descr], shape };
}
