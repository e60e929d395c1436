// @ts-check
/** Where the files of a benchmark lie. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of bench/. @param {string} name */
export const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A folder for one case, gone when the process ends if not before. */
export function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'epochnoise-bench-'));
  process.on('exit', () => removeFolder(folder));
  return folder;
}

/** @param {string} folder */
export function removeFolder(folder) {
  // A process that was just ended may have written a last file meanwhile.
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
