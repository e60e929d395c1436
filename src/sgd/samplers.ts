/** The order in which samples are visited: the three samplers whose noise the theory tells apart. */
import { ConfigurationError } from '../errors.ts';
import type { RandomStream } from '../random.ts';

/** How batches are drawn. */
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
 * @param batchSize S, which must divide N unless the samples that are left over are dropped
 * @param dropLast every epoch leaves out what makes no whole batch: `reshuffle` others each time, `shuffle-once` the same
 * @throws ConfigurationError when S does not divide N and nothing may be dropped, or leaves fewer than two batches an epoch
 */
export function batchSource(
  sampler: Sampler,
  samples: number,
  batchSize: number,
  random: RandomStream,
  dropLast = false,
): BatchSource {
  const used = batchesPerEpoch(samples, batchSize, dropLast) * batchSize;
  if (sampler === 'with-replacement') {
    const drawn = new Int32Array(used);
    return {
      nextEpoch() {
        for (let index = 0; index < used; index++) drawn[index] = random.integer(samples);
        return drawn;
      },
    };
  }
  const order = Int32Array.from({ length: samples }, (_, index) => index);
  const whole = order.subarray(0, used);
  if (sampler === 'shuffle-once') {
    random.shuffle(order);
    return { nextEpoch: () => whole };
  }
  return {
    nextEpoch() {
      random.shuffle(order);
      return whole;
    },
  };
}

/** The samples of so many more epochs, in their order: [epochs · batchesPerEpoch · batchSize]. */
export function nextEpochs(source: BatchSource, epochs: number): Int32Array {
  let indices = new Int32Array(0);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const next = source.nextEpoch();
    if (epoch === 0) indices = new Int32Array(epochs * next.length);
    indices.set(next, epoch * next.length);
  }
  return indices;
}

/**
 * M = N/S, or ⌊N/S⌋ where a last incomplete batch is dropped.
 *
 * @throws ConfigurationError when S does not divide N and nothing may be dropped, or M < 2, where an epoch has no noise
 */
export function batchesPerEpoch(samples: number, batchSize: number, dropLast = false): number {
  if (samples % batchSize !== 0 && !dropLast)
    throw new ConfigurationError(
      `batch size ${batchSize} does not divide ${samples} samples; nearest that do: ${nearestDivisors(samples, batchSize).join(', ')}; or drop the incomplete batch of every epoch with sgd.dropLast: true`,
    );
  const batches = Math.floor(samples / batchSize);
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
