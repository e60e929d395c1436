/** Whether recorded updates are those that this network makes on these data: wrong science would come of any others. */
import { ConfigurationError } from '../../errors.ts';
import { type HeavyBall, openHeavyBall } from '../../sgd/heavy-ball.ts';
import { atRest, type State } from '../../sgd/motion.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Context } from '../context.ts';
import { spreadOverWindow } from '../snapshots.ts';
import type { Workbench } from '../workbench.ts';
import { type OrderedRecording, readOpeningOf, statesOf } from './recording.ts';

/** Updates that are made again. */
const UPDATES = 8;
/**
 * Part of a batch's gradient by which the two may differ. Rounding of float32 weights is about a hundredth of it where
 * velocities are differences of weights; a wrong order of the weights, rate or momentum makes it of order 1.
 */
const TOLERANCE = 0.05;

/**
 * Makes a few updates of the window again, each from the recorded state before it.
 *
 * @throws ConfigurationError where the gradient behind one of them is not that of the network
 */
export async function requireOwnUpdates(
  { experiment: { sgd, record, precision }, voice }: Context,
  { problem, dataset, batchesPerEpoch }: Workbench,
  recording: OrderedRecording,
  indices: Int32Array,
): Promise<void> {
  const { learningRate, momentum, batchSize } = sgd;
  const chosen = new Set([0, ...spreadOverWindow(record.epochs, batchesPerEpoch, UPDATES)]);
  const last = Math.max(...chosen);
  const heavyBall = openHeavyBall(problem, dataset.train, batchSize, momentum);
  const report = voice.begin('updates made again');
  try {
    let before = readOpeningOf(recording);
    let update = 0;
    for (const state of statesOf(recording)) {
      if (chosen.has(update)) {
        // From rest the first step is −η times the gradient.
        const batch = indices.subarray(update * batchSize, (update + 1) * batchSize);
        const own = await firstStep(heavyBall, atRest(before.theta, precision), batch, learningRate);
        let [difference, length] = [0, 0];
        for (let i = 0; i < problem.size; i++) {
          const recorded = state.velocity[i] - momentum * before.velocity[i];
          difference += (recorded - own[i]) ** 2;
          length += own[i] ** 2;
        }
        const off = Math.sqrt(difference / length);
        if (!(off <= TOLERANCE))
          throw new ConfigurationError(
            `update ${update + 1} of ${recording.path} is not the one that this model makes from the state before: the gradient behind it is off by ${(100 * off).toPrecision(2)} % (${100 * TOLERANCE} % are allowed); check learning rate, momentum, weight decay, the loss, the order of the weights, and that samples are counted as in these data`,
          );
        await report(update + 1, last + 1);
      }
      before = state;
      if (++update > last) break;
    }
  } finally {
    heavyBall.dispose();
  }
}

/** The velocity after one update [d]. */
async function firstStep(heavyBall: HeavyBall, state: State, batch: Int32Array, learningRate: number): Promise<Reals> {
  const motion = heavyBall.begin(state);
  try {
    await motion.advance(batch, learningRate);
    return (await motion.state()).velocity;
  } finally {
    motion.dispose();
  }
}
