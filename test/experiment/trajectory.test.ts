/** What is written in parts and blocks reads back as it was, in blocks of any size. */
import { existsSync, renameSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockRows, createTrajectory, readTrajectory } from '../../src/experiment/trajectory.ts';
import { trajectoryPath, trajectoryPaths } from '../../src/store/run-directory.ts';
import { readSafetensors, writeSafetensors } from '../../src/store/safetensors.ts';
import { listing, problemOf, scratchFolder } from '../store/scratch.ts';

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
function read(directory: string, updates: number, size: number, rowsPerBlock: number, round: (x: number) => number) {
  const blocks: number[] = [];
  let next = 0;
  for (const { first, rows, theta, velocity } of readTrajectory(directory, updates, size, rowsPerBlock)) {
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
  return blocks;
}

describe('a trajectory', () => {
  it.each([
    ['float32', Math.fround],
    ['float64', (x: number) => x],
  ] as const)('at %s is read back bit by bit, in blocks of any size', (precision, round) => {
    const directory = scratchFolder();
    write(directory, 23, 5, precision);
    expect(listing(directory)).toEqual(['trajectory', 'trajectory/00000.safetensors']);
    const { tensors, metadata } = readSafetensors(trajectoryPath(directory, 0));
    expect(metadata).toEqual({ firstUpdate: 0 });
    for (const name of ['theta', 'velocity'])
      expect(tensors[name]).toMatchObject({ dtype: precision === 'float32' ? 'F32' : 'F64', shape: [23, 5] });
    expect(read(directory, 23, 5, 10, round)).toEqual([8, 8, 7]);
    expect(read(directory, 23, 5, 1, round)).toHaveLength(23);
    expect(read(directory, 23, 5, 1000, round)).toEqual([23]);
  });

  it('of more than fits a part lies in several, each with the number of its first update', () => {
    const directory = scratchFolder();
    // Rows of 2·5·4 bytes: four to a part.
    write(directory, 11, 5, 'float32', 160);
    expect(trajectoryPaths(directory)).toEqual([0, 1, 2].map((part) => trajectoryPath(directory, part)));
    expect(trajectoryPaths(directory).map((path) => readSafetensors(path).metadata.firstUpdate)).toEqual([0, 4, 8]);
    expect(read(directory, 11, 5, 3, Math.fround)).toEqual([2, 2, 2, 2, 3]);
  });

  it.each([
    ['float32', 4],
    ['float64', 8],
  ] as const)('is read into memory for one block at its own precision: %s', (precision, bytes) => {
    const directory = scratchFolder();
    write(directory, 6, 5, precision);
    const [{ theta, velocity }] = readTrajectory(directory, 6, 5, 3);
    for (const values of [theta, velocity]) expect(values.buffer.byteLength).toBe(3 * 5 * bytes);
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
  const all = (directory: string, updates = 4, size = 3) => [...readTrajectory(directory, updates, size, 10)];
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
    expect(all(directory)).toHaveLength(2);
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

it('blocks are of a few megabytes, and never empty', () => {
  expect(blockRows(1) * 4).toBe(2 ** 22);
  expect(blockRows(2 ** 19)).toBe(2);
  expect(blockRows(2 ** 25)).toBe(1);
});
