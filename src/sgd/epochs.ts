/** Epochs of heavy-ball SGD: training with a decaying learning rate, and burn-in and window at a constant one. */
import type { Report } from '../progress.ts';
import type { WritableTensor } from '../store/safetensors.ts';
import { AT_THE_END, type Checkpoint, noCheckpoint } from '../store/checkpoint.ts';
import type { Reals } from '../tensor/types.ts';
import { DivergenceWatch } from './divergence.ts';
import { epochsBegun, type EpochsDone, saveEpochs } from './epochs-done.ts';
import type { HeavyBall } from './heavy-ball.ts';
import { type Evaluator, type HistoryRow, historyRow, type Phase } from './history.ts';
import type { Motion, State } from './motion.ts';
import type { BatchSource } from './samplers.ts';

/** One phase of a run. */
export interface EpochsPlan {
  readonly phase: Phase;
  readonly epochs: number;
  readonly batchSize: number;
  /** Number that the first epoch bears in the history. */
  readonly firstEpoch: number;
  /** η of an epoch, counted from 0. */
  readonly learningRate: (epoch: number) => number;
  /** Train and test split are evaluated after every so many epochs, and after the last. */
  readonly evaluateEvery: number;
  /** The loss that a growing one is held against; the first epoch's mean where it is not given. */
  readonly openingLoss?: number;
  /** Told the state after every update, valid until it returns. Row k of the phase is the state after update k+1. */
  readonly onUpdate?: (state: State, update: number, batch: Int32Array) => void;
}

/** How epochs are gone on with after an interruption. */
export interface EpochsMemory {
  /** Where they are kept between two calls of the optimiser. */
  readonly checkpoint: Checkpoint;
  /** What an earlier process has done; its state is taken over, and the source's epochs up to there are skipped. */
  readonly done?: EpochsDone | null;
  /** Called before every save: what else belongs to it. */
  readonly beforeSave?: () => Readonly<Record<string, WritableTensor>>;
}

/**
 * Runs epochs in place.
 *
 * @param source at the beginning of the phase, gone on with or not
 * @returns the history, one row an epoch
 * @throws RunError when the loss grows or is no number
 */
export async function runEpochs(
  heavyBall: HeavyBall,
  state: State,
  source: BatchSource,
  evaluator: Evaluator,
  plan: EpochsPlan,
  report: Report,
  memory: EpochsMemory = { checkpoint: noCheckpoint },
): Promise<HistoryRow[]> {
  const { done } = memory;
  if (done) {
    take(done.state, state);
    for (let epoch = 0; epoch < done.epoch; epoch++) source.nextEpoch();
  }
  // The state stays on the back end: it is read where it is recorded, saved or evaluated.
  const motion = heavyBall.begin(state);
  try {
    return await makeEpochs(motion, heavyBall.updatesPerCall, state, source, evaluator, plan, report, memory);
  } finally {
    motion.dispose();
  }
}

async function makeEpochs(
  motion: Motion,
  updatesPerCall: number,
  state: State,
  source: BatchSource,
  evaluator: Evaluator,
  plan: EpochsPlan,
  report: Report,
  { checkpoint, done, beforeSave }: EpochsMemory,
): Promise<HistoryRow[]> {
  const { phase, epochs, batchSize, onUpdate } = plan;
  const begun = done ?? epochsBegun();
  const history = [...begun.history];
  const size = state.theta.length;
  let opening = begun.openingLoss ?? plan.openingLoss;
  for (let { epoch } = begun; epoch < epochs; epoch++) {
    const learningRate = plan.learningRate(epoch);
    const watch = new DivergenceWatch(phase, learningRate, opening);
    const order = source.nextEpoch();
    const batches = order.length / batchSize;
    const isHalfDone = epoch === begun.epoch;
    let sum = isHalfDone ? begun.lossSum : 0;
    for (let first = isHalfDone ? begun.batches : 0; first < batches; first += updatesPerCall) {
      const count = Math.min(updatesPerCall, batches - first);
      const rows = order.subarray(first * batchSize, (first + count) * batchSize);
      const recorded = onUpdate ? await motion.record(rows, learningRate) : null;
      const losses = recorded?.losses ?? (await motion.advance(rows, learningRate));
      for (let row = 0; row < count; row++) {
        watch.update(losses[row], epoch + 1, first + row + 1);
        sum += losses[row];
        if (!recorded) continue;
        const at = (values: Reals) => values.subarray(row * size, (row + 1) * size);
        const after = { theta: at(recorded.theta), velocity: at(recorded.velocity) };
        onUpdate?.(after, epoch * batches + first + row, rows.subarray(row * batchSize, (row + 1) * batchSize));
      }
      if (checkpoint.isDue()) {
        take(await motion.state(), state);
        const now = { state, history, openingLoss: opening, epoch, batches: first + count, lossSum: sum };
        saveEpochs(checkpoint, now, beforeSave?.());
      }
      await report(epoch * batches + first + count, epochs * batches);
    }
    const batchLoss = sum / batches;
    opening ??= batchLoss;
    watch.epoch(batchLoss, epoch + 1);
    const evaluated = (epoch + 1) % plan.evaluateEvery === 0 || epoch + 1 === epochs;
    const known = { phase, epoch: plan.firstEpoch + epoch, learningRate, batchLoss };
    // The last epoch always is: its state is there in the end.
    if (evaluated) take(await motion.state(), state);
    const row = await historyRow(evaluator, known, evaluated ? state.theta : undefined);
    // A batch's loss is taken before its update: what the last update did shows here only.
    if (row.trainLoss !== null) watch.update(row.trainLoss, epoch + 1, batches);
    history.push(row);
  }
  if (checkpoint.isDue(AT_THE_END)) {
    const now = { state, history, openingLoss: opening, epoch: epochs, batches: 0, lossSum: 0 };
    saveEpochs(checkpoint, now, beforeSave?.());
  }
  return history;
}

/** Takes a state over. */
function take({ theta, velocity }: State, into: State): void {
  into.theta.set(theta);
  into.velocity.set(velocity);
}
