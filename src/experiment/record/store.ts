/** How this run keeps its window, and whether there is room for it. */
import type { HeavyBall } from '../../sgd/heavy-ball.ts';
import type { State } from '../../sgd/motion.ts';
import type { Context } from '../context.ts';
import { bytesToRecord } from '../window/open-recorder.ts';
import { chooseStore, diskSpeed, freeBytesAt, requireSpace, type Store } from '../window/store-choice.ts';
import { trajectoryBytes } from '../window/trajectory.ts';
import type { Workbench } from '../workbench.ts';

/** An update is timed for so long. */
const TRIAL_SECONDS = 0.5;

/** As the configuration has it, or as it was chosen before; undefined where it is still to be chosen. */
const knownStore = ({ experiment, choices }: Context): Store | undefined =>
  experiment.record.store === 'auto' ? choices.store : experiment.record.store;

/** @throws DataError where the window has no room, as far as is known how it is kept */
export function requireSpaceFor(context: Context, bench: Workbench): void {
  const store = knownStore(context);
  if (store) requireSpace(context.directory, store, bytesToRecord(context, bench, store));
}

/**
 * The way the window is kept; where it is left open it is chosen, said, and written down.
 *
 * @param state at the opening; not changed
 * @param indices of the window's batches
 * @throws DataError where there is no room
 */
export async function chooseStoreOf(
  context: Context,
  bench: Workbench,
  heavyBall: HeavyBall,
  state: State,
  indices: Int32Array,
): Promise<Store> {
  const known = knownStore(context);
  if (known) return known;
  const { directory, experiment, voice } = context;
  const { problem, batchesPerEpoch } = bench;
  const updates = experiment.record.epochs * batchesPerEpoch;
  const cost = {
    bytes: trajectoryBytes(updates, problem.size, experiment.precision),
    freeBytes: freeBytesAt(directory),
    updates,
  };
  const { store, reason } = await chooseStore(cost, async () => ({
    bytesPerSecond: diskSpeed(directory),
    secondsPerUpdate: await timeUpdates(heavyBall, state, indices, experiment.sgd, batchesPerEpoch),
  }));
  requireSpace(directory, store, bytesToRecord(context, bench, store));
  context.choose({ store });
  if (reason) voice.say(reason);
  return store;
}

/** Seconds of one update, recorded, on a copy of the state. */
async function timeUpdates(
  heavyBall: HeavyBall,
  state: State,
  indices: Int32Array,
  { batchSize, learningRate }: { readonly batchSize: number; readonly learningRate: number },
  batchesPerEpoch: number,
): Promise<number> {
  const count = Math.min(heavyBall.updatesPerCall, batchesPerEpoch);
  const batches = indices.subarray(0, count * batchSize);
  const motion = heavyBall.begin(state);
  try {
    // The first call may compile.
    await motion.record(batches, learningRate);
    const start = performance.now();
    let updates = 0;
    while (performance.now() - start < 1000 * TRIAL_SECONDS) {
      await motion.record(batches, learningRate);
      updates += count;
    }
    return (performance.now() - start) / 1000 / updates;
  } finally {
    motion.dispose();
  }
}
