/**
 * The mistakes a user can make, each with the exit code of the command line. Depends on nothing; any room may throw them.
 * A message is one sentence: what was given, what is expected, the way out.
 */
export class UserError extends Error {
  /** Exit code of the command line: 1 failed, 2 wrong usage or configuration, 3 files missing, damaged or not to be written. */
  readonly exitCode: number = 1;
  override readonly name: string = 'UserError';
}

/** A wrong option, key or value: exit code 2. */
export class ConfigurationError extends UserError {
  override readonly exitCode = 2;
  override readonly name = 'ConfigurationError';
}

/** A missing or damaged file, or values no experiment can use: exit code 3. */
export class DataError extends UserError {
  override readonly exitCode = 3;
  override readonly name = 'DataError';
}

/** A file or folder that cannot be written, a full disk above all: exit code 3. */
export class StorageError extends UserError {
  override readonly exitCode = 3;
  override readonly name = 'StorageError';
}

/** A run that cannot go on, for a reason that lies in the experiment: exit code 1. */
export class RunError extends UserError {
  override readonly name = 'RunError';
}

/** Not an error: work that was asked to end, and can be gone on with. Exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  /** @param message what becomes of the work */
  constructor(message = 'what was finished is kept; the same command goes on from there') {
    super(message);
  }
}
