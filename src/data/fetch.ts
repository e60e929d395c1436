/** One file from one address onto the disk, checked on the way. */
import { open, type FileHandle } from 'node:fs/promises';
import { StorageError } from '../errors.ts';
import { checksumming, isOfficial } from './checksum.ts';
import type { KnownFile } from './known-files.ts';

/**
 * Streams a file to `path`, replacing what is there. A server that falls silent is given up after the five minutes that
 * Node's fetch waits between two pieces.
 *
 * @param progress told the bytes so far after every piece; what it throws ends the work
 * @returns null for the official bytes, on the disk; else in a few words why the address did not give them
 * @throws StorageError where the file cannot be written
 */
export async function fetchFile(
  url: string,
  known: KnownFile,
  path: string,
  progress: (bytes: number) => Promise<void>,
): Promise<string | null> {
  const ending = new AbortController();
  try {
    // Without this a server may pack what is packed already, and the pieces would not be the file's bytes.
    const headers = { 'accept-encoding': 'identity' };
    const response = await fetch(url, { headers, signal: ending.signal }).catch((error: Error) => error);
    if (response instanceof Error) return networkReason(response);
    if (!response.ok) return `the server answers ${response.status} ${response.statusText}`.trim();
    if (response.body === null) return 'the server sends nothing';
    const file = await writing(path, open(path, 'w'));
    try {
      return await receive(response.body.getReader(), known, path, file, progress);
    } finally {
      await file.close();
    }
  } finally {
    ending.abort(); // closes the connection where the body was not read to its end
  }
}

async function receive(
  body: ReadableStreamDefaultReader<Uint8Array>,
  known: KnownFile,
  path: string,
  file: FileHandle,
  progress: (bytes: number) => Promise<void>,
): Promise<string | null> {
  const checksums = checksumming();
  for (let bytes = 0; ;) {
    const piece = await body.read().catch((error: Error) => error);
    if (piece instanceof Error) return `broke off after ${bytes} of ${known.bytes} bytes (${networkReason(piece)})`;
    if (piece.done) break;
    bytes += piece.value.length;
    if (bytes > known.bytes) return `gives more than the ${known.bytes} bytes of the official file`;
    checksums.update(piece.value);
    await writing(path, file.writeFile(piece.value));
    await progress(bytes);
  }
  await writing(path, file.sync());
  const found = checksums.digest();
  if (isOfficial(known, found)) return null;
  if (found.bytes < known.bytes) return `ends after ${found.bytes} of ${known.bytes} bytes`;
  return `gives other bytes: sha256 ${found.sha256}, official ${known.sha256}`;
}

async function writing<Value>(path: string, written: Promise<Value>): Promise<Value> {
  try {
    return await written;
  } catch (error) {
    throw new StorageError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Node's fetch only says that it failed; the cause tells why. */
function networkReason(error: Error): string {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.message || cause?.code || error.message;
}
