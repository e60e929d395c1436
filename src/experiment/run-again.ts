/** The command that does what is left of a run, however much that is. */
import { join } from 'node:path';
import { RUN_FILES } from '../store/run-directory.ts';
import { fromHere, typed } from '../typed.ts';

/**
 * A run's settings are an experiment of their own: the command does not need to know where they came from.
 *
 * @param changes further words, `--set` above all
 */
export function runAgain(directory: string, ...changes: readonly string[]): string {
  const folder = fromHere(directory);
  return typed('run', join(folder, RUN_FILES.experiment), '--out', folder, ...changes);
}
