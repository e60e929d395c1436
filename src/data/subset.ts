/** Which samples of a split of files are used. */
import { ConfigurationError } from '../errors.ts';
import { randomStream } from '../random.ts';

/** Place in the used set of each sample of the file, −1 where it is not used. */
export interface Subset {
  readonly samples: number;
  /** [samples of the file] */
  readonly slots: Int32Array;
}

/**
 * The first `samples` of a seeded shuffle of the file's samples, in the shuffle's order; all in the file's order for null.
 * A smaller number of the same seed is always a part of a larger one.
 *
 * @param available samples in the file
 * @param dataset names the random stream
 * @param named names the data in the error
 * @throws ConfigurationError where there are not that many
 */
export function chooseSubset(
  available: number,
  samples: number | null,
  seed: number,
  dataset: string,
  named = dataset,
): Subset {
  if (samples === null)
    return { samples: available, slots: Int32Array.from({ length: available }, (_, index) => index) };
  if (!Number.isInteger(samples) || samples < 1 || samples > available) {
    throw new ConfigurationError(
      `data.samples is ${samples}; ${named} has ${available}: expected 1 to ${available}, or null for all`,
    );
  }
  const order = randomStream(seed, `data/${dataset}/subset`).shuffle(
    Int32Array.from({ length: available }, (_, i) => i),
  );
  const slots = new Int32Array(available).fill(-1);
  for (let slot = 0; slot < samples; slot++) slots[order[slot]] = slot;
  return { samples, slots };
}
