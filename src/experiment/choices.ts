/** What the machine suggests for a run: chosen once and kept in experiment.json, so that a resumed run gives the same bytes. */
import os from 'node:os';
import { z } from 'zod';
import { ConfigurationError } from '../errors.ts';
import type { Choices } from './context.ts';
import type { Experiment } from './schema.ts';

/** As experiment.json holds them, of whatever version; what is not there is suggested anew. */
export const storedChoices = z
  .object({ threads: z.number().int().positive().optional(), store: z.enum(['trajectory', 'replay']).optional() })
  .default({});

/** A thread a core, where the back end has threads. */
export function suggestChoices({ backend }: Pick<Experiment, 'backend'>): Choices {
  return { threads: backend === 'tensorflow' ? coresToUse() : 1 };
}

/** EPOCHNOISE_THREADS, else all cores. @throws ConfigurationError for anything but a positive whole number */
export function coresToUse(): number {
  const wanted = process.env.EPOCHNOISE_THREADS;
  if (!wanted) return os.availableParallelism();
  const cores = Number(wanted);
  if (Number.isInteger(cores) && cores > 0) return cores;
  throw new ConfigurationError(`EPOCHNOISE_THREADS is ${JSON.stringify(wanted)}; expected a positive whole number`);
}
