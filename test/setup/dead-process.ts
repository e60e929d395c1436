/** The number of a process that has ended. */
import { spawnSync } from 'node:child_process';

export function deadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}
