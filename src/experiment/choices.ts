/** What the machine suggests for a run: made once, kept in experiment.json, so that a resumed run gives the same bytes. */
import os from 'node:os';
import { ConfigurationError } from '../errors.ts';
import { availableMemory } from '../hessian/memory.ts';
import type { Choices } from './context.ts';
import type { Experiment } from './schema.ts';

/** A thread a core. */
export function suggestChoices({ backend }: Pick<Experiment, 'backend'>): Choices {
  return { threads: backend === 'cpu' ? 1 : coresToUse() };
}

/** Memory for what Hessian products share, where the user names none: half of what is free. */
export const suggestMemory = (): number => Math.floor(availableMemory() / 2);

/** EPOCHNOISE_THREADS, else all cores. @throws ConfigurationError for anything but a positive whole number */
export function coresToUse(): number {
  const wanted = process.env.EPOCHNOISE_THREADS;
  if (!wanted) return os.availableParallelism();
  const cores = Number(wanted);
  if (Number.isInteger(cores) && cores > 0) return cores;
  throw new ConfigurationError(`EPOCHNOISE_THREADS is ${JSON.stringify(wanted)}; expected a positive whole number`);
}
