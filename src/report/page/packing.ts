/** Long lists of numbers as text that is short and quickly read. */
import type { PackedNumbers } from './contents.ts';

/** Lists shorter than this stay as they are. */
const SHORT = 8;

/**
 * JSON with long lists of numbers packed as {@link PackedNumbers}: seven digits of each, enough to draw and to hover over.
 * Fit for a script element: no `<` is left in it.
 */
export function packedJson(value: unknown): string {
  const packed = JSON.stringify(value, (_key, part: unknown) => {
    if (part === Infinity || part === -Infinity || Number.isNaN(part)) return null;
    if (!isNumbers(part) || part.length < SHORT) return part;
    return { float32: base64(Float32Array.from(part)) } satisfies PackedNumbers;
  });
  return packed.replaceAll('<', '\\u003c');
}

/** Bytes of an array as base64. */
export function base64({ buffer, byteOffset, byteLength }: Float32Array | Int16Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  if (value instanceof Float64Array || value instanceof Float32Array || value instanceof Int32Array) return true;
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}
