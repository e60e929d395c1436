/** What the machine suggests for a run: made once, kept in experiment.json, so that a resumed run gives the same bytes. */
import os from 'node:os';
import { ConfigurationError } from '../errors.ts';
import type { Choices } from './context.ts';
import type { Experiment } from './schema.ts';

/** More processes than this bring little, and each holds its own copy of the library. */
const MOST_PROCESSES = 8;

/**
 * Ops of small networks are too short to share between threads: one thread an op, and a process a core where that pays.
 * Convolutions share well.
 */
export function suggestChoices({ model, backend }: Pick<Experiment, 'model' | 'backend'>): Choices {
  const cores = coresToUse();
  if (backend === 'cpu') return { threads: 1, processes: 1 };
  if (model.name === 'lenet') return { threads: cores, processes: 1 };
  return { threads: 1, processes: Math.min(cores, MOST_PROCESSES) };
}

/** EPOCHNOISE_THREADS, else all cores. @throws ConfigurationError for anything but a positive whole number */
export function coresToUse(): number {
  const wanted = process.env.EPOCHNOISE_THREADS;
  if (!wanted) return os.availableParallelism();
  const cores = Number(wanted);
  if (Number.isInteger(cores) && cores > 0) return cores;
  throw new ConfigurationError(`EPOCHNOISE_THREADS is ${JSON.stringify(wanted)}; expected a positive whole number`);
}
