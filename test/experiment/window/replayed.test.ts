/** A window that is run again against the same window on disk, bit by bit, and what it costs. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../../src/experiment/schema.ts';
import { runExperiment } from '../../../src/experiment/index.ts';
import { epochStatesBytes, keptUpdates } from '../../../src/experiment/window/epoch-states.ts';
import { openWindow } from '../../../src/experiment/window/open.ts';
import type { RecordedWindow } from '../../../src/experiment/window/recorded.ts';
import { openWorkbench, type Workbench } from '../../../src/experiment/workbench.ts';
import { onBackend } from '../../../src/models/problem.ts';
import { readJson, writeJson } from '../../../src/store/json.ts';
import { readSafetensors, type WritableTensor, writeSafetensors } from '../../../src/store/safetensors.ts';
import { heldByLibrary } from '../../../src/tensor/backend.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { problemOf } from '../../store/scratch.ts';
import { failingAt } from '../../tensor/failing.ts';
import { quiet, SIZE, tiny } from '../run/tiny.ts';

/** 25 updates an epoch, made in calls of 10, 10 and 5. */
const M = 25;
const EPOCHS = 5;
const choices = { threads: 1 };
const experimentOf = (store: string, more = {}): Experiment =>
  tiny({ sgd: { batchSize: 16 }, record: { store }, ...more });

const folder = temporaryFolders();
/** What a state is, a line for each number. */
type Row = { update: number; theta: number[]; velocity: number[] };

async function statesOf(window: RecordedWindow, first: number, end: number): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const block of window.states(first, end))
    for (let row = 0; row < block.rows; row++) {
      const part = (values: ArrayLike<number>) => Array.from(values).slice(row * SIZE, (row + 1) * SIZE);
      rows.push({ update: block.first + row, theta: part(block.theta), velocity: part(block.velocity) });
    }
  return rows;
}

async function weightsOf(window: RecordedWindow, update: number): Promise<number[]> {
  for await (const { theta } of window.weights(update, update + 1)) return [...theta];
  throw new Error('no weights');
}

describe.each(['float32', 'float64'] as const)('a replayed window at %s', (precision) => {
  let stored: RecordedWindow;
  let all: Row[];
  let directory: string;
  let bench: Workbench;
  const counted = { runs: 0 };
  const settings = { precision };
  const open = () => openWindow({ directory, experiment: experimentOf('replay', settings), choices }, bench);

  beforeAll(async () => {
    const [here, there] = ['stored', 'replayed'].map((name) => join(folder(), name));
    for (const [name, store] of [
      [here, 'trajectory'],
      [there, 'replay'],
    ])
      await runExperiment(name, experimentOf(store, settings), quiet, { until: 'record' });
    const opened = await openWorkbench(experimentOf('replay', settings), choices, quiet);
    const counting = failingAt(Infinity, opened.problem.backend);
    bench = { ...opened, problem: onBackend(opened.problem, counting.failing) };
    Object.defineProperty(counted, 'runs', { get: () => counting.counted.runs });
    directory = there;
    stored = openWindow({ directory: here, experiment: experimentOf('trajectory', settings), choices }, bench);
    all = await statesOf(stored, 0, EPOCHS * M);
  });
  afterAll(() => stored.dispose());

  it('has every state of the stored one, bit by bit, in whatever order it is asked', async () => {
    expect(all).toHaveLength(EPOCHS * M);
    const held = heldByLibrary();
    const window = open();
    expect(await statesOf(window, 0, EPOCHS * M)).toEqual(all);
    for (const [first, end] of [
      [0, 1],
      [60, 61],
      [57, 83],
      [124, 125],
      [3, 12],
      [49, 51],
      [10, 10],
    ])
      expect(await statesOf(window, first, end), `${first}…${end}`).toEqual(all.slice(first, end));
    window.dispose();
    expect(heldByLibrary()).toEqual(held);
  });

  it('makes only the calls from the nearest epoch on, each once', async () => {
    const window = open();
    // Both lengths of call are compiled.
    await weightsOf(window, M - 1);
    const costs: number[] = [];
    for (const update of [3 * M + 12, 3 * M + 18, 3 * M + 22, 4 * M + 2, 1 * M, 1 * M + 24, 1 * M + 3]) {
      const before = counted.runs;
      let breaths = 0;
      for await (const { theta } of window.weights(update, update + 1, async () => void breaths++))
        expect([...theta]).toEqual(all[update].theta);
      expect(breaths).toBe(counted.runs - before);
      costs.push(breaths);
    }
    // The second and the sixth go on from where the one before ended; the last is behind it.
    expect(costs).toEqual([2, 0, 1, 1, 1, 2, 1]);
    window.dispose();
  });

  it('ends where a breath throws', async () => {
    const window = open();
    const states = window.states(0, EPOCHS * M, async () => {
      throw new Error('enough');
    });
    await expect(states.next()).rejects.toThrow('enough');
    window.dispose();
  });
});

describe('a window that does not come out as it was', () => {
  const path = () => join(directory, 'epochs.safetensors');
  let directory: string;
  let bench: Workbench;
  const experiment = experimentOf('replay');

  beforeAll(async () => {
    directory = join(folder(), 'changed');
    await runExperiment(directory, experiment, quiet, { until: 'record' });
    bench = await openWorkbench(experiment, choices, quiet);
  });

  /** Writes some of the kept states, changed. */
  function keep(rows: readonly number[], change: (theta: Float32Array, velocity: Float32Array) => void = () => {}) {
    const { tensors } = readSafetensors(path());
    const some = (name: string) =>
      Float32Array.from(
        rows.flatMap((row) => [...(tensors[name].data as Float32Array).subarray(row * SIZE, (row + 1) * SIZE)]),
      );
    const [theta, velocity] = [some('theta'), some('velocity')];
    change(theta, velocity);
    const updates = Int32Array.from(rows, (row) => (tensors.updates.data as Int32Array)[row]);
    const shape = [rows.length, SIZE];
    writeSafetensors(path(), {
      updates: { shape: [rows.length], data: updates },
      theta: { shape, data: theta },
      velocity: { shape, data: velocity },
    });
  }
  async function problem(first = 0, end = EPOCHS * M) {
    let window: RecordedWindow | undefined;
    try {
      return await problemOf(() => {
        window = openWindow({ directory, experiment, choices }, bench);
        return statesOf(window, first, end);
      });
    } finally {
      window?.dispose();
    }
  }

  it('is noticed at the next kept state, by one bit', async () => {
    const original = readSafetensors(path());
    const flip = (values: Float32Array, at: number) => {
      const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
      bits[at] ^= 1;
    };
    const sentence = (update: number, why: string) =>
      `exit 3: the window run again is not the recorded one: other weights after update ${update}, ${why}; go on where it was recorded, or record it again to the disk with --set record.store=trajectory`;
    const same = 'although CPU, threads and native library are the same';
    const restore = () => writeSafetensors(path(), original.tensors as unknown as Record<string, WritableTensor>);

    expect(await problem()).toBe('no error');
    keep([0, 1, 2, 3, 4], (theta) => flip(theta, 2 * SIZE + 7));
    expect(await problem(0, 2 * M)).toBe('no error');
    expect(await problem()).toBe(sentence(3 * M, same));
    restore();
    // Few states are kept: the velocity of the last is wrong.
    keep([1, 4], (_, velocity) => flip(velocity, SIZE));
    expect(await problem(0, 4 * M)).toBe('no error');
    expect(await problem(3 * M + 4)).toBe(sentence(EPOCHS * M, same));

    const environment = readJson<object>(join(directory, 'environment.json'));
    writeJson(join(directory, 'environment.json'), { ...environment, cpu: 'another', threads: 8 });
    expect(await problem()).toMatch(/, CPU then another, now .+, threads then 8, now 1; go on/);
    restore();
  });

  it('is refused where the states are of another window', async () => {
    keep([0, 1]);
    expect(await problem()).toMatch(
      /^exit 3: .*epochs\.safetensors holds states of shape \[2, 19\] up to update 50; expected \[epochs, 19\] up to 125$/,
    );
  });
});

describe('states that are kept', () => {
  it('are those of all epochs where they are small, of fewer where they are not, of the last in any case', () => {
    const window = { epochs: 20, batchesPerEpoch: 1000 };
    expect(keptUpdates(window, 136_886, 'float32')).toEqual(Array.from({ length: 20 }, (_, i) => 1000 * (i + 1)));
    expect(epochStatesBytes(window, 136_886, 'float32')).toBe(20 * 2 * 4 * 136_886);
    // 24 MB each: five fit into 128 MiB.
    expect(keptUpdates(window, 3_000_000, 'float32')).toEqual([4000, 8000, 12_000, 16_000, 20_000]);
    expect(keptUpdates({ epochs: 7, batchesPerEpoch: 10 }, 3_000_000, 'float32')).toEqual([10, 30, 50, 70]);
    expect(keptUpdates(window, 1e8, 'float64')).toEqual([20_000]);
  });
});
