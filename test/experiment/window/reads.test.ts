/** Of a window on disk only those rows are read that are wanted. Channel: bytes that files were asked for. */
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { statesInEpochs, weightsAfter } from '../../../src/experiment/snapshots.ts';
import { openStoredWindow } from '../../../src/experiment/window/stored.ts';
import { createTrajectory } from '../../../src/experiment/window/trajectory.ts';
import type * as Descriptor from '../../../src/store/descriptor.ts';
import { scratchFolder } from '../../store/scratch.ts';
import { listOf } from './list.ts';

const read = vi.hoisted(() => ({ bytes: 0 }));
vi.mock('../../../src/store/descriptor.ts', async (original) => {
  const real = await original<typeof Descriptor>();
  const readFully: typeof Descriptor.readFully = (descriptor, bytes, position) => {
    read.bytes += bytes.length;
    return real.readFully(descriptor, bytes, position);
  };
  return { ...real, readFully };
});

const [M, EPOCHS, SIZE] = [10, 8, 1000];
const ROW = 4 * SIZE;
/** A part's head, read when it is opened. */
const HEAD = 400;

describe('of a window in parts, a reader of', () => {
  let window: ReturnType<typeof openStoredWindow>;
  beforeEach(() => {
    const directory = scratchFolder();
    // Parts of seven updates: epochs lie across them.
    const trajectory = createTrajectory(directory, M * EPOCHS, SIZE, 'float32', 7 * 2 * ROW);
    for (let update = 0; update < M * EPOCHS; update++)
      trajectory.add(new Float32Array(SIZE).fill(update), new Float32Array(SIZE));
    trajectory.finish();
    window = openStoredWindow(directory, M * EPOCHS, SIZE, 4);
    onTestFinished(() => window.dispose());
    read.bytes = 0;
  });

  const around = (rows: number, parts: number) => {
    expect(read.bytes).toBeGreaterThanOrEqual(rows * ROW);
    expect(read.bytes).toBeLessThan(rows * ROW + parts * HEAD);
  };

  it('single states reads their weights', async () => {
    expect(await listOf(weightsAfter(window, [3, 4, 31, 79]))).toHaveLength(4);
    around(4, 3);
  });

  it('states with the mean of their epoch reads the weights of these epochs', async () => {
    expect(await listOf(statesInEpochs(window, M, [12, 17, 60]))).toHaveLength(3);
    around(2 * M, 5);
  });

  it('some updates reads their weights and velocities', async () => {
    for await (const { rows } of window.states(5, 15)) expect(rows).toBeLessThanOrEqual(4);
    around(2 * 10, 3);
  });
});
