/**
 * Rows of numbers that are appended to a file one after another, and read back in groups. The file is plain numbers, without
 * a head: what of it counts is told elsewhere, with its checksum, so that neither a row half-written by a process that was killed
 * nor a damaged one does harm.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { DataError } from '../errors.ts';
import { makeFolder } from './folder.ts';
import { attempt } from './atomic.ts';
import { bytesOf, readFully, writeFully } from './descriptor.ts';

/** What of a file of rows counts. */
export interface Counted {
  readonly bytes: number;
  /** CRC-32 of those bytes: a disk's fault is found, not a forger's. */
  readonly checksum: number;
}

/** A file of rows that only grows at its end. Close it. */
export interface RowFile extends Counted {
  /** Appends numbers. @throws RunError where they cannot be written */
  append(values: Float32Array | Float64Array): void;
  /** Fills an array from a byte on. @throws DataError where the file ends before */
  read(into: Float32Array | Float64Array, firstByte: number): void;
  /** What comes after does not count any more: the next row takes its place. */
  truncate(bytes: number): void;
  /** Everything that was appended is on the disk when this returns. */
  sync(): void;
  close(): void;
}

const NOTHING: Counted = { bytes: 0, checksum: 0 };
/** Bytes that are read at once for the checksum. */
const BLOCK_BYTES = 2 ** 22;

/**
 * Opens a file of rows, or makes it.
 *
 * @param counted of what is there; it is read once
 * @throws DataError where there are fewer bytes, or others; RunError where the file cannot be made
 */
export function openRowFile(path: string, { bytes, checksum }: Counted = NOTHING): RowFile {
  if (bytes > 0 && !existsSync(path)) throw new DataError(`no file ${path}; expected ${bytes} bytes`);
  const descriptor = attempt(path, () => {
    makeFolder(dirname(path));
    return openSync(path, bytes > 0 ? 'r+' : 'w+');
  });
  const { size } = fstatSync(descriptor);
  if (size < bytes) {
    closeSync(descriptor);
    throw new DataError(`${path} has ${size} bytes; expected ${bytes}`);
  }
  let end = bytes;
  let sum = checksumOf(descriptor, bytes);
  if (sum !== checksum) {
    closeSync(descriptor);
    throw new DataError(`${path} is damaged: its first ${bytes} bytes are not those that were written`);
  }
  return {
    get bytes() {
      return end;
    },
    get checksum() {
      return sum;
    },
    append(values) {
      const written = bytesOf(values);
      attempt(path, () => writeFully(descriptor, written, end));
      end += written.length;
      sum = crc32(written, sum);
    },
    read(into, firstByte) {
      const wanted = bytesOf(into);
      const found = firstByte + wanted.length > end ? 0 : readFully(descriptor, wanted, firstByte);
      if (found < wanted.length)
        throw new DataError(`${path} ends before byte ${firstByte + wanted.length}; run again without it`);
    },
    truncate(to) {
      if (to >= end) return;
      end = to;
      sum = checksumOf(descriptor, end);
    },
    sync: () => attempt(path, () => fsyncSync(descriptor)),
    close: () => closeSync(descriptor),
  };
}

function checksumOf(descriptor: number, bytes: number): number {
  const block = Buffer.allocUnsafe(Math.min(bytes, BLOCK_BYTES));
  let sum = 0;
  for (let at = 0; at < bytes; at += block.length) {
    const part = block.subarray(0, Math.min(block.length, bytes - at));
    readFully(descriptor, part, at);
    sum = crc32(part, sum);
  }
  return sum;
}
