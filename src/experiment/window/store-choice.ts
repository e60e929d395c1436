/** Whether a window is stored or run again where the configuration leaves it open: what costs less time, in the space there is. */
import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../errors.ts';
import { inWords } from '../../hessian/memory.ts';
import { attempt } from '../../store/atomic.ts';
import { writeFully } from '../../store/descriptor.ts';

/** How a window is kept: every state on disk, or what it takes to run it again. */
export type Store = 'trajectory' | 'replay';

/** Windows up to this size are stored, whatever else. */
const SMALL_BYTES = 2 ** 30;
/** A stored window leaves at least this part of the free space to what comes after it. */
const SHARE_OF_FREE = 0.5;
/** The whole window is read for its checksum, for the projections, and (θ alone) twice for states with their epoch's mean. */
const READINGS = 3;
/** It is run again for the projections, for states with their epoch's mean twice, and for the loss at states of it. */
const REPLAYS = 4;

/** What the choice depends on. */
export interface WindowCost {
  /** Of the stored window. */
  readonly bytes: number;
  /** Where the run lies. */
  readonly freeBytes: number;
  readonly updates: number;
}

/** What is measured where the sizes alone do not decide. */
export interface Speeds {
  /** Of the disk. */
  readonly bytesPerSecond: number;
  readonly secondsPerUpdate: number;
}

/** A choice, and one sentence of why, unless it goes without saying. */
export interface StoreChoice {
  readonly store: Store;
  readonly reason: string | null;
}

/** @param measure called only where sizes do not decide */
export async function chooseStore(
  { bytes, freeBytes, updates }: WindowCost,
  measure: () => Promise<Speeds>,
): Promise<StoreChoice> {
  const size = `the window's ${updates} updates take ${inWords(bytes)} on disk`;
  if (bytes > SHARE_OF_FREE * freeBytes)
    return {
      store: 'replay',
      reason: `${size}, more than half of the ${inWords(freeBytes)} that are free: it is run again when it is read`,
    };
  if (bytes <= SMALL_BYTES) return { store: 'trajectory', reason: null };
  const { bytesPerSecond, secondsPerUpdate } = await measure();
  const stored = ((1 + READINGS) * bytes) / bytesPerSecond;
  const replayed = REPLAYS * updates * secondsPerUpdate;
  const times = `${size}; to write and to read them takes about ${minutes(stored)}, to run them again ${REPLAYS} times about ${minutes(replayed)}`;
  return stored <= replayed
    ? { store: 'trajectory', reason: `${times}: it is stored` }
    : { store: 'replay', reason: `${times}: it is run again when it is read` };
}

const minutes = (seconds: number) => `${(seconds / 60).toPrecision(2)} min`;

/** Bytes that may be written where a folder lies; no limit where the system does not say. */
export function freeBytesAt(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}

/** @throws DataError where there is less room than what is still to be written */
export function requireSpace(directory: string, store: Store, bytes: number, freeBytes = freeBytesAt(directory)): void {
  if (bytes <= freeBytes) return;
  const wayOut = store === 'trajectory' ? 'run the window again instead of storing it (record.store: replay), ' : '';
  throw new DataError(
    `recording takes ${inWords(bytes)} more on disk, and ${inWords(freeBytes, Math.floor)} are free at ${directory}: ${wayOut}free some space, or choose another folder with --out`,
  );
}

const TRIAL_BYTES = 2 ** 26;

/** Bytes a second that the disk of a folder takes, flushed. */
export function diskSpeed(folder: string): number {
  const path = join(folder, `.trial.${process.pid}.partial`);
  // What can be compressed would be faster.
  const bytes = randomFillSync(new Uint8Array(TRIAL_BYTES));
  return attempt(path, () => {
    const start = performance.now();
    const descriptor = openSync(path, 'w');
    try {
      writeFully(descriptor, bytes, 0);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
      rmSync(path, { force: true });
    }
    return bytes.length / ((performance.now() - start) / 1000);
  });
}
