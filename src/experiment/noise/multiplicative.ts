/** C_mult: the noise that a fluctuating curvature makes of the weights' wandering within an epoch, with its interval. */
import type { BatchGradients } from '../../noise/batch-gradients.ts';
import { batchVariance, perSampleFromBatch } from '../../noise/batch-variance.ts';
import { multiplicativeVariance } from '../../noise/multiplicative.ts';
import { silent } from '../../progress.ts';
import { randomStream } from '../../random.ts';
import { batchSource } from '../../sgd/samplers.ts';
import { meanOverGroups } from '../../statistics/mean.ts';
import type { Context } from '../context.ts';
import { evenlyChosen, statesInEpochs, statesOfWindow } from '../snapshots.ts';
import type { Workbench } from '../workbench.ts';
import type { Variance } from './variance.ts';

/** Pairs of batch gradients, about: more snapshots than these afford say little more. */
const BATCHES = 2_000;
/** The weights' distance from the epoch's mean differs from snapshot to snapshot: fewer than these are no mean. */
const FEWEST_SNAPSHOTS = 10;

/** How many snapshots of the window stand for all of it, one an epoch. */
export function snapshotCount(epochs: number, batchesPerEpoch: number): number {
  return Math.min(epochs, Math.max(FEWEST_SNAPSHOTS, Math.floor(BATCHES / batchesPerEpoch)));
}

/**
 * Mean over snapshots, evenly spread over the epochs and over the positions in the epoch, of the variance that the distance
 * from the epoch's mean adds to one batch's gradient; the interval from the snapshots' scatter.
 *
 * @returns [k], and the number of snapshots
 */
export async function measureMultiplicative(
  { directory, experiment, voice }: Context,
  { problem, samples, batchesPerEpoch }: Workbench,
  gradients: BatchGradients,
): Promise<Variance & { readonly snapshots: number }> {
  const { sgd, record, seed } = experiment;
  const states = statesOfWindow(record.epochs, batchesPerEpoch, 1);
  const chosen = evenlyChosen(record.epochs, snapshotCount(record.epochs, batchesPerEpoch)).map((at) => states[at]);
  const random = randomStream(seed, 'noise/multiplicative');
  // Drawn without replacement whatever the sampler: an epoch of batches is then unbiased for the variance.
  const source = batchSource('reshuffle', samples, sgd.batchSize, random, sgd.dropLast);
  const updates = record.epochs * batchesPerEpoch;
  const fraction = sgd.batchSize / samples;
  const report = voice.begin('noise of the fluctuating curvature');
  const found: Float64Array[] = [];
  for (const snapshot of statesInEpochs(directory, updates, problem.size, batchesPerEpoch, chosen)) {
    found.push(
      await multiplicativeVariance(gradients, snapshot, source.nextEpoch(), batchesPerEpoch, fraction, silent),
    );
    await report(found.length, chosen.length);
  }
  const withReplacement = sgd.sampler === 'with-replacement';
  const own = (value: number) =>
    withReplacement
      ? batchVariance(perSampleFromBatch(value, samples, sgd.batchSize), {
          samples,
          batchSize: sgd.batchSize,
          withReplacement,
        })
      : value;
  const means = Array.from(found[0], (_, i) =>
    meanOverGroups(
      found.map((values) => own(values[i])),
      found.length,
    ),
  );
  return {
    variance: Float64Array.from(means, ({ value }) => value),
    low: Float64Array.from(means, ({ low }) => Math.max(0, low)),
    high: Float64Array.from(means, ({ high }) => high),
    snapshots: found.length,
  };
}
