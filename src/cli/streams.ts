/** Standard output and error that break: a reader that has enough, a full disk behind a `>`. */
import pc from 'picocolors';

/** A result that cannot be written ends the process with exit code 3; progress that cannot be written is no reason to end a run. */
export function watchStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that closes the pipe early (head, a pager) is no error.
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`${pc.red('error:')} cannot write to standard output: ${error.message}\n`);
    process.exit(3);
  });
  process.stderr.on('error', () => {});
}
