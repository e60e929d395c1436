/** When a window is stored and when it is run again, and that there is room for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import {
  chooseStore,
  diskSpeed,
  freeBytesAt,
  requireSpace,
  type Speeds,
} from '../../../src/experiment/window/store-choice.ts';
import { listing, problemOf, scratchFolder } from '../../store/scratch.ts';

const GB = 1e9;
const window = (gigabytes: number, free: number) => ({ bytes: gigabytes * GB, freeBytes: free * GB, updates: 20_000 });
const unasked = () => {
  throw new Error('measured for nothing');
};
const speeds = (megabytesPerSecond: number, secondsPerUpdate: number) => async () =>
  ({ bytesPerSecond: 1e6 * megabytesPerSecond, secondsPerUpdate }) satisfies Speeds;

describe('a window is', () => {
  it('stored without a word where it is small', async () => {
    expect(await chooseStore(window(0.5, 100), unasked)).toEqual({ store: 'trajectory', reason: null });
  });

  it('run again where it would take more than half of the free space, small or not', async () => {
    for (const [bytes, free] of [
      [0.6, 1],
      [22, 43],
    ])
      expect((await chooseStore(window(bytes, free), unasked)).store).toBe('replay');
    expect((await chooseStore(window(22, 43), unasked)).reason).toBe(
      "the window's 20000 updates take 22.0 GB on disk, more than half of the 43.0 GB that are free: it is run again when it is read",
    );
  });

  // 22 GB written once and read three times against 20,000 updates four times.
  it('kept as it takes less time', async () => {
    expect(await chooseStore(window(22, 100), speeds(1000, 0.004))).toEqual({
      store: 'trajectory',
      reason:
        "the window's 20000 updates take 22.0 GB on disk; to write and to read them takes about 1.5 min, to run them again 4 times about 5.3 min: it is stored",
    });
    expect((await chooseStore(window(22, 100), speeds(200, 0.004))).store).toBe('replay');
    expect((await chooseStore(window(22, 100), speeds(200, 0.006))).store).toBe('trajectory');
  });
});

describe('room for recording', () => {
  it('must be there, and the refusal says what helps', async () => {
    requireSpace('/run', 'trajectory', 10 * GB, 10 * GB);
    expect(await problemOf(() => requireSpace('/run', 'trajectory', 22 * GB, 10 * GB))).toBe(
      'exit 3: recording takes 22.0 GB more on disk, and 10.0 GB are free at /run: run the window again instead of storing it (record.store: replay), free some space, or choose another folder with --out',
    );
    expect(await problemOf(() => requireSpace('/run', 'replay', 1 * GB, 0.2 * GB))).toBe(
      'exit 3: recording takes 1.00 GB more on disk, and 200 MB are free at /run: free some space, or choose another folder with --out',
    );
  });

  it('is what the system says', () => {
    const folder = scratchFolder();
    const free = freeBytesAt(folder);
    expect(free).toBeGreaterThan(0);
    expect(Number.isFinite(free)).toBe(true);
  });
});

describe('the speed of the disk', () => {
  it('is that of a file that is gone afterwards', () => {
    const folder = mkdtempSync(join(tmpdir(), 'epochnoise-disk-'));
    const now = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(500);
    try {
      expect(diskSpeed(folder)).toBe(2 * 2 ** 26);
      expect(listing(folder)).toEqual([]);
    } finally {
      now.mockRestore();
      rmSync(folder, { recursive: true });
    }
  });
});
