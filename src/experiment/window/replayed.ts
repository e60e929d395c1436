/**
 * The window run again: the optimiser from the nearest state that was kept, with the batches that were recorded, in calls of
 * the same updates, so that every state has the bytes that it had. It is held against every kept state that it comes by.
 */
import { Disposables } from '../../disposables.ts';
import { DataError } from '../../errors.ts';
import { type HeavyBall, openHeavyBall } from '../../sgd/heavy-ball.ts';
import type { Motion, State, Updates } from '../../sgd/motion.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Context } from '../context.ts';
import { measuredUpdates } from '../measured-updates.ts';
import { readBatches, readOpening } from '../run-files.ts';
import type { Workbench } from '../workbench.ts';
import { openEpochStates } from './epoch-states.ts';
import { differencesOfMachine } from './machine.ts';
import type { Breathe, RecordedWindow, StatesBlock } from './recorded.ts';

/** What the last call of the optimiser that was read gave. */
interface Call extends Updates {
  /** Its first update, and the one after its last. */
  readonly first: number;
  readonly end: number;
}

/** @throws DataError where what was kept of the window is absent or damaged */
export function openReplayedWindow(
  { directory, experiment, choices }: Pick<Context, 'directory' | 'experiment' | 'choices'>,
  { problem, dataset, batchesPerEpoch }: Workbench,
): RecordedWindow {
  const { record, sgd } = experiment;
  const { size } = problem;
  const updates = record.epochs * batchesPerEpoch;
  const held = new Disposables();
  const kept = openEpochStates(directory, updates, size);
  held.add({ dispose: () => kept.close() });
  let batches: Int32Array | undefined;
  let heavyBall: HeavyBall | undefined;
  /** The state that updates are made from; none before the first. */
  let motion: Motion | undefined;
  held.add({ dispose: () => motion?.dispose() });
  /** Updates behind it; −1 before there is any. */
  let position = -1;
  let call: Call | undefined;

  /** The call that an update is made in: whole ones from the beginning of its epoch on. */
  function callOf(update: number, { updatesPerCall }: HeavyBall): { first: number; end: number } {
    const epoch = update - (update % batchesPerEpoch);
    const first = update - ((update - epoch) % updatesPerCall);
    return { first, end: Math.min(first + updatesPerCall, epoch + batchesPerEpoch) };
  }

  /** Goes to where updates can be made from: onwards, or to a kept state, whichever is nearer. */
  function enter(update: number, optimiser: HeavyBall): void {
    const index = kept.updates.findLastIndex((after) => after <= update);
    const nearest = index < 0 ? 0 : kept.updates[index];
    if (position <= update && position >= nearest) return;
    motion?.dispose();
    motion = optimiser.begin(index < 0 ? readOpening(directory) : kept.read(index));
    position = nearest;
  }

  /** @param isWanted whether the states on the way are read */
  async function makeCall({ first, end }: { first: number; end: number }, isWanted: boolean): Promise<void> {
    batches ??= readBatches(directory);
    const rows = batches.subarray(first * sgd.batchSize, end * sgd.batchSize);
    if (isWanted) call = { ...(await motion!.record(rows, sgd.learningRate)), first, end };
    else await motion!.advance(rows, sgd.learningRate);
    position = end;
    const index = kept.updates.indexOf(end);
    if (index >= 0) requireSame(await motion!.state(), kept.read(index), end);
  }

  function requireSame(state: State, recorded: State, after: number): void {
    if (isSame(state.theta, recorded.theta) && isSame(state.velocity, recorded.velocity)) return;
    throw new DataError(
      `the window run again is not the recorded one: other weights after update ${after}, ${differencesOfMachine(directory, choices, problem.backend.version)}; go on where it was recorded, or record it again to the disk with --set record.store=trajectory`,
    );
  }

  async function* states(from: number, to: number, breathe?: Breathe): AsyncGenerator<StatesBlock> {
    const optimiser = (heavyBall ??= open());
    for (let update = from; update < to;) {
      const wanted = callOf(update, optimiser);
      if (call?.first !== wanted.first) {
        enter(wanted.first, optimiser);
        while (position < wanted.first) {
          await makeCall(callOf(position, optimiser), false);
          await breathe?.();
        }
        await makeCall(wanted, true);
        await breathe?.();
      }
      const end = Math.min(to, wanted.end);
      const part = (rows: Reals) => rows.subarray((update - wanted.first) * size, (end - wanted.first) * size);
      const { theta, velocity } = call!;
      yield { first: update, rows: end - update, theta: part(theta), velocity: part(velocity) };
      update = end;
    }
  }

  /** The data set goes to the back end when the first update is made. */
  const open = () => measuredUpdates(held.add(openHeavyBall(problem, dataset.train, sgd.batchSize, sgd.momentum)));

  return { updates, size, states, weights: states, dispose: () => held.dispose() };
}

/** Bit by bit. */
function isSame(one: Reals, other: Reals): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Reals) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(one).equals(bytes(other));
}
