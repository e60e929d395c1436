/** The batches of a run: those of its training, and those from its burn-in on. */
import { randomStream } from '../random.ts';
import { type BatchSource, batchSource, type Sampler } from '../sgd/samplers.ts';
import type { Experiment } from './schema.ts';

/** From the first epoch of the burn-in on, epoch after epoch, the same whenever they are drawn. @param samples N */
export function batchesOfRun({ sgd, seed }: Pick<Experiment, 'sgd' | 'seed'>, samples: number): BatchSource {
  const random = randomStream(sgd.seed ?? seed, streamFromBurnIn(sgd.sampler));
  return batchSource(sgd.sampler, samples, sgd.batchSize, random, sgd.dropLast);
}

/**
 * From the first epoch of the training on. One order for all epochs is that of burn-in and window too, unless these have a seed
 * of their own: a path that is shuffled once has one order from end to end. Whatever is drawn anew differs from what follows.
 *
 * @param samples N
 */
export function batchesOfTraining(
  { train: { sampler }, sgd, seed }: Pick<Experiment, 'train' | 'sgd' | 'seed'>,
  samples: number,
): BatchSource {
  const random = randomStream(seed, sampler === 'shuffle-once' ? streamFromBurnIn(sampler) : 'sgd/train');
  return batchSource(sampler, samples, sgd.batchSize, random, sgd.dropLast);
}

const streamFromBurnIn = (sampler: Sampler): string => `sgd/${sampler}`;
