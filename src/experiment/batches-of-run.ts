/** The batches of a run from its burn-in on. */
import { randomStream } from '../random.ts';
import { type BatchSource, batchSource } from '../sgd/samplers.ts';
import type { Experiment } from './schema.ts';

/** From the first epoch of the burn-in on, epoch after epoch, the same whenever they are drawn. @param samples N */
export function batchesOfRun({ sgd, seed }: Pick<Experiment, 'sgd' | 'seed'>, samples: number): BatchSource {
  const random = randomStream(sgd.seed ?? seed, `sgd/${sgd.sampler}`);
  return batchSource(sgd.sampler, samples, sgd.batchSize, random, sgd.dropLast);
}
