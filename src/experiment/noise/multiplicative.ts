/** C_mult: the noise that a fluctuating curvature makes of the weights' wandering within an epoch, with its interval. */
import type { BatchGradients } from '../../noise/batch-gradients.ts';
import { multiplicativeVariance } from '../../noise/multiplicative.ts';
import { silent } from '../../progress.ts';
import { randomStream } from '../../random.ts';
import { batchSource } from '../../sgd/samplers.ts';
import { meanOverGroups } from '../../statistics/mean.ts';
import type { Context } from '../context.ts';
import { snapshotsOfWindow, statesInEpochs, statesOfWindow } from '../snapshots.ts';
import type { Workbench } from '../workbench.ts';
import { type Variance, varianceForSampler } from './variance.ts';

/**
 * Snapshots, about, and pairs of batch gradients of all of them. The weights' distance from the epoch's mean differs from
 * snapshot to snapshot, and its error is that of all directions at once: rather many snapshots with few batches each.
 */
const SNAPSHOTS = 80;
const BATCHES = 2_000;

/**
 * Mean over snapshots, evenly spread over the epochs and over the positions in the epoch, of the variance that the distance
 * from the epoch's mean adds to one batch's gradient; the interval from the scatter between epochs.
 *
 * @returns [k], and the number of snapshots
 */
export async function measureMultiplicative(
  { directory, experiment, voice }: Context,
  { problem, samples, batchesPerEpoch }: Workbench,
  gradients: BatchGradients,
): Promise<Variance & { readonly snapshots: number }> {
  const { sgd, record, seed } = experiment;
  const perEpoch = Math.ceil(SNAPSHOTS / record.epochs);
  const chosen =
    perEpoch > 1
      ? statesOfWindow(record.epochs, batchesPerEpoch, perEpoch)
      : snapshotsOfWindow(record.epochs, batchesPerEpoch, SNAPSHOTS);
  const batches = Math.min(batchesPerEpoch, Math.max(2, Math.floor(BATCHES / chosen.length)));
  const random = randomStream(seed, 'noise/multiplicative');
  // Drawn without replacement whatever the sampler: their scatter is then unbiased for the variance.
  const source = batchSource('reshuffle', samples, sgd.batchSize, random, sgd.dropLast);
  const updates = record.epochs * batchesPerEpoch;
  const fraction = sgd.batchSize / samples;
  const report = voice.begin('noise of the fluctuating curvature');
  const found: Float64Array[] = [];
  for (const snapshot of statesInEpochs(directory, updates, problem.size, batchesPerEpoch, chosen)) {
    const drawn = source.nextEpoch().subarray(0, batches * sgd.batchSize);
    found.push(await multiplicativeVariance(gradients, snapshot, drawn, batches, fraction, silent));
    await report(found.length, chosen.length);
  }
  const means = Array.from(found[0], (_, i) =>
    meanOverGroups(
      found.map((values) => varianceForSampler(values[i], sgd, samples)),
      // Snapshots of one epoch share its mean. With one order for all epochs these means are alike, the batches are not.
      Math.min(record.epochs, found.length),
    ),
  );
  return {
    variance: Float64Array.from(means, ({ value }) => value),
    low: Float64Array.from(means, ({ low }) => Math.max(0, low)),
    high: Float64Array.from(means, ({ high }) => high),
    snapshots: found.length,
  };
}
