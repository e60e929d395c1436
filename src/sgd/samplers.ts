/** The order in which samples are visited: the three samplers whose noise the theory tells apart. */
import { ConfigurationError } from '../errors.ts';
import type { RandomStream } from '../random.ts';

export type Sampler = 'reshuffle' | 'shuffle-once' | 'with-replacement';

/**
 * Batches of one epoch after another. `reshuffle` draws a new order for each epoch, `shuffle-once` keeps the first, and
 * `with-replacement` draws every sample of every batch independently.
 */
export interface BatchSource {
  /** The samples of the next epoch [batchesPerEpoch · batchSize], batch after batch. Valid until the next call. */
  nextEpoch(): Int32Array;
}

/**
 * @param samples N
 * @param batchSize S, which must divide N
 * @throws ConfigurationError when S does not divide N, or leaves fewer than two batches an epoch
 */
export function batchSource(sampler: Sampler, samples: number, batchSize: number, random: RandomStream): BatchSource {
  batchesPerEpoch(samples, batchSize);
  const order = new Int32Array(samples);
  if (sampler === 'with-replacement')
    return {
      nextEpoch() {
        for (let index = 0; index < samples; index++) order[index] = random.integer(samples);
        return order;
      },
    };
  for (let index = 0; index < samples; index++) order[index] = index;
  if (sampler === 'shuffle-once') {
    random.shuffle(order);
    return { nextEpoch: () => order };
  }
  return { nextEpoch: () => random.shuffle(order) };
}

/**
 * M = N/S.
 *
 * @throws ConfigurationError when S does not divide N, or M < 2, where an epoch has no noise at all
 */
export function batchesPerEpoch(samples: number, batchSize: number): number {
  if (samples % batchSize !== 0)
    throw new ConfigurationError(
      `batch size ${batchSize} does not divide ${samples} samples; nearest that do: ${nearestDivisors(samples, batchSize).join(', ')}`,
    );
  const batches = samples / batchSize;
  if (batches < 2)
    throw new ConfigurationError(
      `batch size ${batchSize} leaves ${batches} batch an epoch, where there is no gradient noise; the largest that leaves more is ${nearestDivisors(samples, batchSize)[0]}`,
    );
  return batches;
}

/** The divisors of `samples` just below and above `wanted` that leave at least two batches. */
export function nearestDivisors(samples: number, wanted: number): number[] {
  const nearest: number[] = [];
  for (let size = Math.min(wanted, Math.floor(samples / 2)); size >= 1; size--)
    if (samples % size === 0) {
      nearest.push(size);
      break;
    }
  for (let size = wanted + 1; size <= samples / 2; size++)
    if (samples % size === 0) {
      nearest.push(size);
      break;
    }
  return nearest;
}
