/**
 * Whole reads and writes at a position of an open file. One call of the system moves at most 2 GiB and may move less than
 * asked; these go on until all is moved. Depends on nothing.
 */
import { readSync, writeSync } from 'node:fs';

/** Bytes asked of the system at once: below its limit of 2³¹ − 1. */
const LARGEST_TRANSFER = 1 << 30;

/** The memory of a typed array as bytes, not copied. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Writes all of `bytes` from `position` on. */
export function writeFully(descriptor: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(bytes.length - done, LARGEST_TRANSFER);
    done += writeSync(descriptor, bytes, done, length, position + done);
  }
}

/**
 * Fills `bytes` from `position` on.
 *
 * @returns how many bytes there were: fewer than asked only where the file ends
 */
export function readFully(descriptor: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(bytes.length - done, LARGEST_TRANSFER);
    const read = readSync(descriptor, bytes, done, length, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
