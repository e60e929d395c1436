/** Whether the data files are still those of a run: stages that computed with different data are never mixed. */
import { existsSync } from 'node:fs';
import type { DataSource } from '../data/dataset.ts';
import { DataError } from '../errors.ts';
import { RUN_FILES, runPath } from '../store/run-directory.ts';
import { readDataSources } from './run-files.ts';

/**
 * Holds the files that were read now against those that the run was trained on. A file that only one of them has is no
 * contradiction: a test split may come and go.
 *
 * @throws DataError where a file has other bytes than then
 */
export function requireSameData(directory: string, sources: readonly DataSource[]): void {
  if (!existsSync(runPath(directory, RUN_FILES.minimum))) return;
  const trained = new Map(readDataSources(directory).map(({ file, sha256 }) => [file, sha256]));
  for (const { file, sha256 } of sources) {
    const then = trained.get(file);
    if (then === undefined || then === sha256) continue;
    throw new DataError(
      `${file} has SHA-256 ${sha256.slice(0, 12)}…, but ${directory} was made from one with ${then.slice(0, 12)}…: name the folder of the same files (EPOCHNOISE_DATA), or run anew in another folder (--out)`,
    );
  }
}
