/** Whether the files of a known dataset are there, and whether they are the official ones. Nothing is changed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checksumFile, isOfficial, type Checksums } from './checksum.ts';
import type { KnownDataset } from './known-files.ts';

/** A file of a dataset, looked at. */
export interface VerifiedFile {
  /** Name within the data folder, with forward slashes. */
  readonly file: string;
  /** Where it is, or where it would have to be. */
  readonly path: string;
  /** `other`: there, with other bytes than the official file. */
  readonly state: 'missing' | 'official' | 'other';
  /** What the official file has. */
  readonly official: Checksums;
  /** What this file has; null where it is missing. */
  readonly found: Checksums | null;
}

/**
 * Looks at every file of a dataset, in the order of the list of known files.
 *
 * @param folder the data folder
 * @throws DataError where a file is there and cannot be read
 */
export async function verifyDataset(known: KnownDataset, folder: string): Promise<readonly VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  for (const knownFile of known.files) {
    const { file, md5, sha256, bytes } = knownFile;
    const path = join(folder, file);
    const found = existsSync(path) ? await checksumFile(path) : null;
    const state = found === null ? 'missing' : isOfficial(knownFile, found) ? 'official' : 'other';
    verified.push({ file, path, state, official: { md5, sha256, bytes }, found });
  }
  return verified;
}
