/** Checksums of data files against the official ones. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { DataError } from '../errors.ts';
import type { DataSource, DataWarning } from './dataset.ts';
import { knownFile, type KnownFile } from './known-files.ts';

/** Checksums of a file's bytes, lower-case hexadecimal. */
export interface Checksums {
  readonly md5: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Takes bytes as they come and gives their checksums at the end. */
export function checksumming(): { update(piece: Uint8Array): void; digest(): Checksums } {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  let bytes = 0;
  return {
    update(piece) {
      md5.update(piece);
      sha256.update(piece);
      bytes += piece.length;
    },
    digest: () => ({ md5: md5.digest('hex'), sha256: sha256.digest('hex'), bytes }),
  };
}

/**
 * Checksums of a file as it lies on the disk, read in pieces of 1 MiB.
 *
 * @throws DataError where it cannot be read
 */
export async function checksumFile(path: string): Promise<Checksums> {
  const checksums = checksumming();
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) checksums.update(piece);
  } catch (error) {
    throw new DataError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  return checksums.digest();
}

/** Whether these are the published bytes. */
export function isOfficial(known: KnownFile, { sha256 }: Checksums): boolean {
  return sha256 === known.sha256;
}

/** Where data came from, and the warning that belongs to it if it is not the official file. */
export function judgeSource(file: string, found: Checksums): { source: DataSource; warnings: DataWarning[] } {
  const known = knownFile(file);
  const official = known === undefined ? null : isOfficial(known, found);
  const source = { file, sha256: found.sha256, official };
  if (official) return { source, warnings: [] };
  const text =
    known === undefined
      ? `${file} has no official checksum to compare with (md5 ${found.md5}): published numbers may not be reproduced exactly`
      : `${file} is not the official file (md5 ${found.md5}; official ${known.md5}): published numbers may not be reproduced exactly`;
  return { source, warnings: [{ code: 'checksum', text }] };
}
