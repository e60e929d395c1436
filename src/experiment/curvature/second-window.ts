/** A second window: the run goes on where its window ended, with the batches that come next. */
import { Disposables } from '../../disposables.ts';
import { openHeavyBall } from '../../sgd/heavy-ball.ts';
import type { State } from '../../sgd/motion.ts';
import type { Reals } from '../../tensor/types.ts';
import { batchesOfRun } from '../batches-of-run.ts';
import { measuredUpdates } from '../measured-updates.ts';
import type { Experiment } from '../schema.ts';
import type { WindowState } from '../snapshots.ts';
import type { Workbench } from '../workbench.ts';

/** Where the second window is gone on with. */
export interface Resumption {
  /** Epochs of it that are done. */
  readonly epoch: number;
  /** Weights and velocity after them. */
  readonly state: State;
}

/**
 * States of the second window in the order of time: those that are asked for, and the last one of every epoch. The updates
 * are those that a longer window would have made, bit for bit.
 *
 * @param states updates of the second window, from 0
 */
export async function* secondWindow(
  experiment: Experiment,
  { problem, dataset, samples, batchesPerEpoch }: Workbench,
  { epoch: done, state }: Resumption,
  states: ReadonlySet<number>,
): AsyncGenerator<WindowState> {
  const { sgd, record } = experiment;
  const { size } = problem;
  const source = batchesOfRun(experiment, samples);
  for (let epoch = 0; epoch < record.burnInEpochs + record.epochs + done; epoch++) source.nextEpoch();
  const held = new Disposables();
  try {
    const heavyBall = measuredUpdates(held.add(openHeavyBall(problem, dataset.train, sgd.batchSize, sgd.momentum)));
    const { updatesPerCall } = heavyBall;
    const motion = held.add(heavyBall.begin(state));
    for (let epoch = done; epoch < record.epochs; epoch++) {
      const order = source.nextEpoch();
      for (let first = 0; first < batchesPerEpoch; first += updatesPerCall) {
        const count = Math.min(updatesPerCall, batchesPerEpoch - first);
        const batches = order.subarray(first * sgd.batchSize, (first + count) * sgd.batchSize);
        const wanted = [...Array(count).keys()]
          .map((row) => ({ row, update: epoch * batchesPerEpoch + first + row }))
          .filter(({ row, update }) => states.has(update) || first + row === batchesPerEpoch - 1);
        if (wanted.length === 0) {
          await motion.advance(batches, sgd.learningRate);
          continue;
        }
        const after = await motion.record(batches, sgd.learningRate);
        for (const { row, update } of wanted) {
          const at = (values: Reals) => values.slice(row * size, (row + 1) * size);
          yield { update, theta: at(after.theta), velocity: at(after.velocity) };
        }
      }
    }
  } finally {
    held.dispose();
  }
}
