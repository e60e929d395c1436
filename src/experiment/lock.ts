/** One process at a time in a run directory. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import { basename, dirname, join } from 'node:path';
import { RunError } from '../errors.ts';
import { attempt, unwritable } from '../store/atomic.ts';

/**
 * Takes the lock of a run directory. It lies beside the directory, which may be renamed meanwhile.
 *
 * @returns releases it
 * @throws RunError where another living process holds it, or the folder cannot be written
 */
export function lockRunDirectory(directory: string): () => void {
  const path = join(dirname(directory), `.${basename(directory)}.lock`);
  const me = `${os.hostname()} ${process.pid}`;
  attempt(path, () => mkdirSync(dirname(path), { recursive: true }));
  for (;;) {
    try {
      const descriptor = openSync(path, 'wx');
      writeSync(descriptor, me);
      closeSync(descriptor);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
    }
    const holder = read(path);
    if (holder !== undefined && isAlive(holder))
      throw new RunError(
        `another process works in ${directory} (${holder}): wait for it, or choose another folder with --out; if there is none any more, delete ${path}`,
      );
    rmSync(path, { force: true });
  }
  const release = () => {
    if (read(path) === me) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return () => {
    process.removeListener('exit', release);
    release();
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A process of another machine that shares the folder cannot be asked: it counts as alive. */
function isAlive(holder: string): boolean {
  const [host, pid] = holder.split(' ');
  if (host !== os.hostname()) return host !== '';
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
