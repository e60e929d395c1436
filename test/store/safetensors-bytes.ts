/** Safetensors files put together from the format's description alone, so that a reader is not tested with its own writer. */
import { writeFileSync } from 'node:fs';

/**
 * 8 bytes of header length, little-endian; the header; the data.
 *
 * @param header text as it is, or an object to write as JSON
 * @param length what the first 8 bytes say; the truth if left out
 */
export function safetensorsBytes(header: string | object, data: Uint8Array, length?: bigint): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([head, text, data]);
}

/** Writes such a file. */
export function writeSafetensorsBytes(
  path: string,
  header: string | object,
  data: Uint8Array,
  length?: bigint,
): string {
  writeFileSync(path, safetensorsBytes(header, data, length));
  return path;
}
