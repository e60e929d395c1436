/**
 * The number formats of safetensors and .npy files as typed arrays. All are little-endian in the files, as every machine
 * Node runs on today is; the half formats have no typed array and are widened to float32, which holds each of them exactly.
 */
import { DataError } from '../errors.ts';

/** The typed arrays that hold a tensor's values. */
export type TensorData = DTypeArrays[DType];

/** Number formats that are read, with the array each is read into. */
export interface DTypeArrays {
  U64: BigUint64Array;
  I64: BigInt64Array;
  F64: Float64Array;
  F32: Float32Array;
  U32: Uint32Array;
  I32: Int32Array;
  BF16: Float32Array;
  F16: Float32Array;
  U16: Uint16Array;
  I16: Int16Array;
  I8: Int8Array;
  U8: Uint8Array;
  /** 0 or 1. */
  BOOL: Uint8Array;
}

/** Name of a number format, as safetensors writes it. */
export type DType = keyof DTypeArrays;

/** Formats that are written. */
export type WritableDType = Exclude<DType, 'BF16' | 'F16' | 'BOOL'>;

/** Bytes of one number, in the order in which the reference implementation lays tensors out: widest first. */
export const ITEM_BYTES: Readonly<Record<DType, number>> = {
  U64: 8,
  I64: 8,
  F64: 8,
  F32: 4,
  U32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  U16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** All formats, widest first. */
export const DTYPES = Object.keys(ITEM_BYTES) as readonly DType[];

/** The format a typed array is written as. */
export function dtypeOf(data: TensorData): WritableDType {
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof BigInt64Array) return 'I64';
  if (data instanceof BigUint64Array) return 'U64';
  if (data instanceof Uint32Array) return 'U32';
  if (data instanceof Int32Array) return 'I32';
  if (data instanceof Uint16Array) return 'U16';
  if (data instanceof Int16Array) return 'I16';
  if (data instanceof Int8Array) return 'I8';
  return 'U8';
}

/** The values in `bytes`, which must start on a multiple of 8 of their buffer. Shares memory, except for the half formats. */
export function decode<Type extends DType>(dtype: Type, bytes: Uint8Array<ArrayBuffer>): DTypeArrays[Type] {
  const { buffer, byteOffset } = bytes;
  const count = bytes.byteLength / ITEM_BYTES[dtype];
  const readers: { [Key in DType]: () => DTypeArrays[Key] } = {
    U64: () => new BigUint64Array(buffer, byteOffset, count),
    I64: () => new BigInt64Array(buffer, byteOffset, count),
    F64: () => new Float64Array(buffer, byteOffset, count),
    F32: () => new Float32Array(buffer, byteOffset, count),
    U32: () => new Uint32Array(buffer, byteOffset, count),
    I32: () => new Int32Array(buffer, byteOffset, count),
    BF16: () => widenBrainFloats(new Uint16Array(buffer, byteOffset, count)),
    F16: () => Float32Array.from(new Uint16Array(buffer, byteOffset, count), halfToNumber),
    U16: () => new Uint16Array(buffer, byteOffset, count),
    I16: () => new Int16Array(buffer, byteOffset, count),
    I8: () => new Int8Array(buffer, byteOffset, count),
    U8: () => bytes,
    BOOL: () => bytes,
  };
  return readers[dtype]();
}

/**
 * Any tensor's values as float64.
 *
 * @param what names the values in the error
 * @throws DataError for an integer beyond ±2⁵³, which float64 cannot hold
 */
export function toFloat64(data: TensorData, what = 'the tensor'): Float64Array {
  if (data instanceof Float64Array) return data;
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return Float64Array.from(data);
  const converted = new Float64Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const value = Number(data[index]);
    if (!Number.isSafeInteger(value)) {
      throw new DataError(`${what}: ${data[index]} at index ${index}; integers beyond ±2^53 have no exact float64`);
    }
    converted[index] = value;
  }
  return converted;
}

/** Number of values of a shape; 1 for a scalar's empty shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** bfloat16 is the upper half of a float32. */
function widenBrainFloats(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half * 0x10000);
  return new Float32Array(words.buffer);
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
