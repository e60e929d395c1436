/** C_mult: the noise that a fluctuating curvature makes of the weights' wandering within an epoch, with its interval. */
import type { BatchGradients } from '../../noise/batch-gradients.ts';
import { multiplicativeVariance } from '../../noise/multiplicative.ts';
import { randomStream } from '../../random.ts';
import { batchSource } from '../../sgd/samplers.ts';
import { meanOverGroups } from '../../statistics/mean.ts';
import { AT_THE_END, type Checkpoint } from '../../store/checkpoint.ts';
import type { Context } from '../context.ts';
import { snapshotsOfWindow, statesInEpochs, statesOfWindow } from '../snapshots.ts';
import { openWindow } from '../window/open.ts';
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
  context: Context,
  bench: Workbench,
  gradients: BatchGradients,
): Promise<Variance & { readonly snapshots: number }> {
  const { experiment, voice } = context;
  const { samples, batchesPerEpoch } = bench;
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
  const fraction = sgd.batchSize / samples;
  const report = voice.begin('noise of the fluctuating curvature');
  const checkpoint = context.checkpoint('multiplicative');
  const found = knownRows(checkpoint);
  for (const _ of found) source.nextEpoch();
  const window = openWindow(context, bench);
  try {
    const tell = () => report(found.length, chosen.length);
    for await (const snapshot of statesInEpochs(window, batchesPerEpoch, chosen.slice(found.length), tell)) {
      const drawn = source.nextEpoch().subarray(0, batches * sgd.batchSize);
      found.push(await multiplicativeVariance(gradients, snapshot, drawn, batches, fraction, tell));
      if (checkpoint.isDue()) saveRows(checkpoint, found);
      await tell();
    }
  } finally {
    window.dispose();
  }
  if (checkpoint.isDue(AT_THE_END)) saveRows(checkpoint, found);
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

/** Rows [n, k] that are saved as they come. */
function saveRows(checkpoint: Checkpoint, rows: readonly Float64Array[]): void {
  const k = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * k);
  rows.forEach((row, i) => data.set(row, i * k));
  checkpoint.save({ rows: { shape: [rows.length, k], data } });
}

function knownRows(checkpoint: Checkpoint): Float64Array[] {
  const known = checkpoint.load()?.tensors.rows;
  if (!known) return [];
  const [count, k] = known.shape;
  return Array.from({ length: count }, (_, i) => (known.data as Float64Array).subarray(i * k, (i + 1) * k));
}
