/** What a user sees of an error. */
import pc from 'picocolors';
import { Interrupted, UserError } from '../errors.ts';

/** What the system says of disks, folders and limits; other codes (a descriptor that was closed, say) are faults of the program. */
const OF_THE_FILE_SYSTEM = new Set([
  ...['EACCES', 'EBUSY', 'EDQUOT', 'EEXIST', 'EFBIG', 'EIO', 'EISDIR', 'ELOOP', 'EMFILE', 'ENAMETOOLONG', 'ENFILE'],
  ...['ENODEV', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'ENOTEMPTY', 'ENXIO', 'EPERM', 'EROFS', 'ESTALE', 'ETXTBSY'],
]);

/** Writes an error to standard error. @returns the exit code */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) {
    process.stderr.write(`interrupted: ${error.message}\n`);
    return 130;
  }
  if (error instanceof UserError) {
    process.stderr.write(`${pc.red('error:')} ${error.message}\n`);
    return error.exitCode;
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof Error && syscall !== undefined && OF_THE_FILE_SYSTEM.has(code ?? '')) {
    process.stderr.write(`${pc.red('error:')} the file system refuses: ${error.message}\n`);
    return 3;
  }
  // A fault of the program: here the stack is what helps.
  process.stderr.write(
    `${pc.red('internal error:')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.stderr.write('this is a fault of epochnoise, not yours; what was finished is kept\n');
  return 1;
}
