/**
 * Downloading the official files of a known dataset. A file gets its name only once all its bytes are there and their
 * checksum is the official one; what is there already is left as it is.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError, StorageError } from '../errors.ts';
import type { Report } from '../progress.ts';
import { fetchFile } from './fetch.ts';
import type { KnownDataset, KnownFile } from './known-files.ts';

export { verifyDataset, type VerifiedFile } from './verify.ts';

/** An address that did not give the file. */
export interface FailedUrl {
  readonly url: string;
  /** A few words. */
  readonly reason: string;
}

/** A file of a dataset that is there now. */
export interface DownloadedFile {
  /** Name within the data folder, with forward slashes. */
  readonly file: string;
  readonly path: string;
  /** Where it came from; null: it was there before and was not touched. */
  readonly url: string | null;
  /** Addresses that were tried before. */
  readonly failures: readonly FailedUrl[];
}

/**
 * Fetches each missing file from its addresses in turn.
 *
 * @param folder the data folder; made where there is none
 * @param report told bytes so far of all bytes to fetch, with the file's name, or an address that failed and why. What it
 *   throws ends the work and leaves nothing half-written.
 * @throws DataError after the last file if one could not be had, naming where to put it by hand
 * @throws StorageError where the folder cannot be written
 */
export async function downloadDataset(
  known: KnownDataset,
  folder: string,
  report: Report,
): Promise<readonly DownloadedFile[]> {
  const isThere = ({ file }: KnownFile) => existsSync(join(folder, file));
  const total = known.files.reduce((sum, file) => sum + (isThere(file) ? 0 : file.bytes), 0);
  const files: DownloadedFile[] = [];
  let done = 0;
  for (const knownFile of known.files) {
    const path = join(folder, knownFile.file);
    if (isThere(knownFile)) {
      files.push({ file: knownFile.file, path, url: null, failures: [] });
      continue;
    }
    files.push(await downloadFile(knownFile, path, (bytes, detail) => report(done + bytes, total, detail)));
    done += knownFile.bytes;
  }
  const missing = known.files.filter((file) => !isThere(file));
  if (missing.length === 0) return files;
  const told = missing.map(({ file, bytes, sha256 }) => {
    const { path, failures } = files.find((one) => one.file === file)!;
    const tried = failures.map(({ url, reason }) => `${url}: ${reason}`).join('; ');
    return `${path} (${bytes} bytes, sha256 ${sha256}; tried ${tried})`;
  });
  throw new DataError(
    `${missing.length} of the ${known.files.length} files of ${known.name} could not be downloaded; ` +
      `get them in another way and put them at ${told.join(' and ')}`,
  );
}

/** Tries each address; without `url` in the result none had the file. */
async function downloadFile(
  known: KnownFile,
  path: string,
  report: (bytes: number, detail: string) => Promise<void>,
): Promise<DownloadedFile> {
  const failures: FailedUrl[] = [];
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
  writing(path, () => mkdirSync(dirname(path), { recursive: true }));
  try {
    for (const url of known.urls) {
      await report(0, known.file);
      const reason = await fetchFile(url, known, partial, (bytes) => report(bytes, known.file));
      if (reason === null) {
        writing(path, () => renameSync(partial, path));
        return { file: known.file, path, url, failures };
      }
      failures.push({ url, reason });
      await report(0, `${url}: ${reason}`);
    }
    return { file: known.file, path, url: null, failures };
  } finally {
    rmSync(partial, { force: true });
  }
}

function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new StorageError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
