/** A second window: the run goes on where its window ended, with the batches that come next. */
import { openHeavyBall, type State } from '../../sgd/heavy-ball.ts';
import { batchesOfRun } from '../batches-of-run.ts';
import { measured } from '../profile.ts';
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
  { epoch: done, state: { theta, velocity } }: Resumption,
  states: ReadonlySet<number>,
): AsyncGenerator<WindowState> {
  const { sgd, record } = experiment;
  const { size } = problem;
  const source = batchesOfRun(experiment, samples);
  for (let epoch = 0; epoch < record.burnInEpochs + record.epochs + done; epoch++) source.nextEpoch();
  const state = { theta: theta.slice(), velocity: velocity.slice() };
  const heavyBall = openHeavyBall(problem, dataset.train, sgd.batchSize, sgd.momentum);
  const { updatesPerCall } = heavyBall;
  const { advance } = measured('SGD updates', heavyBall, 'advance', ({ losses }) => losses.length);
  try {
    for (let epoch = done; epoch < record.epochs; epoch++) {
      const order = source.nextEpoch();
      for (let first = 0; first < batchesPerEpoch; first += updatesPerCall) {
        const count = Math.min(updatesPerCall, batchesPerEpoch - first);
        const batches = order.subarray(first * sgd.batchSize, (first + count) * sgd.batchSize);
        const after = advance(state, batches, sgd.learningRate);
        for (let row = 0; row < count; row++) {
          const update = epoch * batchesPerEpoch + first + row;
          if (!states.has(update) && first + row !== batchesPerEpoch - 1) continue;
          const at = (values: typeof theta) => values.slice(row * size, (row + 1) * size);
          yield { update, theta: at(after.theta), velocity: at(after.velocity) };
        }
      }
    }
  } finally {
    heavyBall.dispose();
  }
}
