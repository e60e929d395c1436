/** Which files of a known dataset lie in the data folder, told without reading them. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownDataset } from './known-files.ts';

/** A file of a dataset, or the place where it would be. */
export interface PresentFile {
  /** Name within the data folder, with forward slashes. */
  readonly file: string;
  /** Its length, or that of its unpacked copy, which will do as well; null where neither is there. */
  readonly bytes: number | null;
  /** Whether the length is that of the official file; null where it is missing or was unpacked. */
  readonly officialLength: boolean | null;
}

/** Every file of a dataset, in the order of the list of known files. @param folder the data folder */
export function presentFiles({ files }: KnownDataset, folder: string): PresentFile[] {
  return files.map(({ file, bytes: official }) => {
    const bytes = lengthOf(join(folder, file));
    if (bytes !== null) return { file, bytes, officialLength: bytes === official };
    // Archives are read as they are; single files also without their packing.
    const unpacked = /(?<!\.tar)\.gz$/.test(file) ? lengthOf(join(folder, file.slice(0, -3))) : null;
    return { file, bytes: unpacked, officialLength: null };
  });
}

function lengthOf(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : null;
}
