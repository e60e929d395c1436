/** Whether recorded batches were drawn as they are said to have been: the prediction hangs on it. */
import { ConfigurationError } from '../../errors.ts';
import { differentDraws } from '../../statistics/occupancy.ts';
import type { Experiment } from '../schema.ts';

/** What is recorded of the order. */
export interface RecordedOrder {
  /** Samples of every update [K, S]. */
  readonly indices: Int32Array;
  /** N. */
  readonly samples: number;
  /** M. */
  readonly batchesPerEpoch: number;
  /** For errors. */
  readonly path: string;
}

/** Numbers of different samples may be so many standard deviations off; chance alone does that once in a billion recordings. */
const LIMIT = 6;
/** Orders that agree by chance once in a billion recordings show nothing. */
const UNLIKELY = Math.log(1e-9);
const SAY = 'name the sampler that drew the batches (sgd.sampler, or in the recording’s metadata)';

/**
 * @throws ConfigurationError where an epoch of a shuffled window uses a sample twice, where orders differ that are to be one
 * or agree that are to be drawn anew, and where independent draws would hardly ever repeat so few samples, or so many
 */
export function refuseOtherOrder(
  recorded: RecordedOrder,
  { sampler, batchSize }: Pick<Experiment['sgd'], 'sampler' | 'batchSize'>,
): void {
  const { indices, batchesPerEpoch, path } = recorded;
  const epochs = parts(indices, batchesPerEpoch * batchSize);
  if (sampler === 'with-replacement') {
    refuseOtherDraws(recorded, epochs, batchSize);
    return;
  }
  epochs.forEach((epoch, at) => {
    const twice = repeatedIn(epoch);
    if (twice !== null)
      throw new ConfigurationError(
        `${path} uses sample ${twice} twice in epoch ${at + 1} of the window, which ${sampler} does not: ${SAY}, and record from the beginning of an epoch`,
      );
  });
  const other = epochs.findIndex((epoch) => epoch.some((sample, i) => sample !== epochs[0][i]));
  if (sampler === 'shuffle-once') {
    if (other !== -1)
      throw new ConfigurationError(
        `${path} has another order in epoch ${other + 1} than in the first, which shuffle-once does not: ${SAY}`,
      );
    return;
  }
  refuseSameBatches(recorded, epochs, batchSize);
}

/** Draws with replacement: epochs that repeat too little or too much, and batches that never do. */
function refuseOtherDraws(
  { indices, samples, path }: RecordedOrder,
  epochs: readonly Int32Array[],
  batchSize: number,
): void {
  const { found, expected, deviation } = differentIn(epochs, samples);
  if (Math.abs(deviation) > LIMIT) {
    const isShuffled = epochs.every((epoch) => repeatedIn(epoch) === null);
    const isOnce = epochs.every((epoch) => epoch.every((sample, i) => sample === epochs[0][i]));
    const seen = isShuffled
      ? `never uses a sample twice in an epoch, in ${epochs.length} epochs of ${epochs[0].length} draws`
      : `uses ${found.toFixed(0)} different samples in an epoch, in the mean`;
    const way = isShuffled
      ? `it was ${isOnce ? 'shuffle-once' : 'reshuffle'}: ${SAY}`
      : `${SAY}, and record from the beginning of an epoch`;
    throw new ConfigurationError(
      `${path} ${seen}, where with-replacement uses about ${expected.toFixed(0)} of ${samples}: ${way}`,
    );
  }
  const within = differentIn(parts(indices, batchSize), samples);
  if (Math.abs(within.deviation) > LIMIT)
    throw new ConfigurationError(
      `${path} has ${within.found.toFixed(2)} different samples in a batch of ${batchSize}, in the mean, where with-replacement, which draws each by itself, has ${within.expected.toFixed(2)}: the noise would be another; record with one of the three samplers`,
    );
}

/** Numbers of different samples in parts of equal length, in the mean; deviation in standard deviations of that mean. */
function differentIn(all: readonly Int32Array[], samples: number) {
  const { mean: expected, variance } = differentDraws(all[0].length, samples);
  const found = all.reduce((sum, part) => sum + new Set(part).size, 0) / all.length;
  return { found, expected, deviation: variance > 0 ? (found - expected) / Math.sqrt(variance / all.length) : 0 };
}

/** Reshuffling: batches of the same samples in every epoch, which shuffling anew hardly ever makes. */
function refuseSameBatches(
  { samples, batchesPerEpoch, path }: RecordedOrder,
  epochs: readonly Int32Array[],
  batchSize: number,
): void {
  const batches = epochs.map((epoch) => parts(epoch, batchSize).map((batch) => Int32Array.from(batch).sort().join()));
  const recurs = (of: (epoch: readonly string[]) => string): boolean =>
    batches.every((epoch) => of(epoch) === of(batches[0]));
  // Logarithm of the number of ways to fill M batches, and of those to bring them into an order.
  const orders = logFactorial(batchesPerEpoch);
  const ways =
    logFactorial(samples) -
    logFactorial(samples - batchesPerEpoch * batchSize) -
    batchesPerEpoch * logFactorial(batchSize);
  const isUnlikely = (log: number): boolean => -log * (epochs.length - 1) < UNLIKELY;
  if (isUnlikely(ways) && recurs((epoch) => epoch.join(';')))
    throw new ConfigurationError(
      `${path} has the same order in every epoch, where reshuffle draws a new one: it was shuffle-once: ${SAY}`,
    );
  if (isUnlikely(ways - orders) && recurs((epoch) => [...epoch].sort().join(';')))
    throw new ConfigurationError(
      `${path} has the same batches in every epoch, in changing order, where reshuffle fills them anew: the noise is that of none of the three samplers; shuffle the samples, not the batches, and record again`,
    );
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
}

function parts(indices: Int32Array, length: number): Int32Array[] {
  return Array.from({ length: indices.length / length }, (_, at) => indices.subarray(at * length, (at + 1) * length));
}

function repeatedIn(epoch: Int32Array): number | null {
  const seen = new Set<number>();
  for (const sample of epoch) {
    if (seen.has(sample)) return sample;
    seen.add(sample);
  }
  return null;
}
