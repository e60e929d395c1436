/** Which states of the window stand for all of it where every one would cost too much. */
import type { Reals } from '../tensor/types.ts';
import type { Breathe, RecordedWindow, WeightsBlock } from './window/recorded.ts';

/** Fractional part of the golden ratio: its multiples fill the epoch evenly, however many are taken. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Updates of the window, `perEpoch` in every one of its epochs, spread evenly over the positions in the epoch; ascending. */
export function statesOfWindow(epochs: number, batchesPerEpoch: number, perEpoch: number): number[] {
  const each = Math.min(batchesPerEpoch, perEpoch);
  const states: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const positions = new Set<number>();
    for (let i = 0; i < each; i++) {
      const fraction = ((epoch * each + i + 0.5) * GOLDEN) % 1;
      let position = Math.floor(fraction * batchesPerEpoch);
      while (positions.has(position)) position = (position + 1) % batchesPerEpoch;
      positions.add(position);
    }
    for (const position of positions) states.push(epoch * batchesPerEpoch + position);
  }
  return states.sort((a, b) => a - b);
}

/**
 * About `count` updates of the window, at most one an epoch, evenly spread over the epochs, and over the positions in the epoch
 * in whatever order they come: the golden sequence is counted by snapshots, not by epochs, every so many of which would
 * come back to the same part of the epoch.
 */
export function snapshotsOfWindow(epochs: number, batchesPerEpoch: number, count: number): number[] {
  return spreadOverWindow(epochs, batchesPerEpoch, Math.min(epochs, count));
}

/** `count` updates of the window, or all there are, spread likewise, and as many in each epoch as can be; ascending. */
export function spreadOverWindow(epochs: number, batchesPerEpoch: number, count: number): number[] {
  const all = Math.min(count, epochs * batchesPerEpoch);
  const chosen = new Set<number>();
  for (let i = 0; i < all; i++) {
    const first = Math.floor(((i + 0.5) * epochs) / all) * batchesPerEpoch;
    let position = Math.floor((((i + 0.5) * GOLDEN) % 1) * batchesPerEpoch);
    while (chosen.has(first + position)) position = (position + 1) % batchesPerEpoch;
    chosen.add(first + position);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** Weights and velocity after an update, [d] each. */
export interface WindowState {
  readonly update: number;
  readonly theta: Reals;
  readonly velocity: Reals;
}

/** States of the window in the order of time, copies in the precision of the recording. @param states updates of it */
export async function* statesAt(
  window: RecordedWindow,
  states: Iterable<number>,
  breathe?: Breathe,
): AsyncGenerator<WindowState> {
  for (const update of [...new Set(states)].sort((a, b) => a - b))
    for await (const { theta, velocity } of window.states(update, update + 1, breathe))
      yield { update, theta: theta.slice(), velocity: velocity.slice() };
}

/** A state of the window with the mean of its epoch, float64 [d] each. */
export interface StateInEpoch {
  readonly update: number;
  readonly state: Float64Array;
  readonly epochMean: Float64Array;
}

/**
 * States of the window with the mean of their epoch, in the order of time; only their epochs are read, or run again. One
 * epoch is in memory at a time: its sum and its chosen states.
 *
 * @param states updates, ascending
 */
export async function* statesInEpochs(
  window: RecordedWindow,
  batchesPerEpoch: number,
  states: readonly number[],
  breathe?: Breathe,
): AsyncGenerator<StateInEpoch> {
  const chosen = new Set(states);
  for (const epoch of new Set(states.map((update) => Math.floor(update / batchesPerEpoch)))) {
    const sum = new Float64Array(window.size);
    const gathered: { readonly update: number; readonly state: Float64Array }[] = [];
    const [first, end] = [epoch * batchesPerEpoch, (epoch + 1) * batchesPerEpoch];
    for await (const { update, theta } of rowsOf(window.weights(first, end, breathe), window.size)) {
      for (let i = 0; i < sum.length; i++) sum[i] += theta[i];
      if (chosen.has(update)) gathered.push({ update, state: Float64Array.from(theta) });
    }
    const epochMean = sum.map((value) => value / batchesPerEpoch);
    for (const one of gathered) yield { ...one, epochMean };
  }
}

/**
 * Weights after chosen updates alone; memory is that of the one before.
 *
 * @param states updates, ascending
 */
export async function* weightsAfter(
  window: RecordedWindow,
  states: readonly number[],
  breathe?: Breathe,
): AsyncGenerator<{ readonly update: number; readonly theta: Reals }> {
  for (const update of states) yield* rowsOf(window.weights(update, update + 1, breathe), window.size);
}

async function* rowsOf(blocks: AsyncGenerator<WeightsBlock>, size: number) {
  for await (const { first, rows, theta } of blocks)
    for (let row = 0; row < rows; row++)
      yield { update: first + row, theta: theta.subarray(row * size, (row + 1) * size) };
}
