/**
 * Rows of numbers that are appended to a file one after another, and read back in groups. The file is plain numbers, without
 * a head: what of it counts is told elsewhere, so that a row half-written by a process that was killed does no harm.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataError } from '../errors.ts';
import { attempt } from './atomic.ts';
import { bytesOf, readFully, writeFully } from './descriptor.ts';

/** A file of rows that only grows at its end. Close it. */
export interface RowFile {
  /** Bytes that count. */
  readonly bytes: number;
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

/**
 * Opens a file of rows, or makes it.
 *
 * @param bytes that count of what is there
 * @throws DataError where there are fewer; RunError where the file cannot be made
 */
export function openRowFile(path: string, bytes = 0): RowFile {
  if (bytes > 0 && !existsSync(path)) throw new DataError(`no file ${path}; expected ${bytes} bytes`);
  const descriptor = attempt(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, bytes > 0 ? 'r+' : 'w+');
  });
  const { size } = fstatSync(descriptor);
  if (size < bytes) {
    closeSync(descriptor);
    throw new DataError(`${path} has ${size} bytes; expected ${bytes}`);
  }
  let end = bytes;
  return {
    get bytes() {
      return end;
    },
    append(values) {
      const written = bytesOf(values);
      attempt(path, () => writeFully(descriptor, written, end));
      end += written.length;
    },
    read(into, firstByte) {
      const wanted = bytesOf(into);
      const found = firstByte + wanted.length > end ? 0 : readFully(descriptor, wanted, firstByte);
      if (found < wanted.length)
        throw new DataError(`${path} ends before byte ${firstByte + wanted.length}; run again without it`);
    },
    truncate(to) {
      end = Math.min(end, to);
    },
    sync: () => attempt(path, () => fsyncSync(descriptor)),
    close: () => closeSync(descriptor),
  };
}
