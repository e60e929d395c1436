/** Ctrl-C and polite termination: work ends at the next report of progress, so that nothing is left half-written. */
import { Interrupted } from '../errors.ts';

let wanted = false;

/** A first signal asks work to end; a second one ends the process at once. */
export function watchInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (wanted) {
        process.stderr.write('interrupted at once: what was saved before is kept\n');
        process.exit(130);
      }
      wanted = true;
      process.stderr.write(`\n${signal}: ending at the next step; again to end at once\n`);
    });
}

/** @throws Interrupted once a signal has come */
export function throwIfInterrupted(): void {
  if (wanted) throw new Interrupted();
}
