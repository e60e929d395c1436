/**
 * Files that appear whole or not at all: written beside under a name no reader takes for a result, synced to the disk,
 * renamed, and the directory synced too, so that the new name also survives a power cut.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError, StorageError } from '../errors.ts';
import { makeFolder } from './folder.ts';
import { readFully, writeFully } from './descriptor.ts';

/** A file in the making. Exactly one of `commit`, `leave` and `discard` ends it. */
export interface AtomicFile {
  /** Open for writing; positions are the writer's own affair. */
  readonly descriptor: number;
  /** Syncs, renames to the final name, syncs the directory. */
  commit(): void;
  /** All that was written is on the disk when this returns. */
  sync(): void;
  /** Lets what was written lie, to be gone on with. */
  leave(): void;
  /** Removes what was written; the final name stays as it was. Nothing happens after `commit` or `leave`. */
  discard(): void;
}

let opened = 0;

/**
 * Opens a file that gets its name only at `commit`. Missing parent directories are made.
 *
 * @param unfinished where it lies until then, on the same disk, if another process may have to go on with it, and whether
 *   this one does
 * @throws StorageError where the folder cannot be written; DataError where there is nothing to go on with
 */
export function openAtomic(
  path: string,
  unfinished?: { readonly path: string; readonly isGoneOnWith: boolean },
): AtomicFile {
  const directory = dirname(path);
  // The dot and the ending keep it out of every listing of results; the process id keeps two processes apart.
  const beside = unfinished?.path ?? join(directory, `.${basename(path)}.${process.pid}-${opened++}.partial`);
  const goesOn = unfinished?.isGoneOnWith ?? false;
  if (goesOn && !existsSync(beside)) throw new DataError(`no file ${beside}`);
  const descriptor = attempt(path, () => {
    for (const folder of [directory, dirname(beside)]) makeFolder(folder);
    return openSync(beside, goesOn ? 'r+' : 'w+');
  });
  let ended = false;

  function commit(): void {
    if (ended) throw new Error(`${path} was already ended`);
    ended = true;
    try {
      attempt(path, () => {
        try {
          fsyncSync(descriptor);
        } finally {
          closeSync(descriptor);
        }
        renameSync(beside, path);
      });
    } catch (error) {
      remove(beside);
      throw error;
    }
    syncDirectory(directory);
  }

  function leave(): void {
    if (ended) return;
    ended = true;
    try {
      closeSync(descriptor);
    } catch {
      // Some file systems tell here what they could not write; it is not wanted any more, or written again.
    }
  }

  function discard(): void {
    if (ended) return;
    leave();
    remove(beside);
  }

  return { descriptor, commit, sync: () => attempt(path, () => fsyncSync(descriptor)), leave, discard };
}

/**
 * Writes a file whole or not at all, replacing one of that name.
 *
 * @param content text is written as UTF-8
 * @throws StorageError where it cannot be written (no permission, disk full); a file of that name then stays as it was
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const file = openAtomic(path);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    attempt(path, () => writeFully(file.descriptor, bytes, 0));
    file.commit();
  } finally {
    file.discard();
  }
}

/**
 * SHA-256 of a file's bytes in lower-case hexadecimal.
 *
 * @throws DataError where there is no such file, or it cannot be read
 */
export function sha256File(path: string): string {
  const steps = hashing(path);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * The same of a large file, which takes about a second a gigabyte.
 *
 * @param report told the bytes so far after every piece; what it throws ends the work
 */
export async function sha256LargeFile(path: string, report: (bytes: number) => Promise<void>): Promise<string> {
  const steps = hashing(path);
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      await report(value);
    }
  } finally {
    // Closes the file where the work was ended.
    steps.return('');
  }
}

/** Reads a file in pieces of 1 MiB. @returns its digest */
function* hashing(path: string): Generator<number, string> {
  const descriptor = openForReading(path);
  try {
    const hash = createHash('sha256');
    const piece = new Uint8Array(1 << 20);
    for (let position = 0; ;) {
      const read = readFully(descriptor, piece, position);
      hash.update(piece.subarray(0, read));
      position += read;
      if (read < piece.length) return hash.digest('hex');
      yield position;
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Opens a file for reading; the caller closes the descriptor.
 *
 * @throws DataError where there is no such file, or it may not be read
 */
export function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The error for a file that cannot be opened or read, in the words of the system. */
export function unreadable(path: string, error: unknown): DataError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new DataError(`no file ${path}`);
  return new DataError(`cannot read ${path}: ${message}`, { cause: error });
}

/** Runs a write; what the system refuses becomes one sentence that names the file. */
export function attempt<Value>(path: string, write: () => Value): Value {
  try {
    return write();
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Removes a file that nobody wants. What made it unwanted is what there is to tell, should the disk refuse this too. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The next run clears it away.
  }
}

/** What helps against the refusals that a user can do something about. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  EACCES: 'choose a folder that you may write to',
  EDQUOT: 'free some space, or choose another folder',
  EFBIG: 'raise the limit of file sizes (ulimit -f), or choose another disk',
  ENOSPC: 'free some space, or choose another folder',
  EPERM: 'choose a folder that you may write to',
  EROFS: 'choose a folder that you may write to',
};

/** The error for a file that cannot be written, in the words of the system; what is no refusal of the system stays as it is. */
export function unwritable(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const wayOut = code in WAYS_OUT ? `; ${WAYS_OUT[code]}` : '';
  // The system names the file once more, often by the name that it has while it is made.
  const [said] = message.split(/, \w+ '/);
  return new StorageError(`cannot write ${path}: ${said}${wayOut}`, { cause: error });
}

/** What a system says that does not let a directory be opened or synced: the file has its name, only a power cut can undo it. */
const NO_DIRECTORY_SYNC = ['EACCES', 'EINVAL', 'ENOTSUP', 'EPERM'];

/** Makes a rename in the directory durable. Windows has no such call and does not need it; some network drives refuse it. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  try {
    const descriptor = openSync(directory, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (NO_DIRECTORY_SYNC.includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw unwritable(directory, error);
  }
}
