/** Reads what ../packing.ts has written. */
import type { PackedNumbers } from '../contents.ts';

/** The value of a block of packed JSON. In a list of numbers null stands for what is not one. */
export function parsePacked<Value>(text: string): Value {
  return JSON.parse(text, (_key, part: unknown) => {
    if (isPacked(part)) return Array.from(new Float32Array(bytes(part.float32)));
    if (Array.isArray(part) && part.every((one) => typeof one === 'number' || one === null))
      return part.map((one: number | null) => one ?? NaN);
    return part;
  }) as Value;
}

/** Numbers −32767 … 32767. */
export function shorts(base64: string): Int16Array {
  return new Int16Array(bytes(base64));
}

function isPacked(value: unknown): value is PackedNumbers {
  return typeof value === 'object' && value !== null && 'float32' in value;
}

function bytes(base64: string): ArrayBuffer {
  const text = atob(base64);
  const array = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) array[i] = text.charCodeAt(i);
  return array.buffer;
}
