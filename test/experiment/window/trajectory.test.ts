/** What is written in parts and blocks reads back as it was, in blocks of any size. */
import { existsSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStoredWindow } from '../../../src/experiment/window/stored.ts';
import { blockRows, createTrajectory } from '../../../src/experiment/window/trajectory.ts';
import { trajectoryPath, trajectoryPaths } from '../../../src/store/run-directory.ts';
import { readSafetensors, writeSafetensors } from '../../../src/store/safetensors.ts';
import { listing, problemOf, scratchFolder } from '../../store/scratch.ts';
import { listOf } from './list.ts';

const value = (update: number, i: number) => Math.sin(update * 31 + i) * 10 ** (i % 5);

/** Writes a window whose every number is known. */
function write(
  directory: string,
  updates: number,
  size: number,
  precision: 'float32' | 'float64',
  partBytes?: number,
): void {
  const trajectory = createTrajectory(directory, updates, size, precision, partBytes);
  for (let update = 0; update < updates; update++)
    trajectory.add(
      Float64Array.from({ length: size }, (_, i) => value(update, i)),
      Float64Array.from({ length: size }, (_, i) => -value(update, i)),
    );
  trajectory.finish();
}

/** All blocks, checked one by one. @returns rows of each block */
async function read(
  directory: string,
  updates: number,
  size: number,
  rowsPerBlock: number,
  round: (x: number) => number,
  [from, to] = [0, updates],
) {
  const blocks: number[] = [];
  const window = openStoredWindow(directory, updates, size, rowsPerBlock);
  let next = from;
  for await (const { first, rows, theta, velocity } of window.states(from, to)) {
    expect(first).toBe(next);
    expect([theta.length, velocity.length]).toEqual([rows * size, rows * size]);
    for (let row = 0; row < rows; row++)
      for (const i of [0, 1, size - 1]) {
        if (theta[row * size + i] !== round(value(first + row, i))) throw new Error(`θ of update ${first + row}`);
        if (velocity[row * size + i] !== round(-value(first + row, i))) throw new Error(`v of update ${first + row}`);
      }
    blocks.push(rows);
    next += rows;
  }
  expect(next).toBe(to);
  window.dispose();
  return blocks;
}

describe('a trajectory', () => {
  it.each([
    ['float32', Math.fround],
    ['float64', (x: number) => x],
  ] as const)('at %s is read back bit by bit, in blocks of any size', async (precision, round) => {
    const directory = scratchFolder();
    write(directory, 23, 5, precision);
    expect(listing(directory)).toEqual(['trajectory', 'trajectory/00000.safetensors']);
    const { tensors, metadata } = readSafetensors(trajectoryPath(directory, 0));
    expect(metadata).toEqual({ firstUpdate: 0 });
    for (const name of ['theta', 'velocity'])
      expect(tensors[name]).toMatchObject({ dtype: precision === 'float32' ? 'F32' : 'F64', shape: [23, 5] });
    expect(await read(directory, 23, 5, 10, round)).toEqual([10, 10, 3]);
    expect(await read(directory, 23, 5, 1, round)).toHaveLength(23);
    expect(await read(directory, 23, 5, 1000, round)).toEqual([23]);
    expect(await read(directory, 23, 5, 10, round, [7, 19])).toEqual([10, 2]);
    expect(await read(directory, 23, 5, 10, round, [22, 23])).toEqual([1]);
    expect(await read(directory, 23, 5, 10, round, [5, 5])).toEqual([]);
  });

  it('of more than fits a part lies in several, each with the number of its first update', async () => {
    const directory = scratchFolder();
    // Rows of 2·5·4 bytes: four to a part.
    write(directory, 11, 5, 'float32', 160);
    expect(trajectoryPaths(directory)).toEqual([0, 1, 2].map((part) => trajectoryPath(directory, part)));
    expect(trajectoryPaths(directory).map((path) => readSafetensors(path).metadata.firstUpdate)).toEqual([0, 4, 8]);
    expect(await read(directory, 11, 5, 3, Math.fround)).toEqual([3, 1, 3, 1, 3]);
    expect(await read(directory, 11, 5, 3, Math.fround, [3, 9])).toEqual([1, 3, 1, 1]);
  });

  it.each([
    ['float32', 4],
    ['float64', 8],
  ] as const)('is read into memory for one block at its own precision: %s', async (precision, bytes) => {
    const directory = scratchFolder();
    write(directory, 6, 5, precision);
    const window = openStoredWindow(directory, 6, 5, 3);
    const { value } = await window.states(0, 6).next();
    for (const values of [value!.theta, value!.velocity]) expect(values.buffer.byteLength).toBe(3 * 5 * bytes);
    window.dispose();
  });

  it('takes exactly the updates that were announced', () => {
    const directory = scratchFolder();
    const trajectory = createTrajectory(directory, 2, 3, 'float32');
    const row = new Float32Array(3);
    trajectory.add(row, row);
    expect(() => trajectory.finish()).toThrow('a window of 2 updates was given 1');
    trajectory.add(row, row);
    expect(() => trajectory.add(row, row)).toThrow('a window of 2 updates is full');
    trajectory.finish();
  });

  it('that is given up leaves no file, finished parts included', () => {
    const directory = scratchFolder();
    const size = 2 ** 19;
    const row = new Float32Array(size);
    // Blocks of 4 MiB hold two rows, parts of 16 MiB four.
    const trajectory = createTrajectory(directory, 100, size, 'float32', 2 ** 24);
    for (let update = 0; update < 7; update++) trajectory.add(row, row);
    expect(listing(directory)).toHaveLength(3);
    expect(trajectoryPaths(directory)).toHaveLength(1);
    trajectory.abort();
    expect(listing(directory)).toEqual(['trajectory']);
  });

  it('that is whole is not touched by giving up afterwards', () => {
    const directory = scratchFolder();
    const trajectory = createTrajectory(directory, 1, 2, 'float32');
    trajectory.add(new Float32Array(2), new Float32Array(2));
    trajectory.finish();
    trajectory.abort();
    expect(existsSync(trajectoryPath(directory, 0))).toBe(true);
  });
});

describe('a damaged trajectory', () => {
  async function all(directory: string, updates = 4, size = 3) {
    const window = openStoredWindow(directory, updates, size, 10);
    try {
      return await listOf(window.states(0, updates));
    } finally {
      window.dispose();
    }
  }
  const problem = (directory: string, updates?: number, size?: number) =>
    problemOf(() => all(directory, updates, size));

  it('is absent', async () => {
    expect(await problem(scratchFolder())).toBe('exit 3: there is no ~/trajectory: record the window again');
  });

  it('has other updates, or weights of another size, than the window', async () => {
    const directory = scratchFolder();
    write(directory, 4, 3, 'float32');
    expect(await problem(directory, 5)).toBe('exit 3: ~/trajectory holds 4 updates; the window has 5');
    expect(await problem(directory, 3)).toBe('exit 3: ~/trajectory holds 4 updates; the window has 3');
    expect(await problem(directory, 4, 6)).toBe(
      'exit 3: ~/trajectory/00000.safetensors holds weights of shape [4, 3] from update 0 on; expected [updates, 6] from update 0 on',
    );
  });

  it('lacks its beginning', async () => {
    const directory = scratchFolder();
    const shape = [2, 3];
    const data = new Float32Array(6);
    const tensors = { theta: { shape, data }, velocity: { shape, data } };
    writeSafetensors(trajectoryPath(directory, 0), tensors, { firstUpdate: 0 });
    writeSafetensors(trajectoryPath(directory, 1), tensors, { firstUpdate: 2 });
    expect(await all(directory)).toHaveLength(2);
    renameSync(trajectoryPath(directory, 0), trajectoryPath(directory, 2));
    expect(await problem(directory)).toMatch(
      /^exit 3: .*00001.safetensors .*from update 2 on; expected .* update 0 on$/,
    );
  });

  it('ends early, or has no weights', async () => {
    const directory = scratchFolder();
    write(directory, 4, 3, 'float32');
    truncateSync(trajectoryPath(directory, 0), 130);
    expect(await problem(directory)).toMatch(/^exit 3: .*00000.safetensors/);
    writeSafetensors(trajectoryPath(directory, 0), { velocity: { shape: [4, 3], data: new Float32Array(12) } });
    expect(await problem(directory)).toMatch(/^exit 3: .*00000.safetensors holds weights of shape \[\]/);
    const shape = [4, 3];
    writeSafetensors(
      trajectoryPath(directory, 0),
      { theta: { shape, data: new Float32Array(12) } },
      { firstUpdate: 0 },
    );
    expect(await problem(directory)).toBe(
      'exit 3: ~/trajectory/00000.safetensors has no tensor velocity; it has theta',
    );
  });
});

describe('a trajectory that is gone on with', () => {
  const size = 5;
  const [updates, partBytes] = [11, 160]; // four to a part
  const rows = (update: number) =>
    [value, (u: number, i: number) => -value(u, i)].map((fn) =>
      Float32Array.from({ length: size }, (_, i) => fn(update, i)),
    );
  /** Records updates from `from` to `to`, and is killed after `synced` of them were synced, or finishes. */
  function record(directory: string, from: number, to: number, synced?: number) {
    const unfinished = { folder: join(directory, '.unfinished'), updates: from };
    const recorder = createTrajectory(directory, updates, size, 'float32', partBytes, unfinished);
    for (let update = from; update < to; update++) {
      const [theta, velocity] = rows(update);
      recorder.add(theta, velocity);
      if (update + 1 === synced) recorder.sync();
    }
    if (to === updates) recorder.finish();
    recorder.abort();
  }

  // Killed in the first part, at the end of one, in the second with the rest of it written already, in the last.
  it.each([
    [1, 3],
    [4, 4],
    [5, 6],
    [6, 8],
    [6, 10],
    [9, 10],
    [10, 11],
    [11, 11],
  ])('from update %i on, after %i were recorded, has the same bytes', async (synced, reached) => {
    const [whole, killed] = [scratchFolder(), scratchFolder()];
    record(whole, 0, updates);
    record(killed, 0, reached, synced);
    record(killed, synced, updates);
    for (const part of [0, 1, 2])
      expect(readFileSync(trajectoryPath(killed, part)).equals(readFileSync(trajectoryPath(whole, part)))).toBe(true);
    expect(await read(killed, updates, size, 3, Math.fround)).toHaveLength(5);
    expect(listing(join(killed, '.unfinished'))).toEqual([]);
  });

  it('is refused where what was recorded is gone', async () => {
    const directory = scratchFolder();
    record(directory, 0, 6, 6);
    rmSync(join(directory, '.unfinished', '00001.safetensors'));
    expect(await problemOf(() => record(directory, 6, updates))).toMatch(/^exit 3: no file ~\/\.unfinished\/00001/);
    rmSync(trajectoryPath(directory, 0));
    expect(await problemOf(() => record(directory, 6, updates))).toBe('exit 3: no file ~/trajectory/00000.safetensors');
  });

  it('begins anew over what lies there', async () => {
    const directory = scratchFolder();
    record(directory, 0, 10, 10);
    record(directory, 0, 2);
    expect(trajectoryPaths(directory)).toEqual([]);
    record(directory, 0, updates);
    expect(await read(directory, updates, size, 3, Math.fround)).toHaveLength(5);
  });
});

it('blocks are of a few megabytes, and never empty', () => {
  expect(blockRows(1) * 4).toBe(2 ** 22);
  expect(blockRows(2 ** 19)).toBe(2);
  expect(blockRows(2 ** 25)).toBe(1);
});
