/**
 * Where tests have their temporary folders: in memory, if there is room. A run asks the disk to have written every file before
 * it goes on, which is most of the time of a small one on a slow disk; what it writes is the same.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** A container has 64 MB there, unless it was asked for more; all tests together hold some hundreds. */
const ENOUGH_BYTES = 4e9;

/** A value for TMPDIR. One that is set already is left as it is. */
export function temporaryFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.TMPDIR === undefined && hasRoom() && runsPrograms() ? MEMORY : tmpdir();
}

function hasRoom(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ENOUGH_BYTES;
  } catch {
    return false;
  }
}

/** Tests write programs, too, which many a container forbids there. */
function runsPrograms(): boolean {
  const folder = mkdtempSync(join(MEMORY, 'epochnoise-'));
  try {
    writeFileSync(join(folder, 'program'), '#!/bin/sh\n', { mode: 0o700 });
    return spawnSync(join(folder, 'program')).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
