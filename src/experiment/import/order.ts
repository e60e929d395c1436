/** Whether recorded batches were drawn as they are said to have been: the prediction hangs on it. */
import { ConfigurationError } from '../../errors.ts';
import type { Experiment } from '../schema.ts';

/**
 * @param indices samples of every update [K, S]
 * @throws ConfigurationError where an epoch of a shuffled window uses a sample twice, or orders differ that are to be one
 */
export function refuseOtherOrder(
  indices: Int32Array,
  { sampler, batchSize }: Pick<Experiment['sgd'], 'sampler' | 'batchSize'>,
  batchesPerEpoch: number,
  path: string,
): void {
  if (sampler === 'with-replacement') return;
  const length = batchesPerEpoch * batchSize;
  const first = indices.subarray(0, length);
  for (let start = 0, epoch = 1; start < indices.length; start += length, epoch++) {
    const order = indices.subarray(start, start + length);
    const seen = new Set<number>();
    for (const sample of order) {
      if (seen.has(sample))
        throw new ConfigurationError(
          `${path} uses sample ${sample} twice in epoch ${epoch} of the window, which ${sampler} does not: name the sampler that drew the batches (sgd.sampler), and record from the beginning of an epoch`,
        );
      seen.add(sample);
    }
    if (sampler === 'shuffle-once' && order.some((sample, i) => sample !== first[i]))
      throw new ConfigurationError(
        `${path} has another order in epoch ${epoch} than in the first, which shuffle-once does not: name the sampler that drew the batches (sgd.sampler)`,
      );
  }
}
