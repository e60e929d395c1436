/** Snapshots of the window: how they spread, and what is read at them, against a trajectory written by hand. */
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  snapshotsOfWindow,
  spreadOverWindow,
  statesAt,
  statesInEpochs,
  weightsAfter,
} from '../../src/experiment/snapshots.ts';
import { openStoredWindow } from '../../src/experiment/window/stored.ts';
import { createTrajectory } from '../../src/experiment/window/trajectory.ts';
import { scratchFolder } from '../store/scratch.ts';
import { listOf } from './window/list.ts';

/** Largest part of the epoch without a snapshot, counted round from its end to its beginning. */
function largestGap(positions: readonly number[], batchesPerEpoch: number): number {
  const sorted = positions.toSorted((a, b) => a - b);
  return sorted.reduce(
    (largest, position, i) =>
      Math.max(largest, (i + 1 < sorted.length ? sorted[i + 1] : sorted[0] + batchesPerEpoch) - position),
    0,
  );
}

const LENGTHS = [10, 13, 55, 100, 144, 1000];

describe('snapshotsOfWindow', () => {
  it.each([4, 10, 80])('has %d updates or as many as there are epochs, at most one in each', (count) => {
    for (let epochs = 10; epochs <= 260; epochs++)
      for (const M of LENGTHS) {
        const updates = snapshotsOfWindow(epochs, M, count);
        const inEpochs = updates.map((update) => Math.floor(update / M));
        expect(updates).toHaveLength(Math.min(epochs, count));
        expect(updates.every((update) => Number.isInteger(update) && update >= 0 && update < epochs * M)).toBe(true);
        expect(inEpochs.every((epoch, i) => i === 0 || epoch > inEpochs[i - 1])).toBe(true);
        // Evenly: neighbours are as far apart as any two others, to the epoch; so are the ends from those of the window.
        const apart = epochs / updates.length;
        const steps = inEpochs.slice(1).map((epoch, i) => epoch - inEpochs[i]);
        expect(steps.every((step) => Math.abs(step - apart) < 1)).toBe(true);
        expect(Math.abs(inEpochs[0] + 0.5 - apart / 2)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(epochs - 0.5 - inEpochs.at(-1)! - apart / 2)).toBeLessThanOrEqual(0.5);
      }
  });

  it.each([4, 10, 80])('of %d leaves no part of the epoch out, however many epochs there are', (count) => {
    for (let epochs = 10; epochs <= 260; epochs++)
      for (const M of LENGTHS) {
        const updates = snapshotsOfWindow(epochs, M, count);
        const gap = largestGap(
          updates.map((update) => update % M),
          M,
        );
        // Positions are whole numbers: a gap cannot be less than an update.
        expect(gap, `${epochs} epochs of ${M}`).toBeLessThan(Math.max((3 * M) / updates.length, 1) + 1);
      }
  });
});

describe('spreadOverWindow', () => {
  it('has as many updates as wanted, or all, ascending, as many in every epoch as can be', () => {
    for (const epochs of [1, 2, 7, 20, 40, 99, 100, 101, 300])
      for (const M of [1, 2, 10, 100, 144]) {
        const count = Math.min(100, epochs * M);
        const updates = spreadOverWindow(epochs, M, 100);
        expect(new Set(updates).size).toBe(count);
        expect(updates).toHaveLength(count);
        expect(updates).toEqual(updates.toSorted((a, b) => a - b));
        expect(updates.every((update) => Number.isInteger(update) && update >= 0 && update < epochs * M)).toBe(true);
        const inEpochs = Array.from(
          { length: epochs },
          (_, epoch) => updates.filter((update) => Math.floor(update / M) === epoch).length,
        );
        expect(Math.max(...inEpochs) - Math.min(...inEpochs), `${epochs} epochs of ${M}`).toBeLessThanOrEqual(1);
      }
  });

  it('is the snapshots of the window where these are one an epoch', () => {
    for (const epochs of [10, 80, 200])
      expect(spreadOverWindow(epochs, 100, 7)).toEqual(snapshotsOfWindow(epochs, 100, 7));
  });

  it('leaves no part of the epoch out', () => {
    for (const epochs of [5, 20, 40, 77])
      for (const M of [100, 144, 1000]) {
        const positions = spreadOverWindow(epochs, M, 100).map((update) => update % M);
        // Where several would fall on one position in an epoch, the next free one is taken.
        expect(largestGap(positions, M), `${epochs} epochs of ${M}`).toBeLessThan((3 * M) / 100 + 3);
      }
  });
});

describe('statesInEpochs', () => {
  const [M, epochs, size] = [4, 5, 3];
  const weight = (update: number, i: number) => update * update + 100 * i;
  /** Mean over the epoch's updates m, m+1, m+2, m+3 of m²: m² + 3m + 3.5. */
  const mean = (epoch: number, i: number) => (M * epoch) ** 2 + 3 * M * epoch + 3.5 + 100 * i;

  function recorded(partBytes?: number): string {
    const directory = scratchFolder();
    const trajectory = createTrajectory(directory, epochs * M, size, 'float64', partBytes);
    for (let update = 0; update < epochs * M; update++)
      trajectory.add(
        Float64Array.from({ length: size }, (_, i) => weight(update, i)),
        new Float64Array(size).fill(-1e6),
      );
    trajectory.finish();
    return directory;
  }

  function opened(partBytes?: number) {
    const window = openStoredWindow(recorded(partBytes), epochs * M, size, 3);
    onTestFinished(() => window.dispose());
    return window;
  }

  // All in one part; and two rows of θ and velocity a part, so that every epoch lies in two.
  it.each([undefined, 2 * 2 * 8 * size + 1, 3 * 2 * 8 * size])(
    'are the weights at the updates asked for, with the mean of their epoch; parts of %s bytes',
    async (partBytes) => {
      const states = [0, 5, 7, 15, 16];
      const found = await listOf(statesInEpochs(opened(partBytes), M, states));
      expect(found.map(({ update }) => update)).toEqual(states);
      for (const { update, state, epochMean } of found)
        for (let i = 0; i < size; i++) {
          expect(state[i]).toBe(weight(update, i));
          expect(epochMean[i]).toBe(mean(Math.floor(update / M), i));
        }
    },
  );

  it('keep what they gave: a later state does not write over an earlier one', async () => {
    const states = statesInEpochs(opened(), M, [1, 9]);
    const first = (await states.next()).value!;
    const before = [first.state.slice(), first.epochMean.slice()];
    await states.next();
    expect([first.state, first.epochMean]).toEqual(before);
  });

  it('of nothing are none', async () => {
    expect(await listOf(statesInEpochs(opened(), M, []))).toEqual([]);
    expect(await listOf(statesAt(opened(), []))).toEqual([]);
  });

  it('without means are the weights alone', async () => {
    for await (const { update, theta } of weightsAfter(opened(), [0, 5, 6, 19]))
      expect([...theta]).toEqual([0, 1, 2].map((i) => weight(update, i)));
  });

  it.each([undefined, 2 * 2 * 8 * size + 1])(
    'without their epochs are copies of weights and velocity, in the order of time; parts of %s bytes',
    async (partBytes) => {
      const found = await listOf(statesAt(opened(partBytes), [19, 3, 3, 0]));
      expect(found.map(({ update }) => update)).toEqual([0, 3, 19]);
      for (const { update, theta, velocity } of found) {
        expect([...theta]).toEqual([0, 1, 2].map((i) => weight(update, i)));
        expect([...velocity]).toEqual([-1e6, -1e6, -1e6]);
      }
    },
  );
});
