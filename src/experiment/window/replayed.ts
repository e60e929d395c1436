/**
 * The window run again: the optimiser from the nearest state that was kept, with the batches that were recorded, in calls of
 * the same updates, so that every state has the bytes that it had. It is held against every kept state that it comes by.
 */
import { Disposables } from '../../disposables.ts';
import { DataError } from '../../errors.ts';
import { atRest, type HeavyBall, openHeavyBall, type State, type Updates } from '../../sgd/heavy-ball.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Context } from '../context.ts';
import { measured } from '../profile.ts';
import { readBatches, readOpening } from '../run-files.ts';
import type { Workbench } from '../workbench.ts';
import { openEpochStates } from './epoch-states.ts';
import { differencesOfMachine } from './machine.ts';
import type { Breathe, RecordedWindow, StatesBlock } from './recorded.ts';

/** What the last call of the optimiser gave. */
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
  const { record, sgd, precision } = experiment;
  const { size } = problem;
  const updates = record.epochs * batchesPerEpoch;
  const held = new Disposables();
  const kept = openEpochStates(directory, updates, size);
  held.add({ dispose: () => kept.close() });
  let batches: Int32Array | undefined;
  let heavyBall: HeavyBall | undefined;
  const state = atRest(new Float64Array(size), precision);
  /** Updates behind `state`; −1 before it was set. */
  let position = -1;
  let call: Call | undefined;

  /** The call that an update is made in: whole ones from the beginning of its epoch on. */
  function callOf(update: number, { updatesPerCall }: HeavyBall): { first: number; end: number } {
    const epoch = update - (update % batchesPerEpoch);
    const first = update - ((update - epoch) % updatesPerCall);
    return { first, end: Math.min(first + updatesPerCall, epoch + batchesPerEpoch) };
  }

  /** Goes to where updates can be made from: onwards, or to a kept state, whichever is nearer. */
  function enter(update: number): void {
    const index = kept.updates.findLastIndex((after) => after <= update);
    const nearest = index < 0 ? 0 : kept.updates[index];
    if (position <= update && position >= nearest) return;
    const from = index < 0 ? readOpening(directory) : kept.read(index);
    state.theta.set(from.theta);
    state.velocity.set(from.velocity);
    position = nearest;
  }

  function makeCall({ first, end }: { first: number; end: number }, optimiser: HeavyBall): Call {
    batches ??= readBatches(directory);
    const rows = batches.subarray(first * sgd.batchSize, end * sgd.batchSize);
    const made = { ...optimiser.advance(state, rows, sgd.learningRate), first, end };
    position = end;
    const index = kept.updates.indexOf(end);
    if (index >= 0) requireSame(kept.read(index), end);
    return made;
  }

  function requireSame(recorded: State, after: number): void {
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
        enter(wanted.first);
        while (position < wanted.first) {
          call = makeCall(callOf(position, optimiser), optimiser);
          await breathe?.();
        }
        call = makeCall(wanted, optimiser);
        await breathe?.();
      }
      const end = Math.min(to, wanted.end);
      const part = (rows: Reals) => rows.subarray((update - wanted.first) * size, (end - wanted.first) * size);
      const { theta, velocity } = call;
      yield { first: update, rows: end - update, theta: part(theta), velocity: part(velocity) };
      update = end;
    }
  }

  /** The data set goes to the back end when the first update is made. */
  const open = () =>
    measured(
      'SGD updates',
      held.add(openHeavyBall(problem, dataset.train, sgd.batchSize, sgd.momentum)),
      'advance',
      ({ losses }) => losses.length,
    );

  return { updates, size, states, weights: states, dispose: () => held.dispose() };
}

/** Bit by bit. */
function isSame(one: Reals, other: Reals): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Reals) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(one).equals(bytes(other));
}
