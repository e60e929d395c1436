/**
 * What unfinished work has done so far, so that it goes on after an interruption, whatever ended it, with the same bytes
 * as without. A checkpoint belongs to one piece of work: settings, inputs and program as one key. Of another it counts as none.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { DataError } from '../errors.ts';
import { attempt } from './atomic.ts';
import { bytesOf } from './descriptor.ts';
import { canonicalJson } from './json.ts';
import {
  openSafetensors,
  readSafetensors,
  type SafetensorsFile,
  writeSafetensors,
  type WritableTensor,
} from './safetensors.ts';

/** Seconds between two saves: what an interruption costs at most, beside the piece of work that was just being done. */
const INTERVAL = 45;

/** Share of the interval from which on the end of a piece of work is saved too: what is done sooner may be done again. */
export const AT_THE_END = 0.1;

/** File of a checkpoint's folder that says what was saved. */
const STATE = 'state.safetensors';

/** Where one piece of work keeps what it has done. */
export interface Checkpoint {
  /** What was saved last; null where nothing was, by this very work. A damaged file, one flipped bit in it, counts as nothing. */
  load(): SafetensorsFile | null;
  /**
   * Whether so much time has passed since the last save, or the opening, that another is due.
   *
   * @param share of the interval that is waited for; `AT_THE_END` for what a piece of work has come to
   */
  isDue(share?: number): boolean;
  /** Replaces what was saved. @throws StorageError where it cannot be written; what was saved before stays */
  save(tensors: Readonly<Record<string, WritableTensor>>, metadata?: Readonly<Record<string, unknown>>): void;
  /** Path of a file of the work's own that only grows; {@link save} says how much of it counts. */
  pathOf(name: string): string;
  /** Forgets all, the files that grow included. */
  clear(): void;
}

/**
 * @param folder of this checkpoint alone; made at the first save
 * @param key of the work: all that its result depends on
 * @param seconds between two saves; EPOCHNOISE_CHECKPOINT_SECONDS, else 45, unless said otherwise
 */
export function openCheckpoint(folder: string, key: string, seconds = intervalFromEnvironment()): Checkpoint {
  const path = join(folder, STATE);
  let last = performance.now();
  return {
    load() {
      if (!existsSync(path)) return null;
      try {
        const file = readSafetensors(path);
        return file.metadata.key === key && file.metadata.stateChecksum === checksumOf(file) ? file : null;
      } catch (error) {
        if (error instanceof DataError) return null;
        throw error;
      }
    },
    isDue: (share = 1) => performance.now() - last >= 1000 * seconds * share,
    save(tensors, metadata = {}) {
      const said = { ...metadata, key };
      writeSafetensors(path, tensors, { ...said, stateChecksum: checksumOf({ tensors, metadata: said }) });
      last = performance.now();
    },
    pathOf: (name) => join(folder, name),
    clear: () => attempt(folder, () => rmSync(folder, { recursive: true, force: true })),
  };
}

/** CRC-32 of everything that a state says. */
function checksumOf({
  tensors,
  metadata,
}: {
  readonly tensors: Readonly<Record<string, WritableTensor>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}): number {
  const { stateChecksum: _, ...said } = metadata;
  let sum = crc32(canonicalJson(said));
  for (const name of Object.keys(tensors).sort()) sum = crc32(bytesOf(tensors[name].data), crc32(name, sum));
  return sum;
}

/** Whether one of the checkpoints in a folder, each in a folder of its own, is of this key. */
export function holdsCheckpointOf(folder: string, key: string): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((work) => {
    const path = join(folder, work, STATE);
    if (!existsSync(path)) return false;
    try {
      const file = openSafetensors(path);
      file.close();
      return file.metadata.key === key;
    } catch (error) {
      if (error instanceof DataError) return false;
      throw error;
    }
  });
}

/** For work that nobody wants to go on with. */
export const noCheckpoint: Checkpoint = {
  load: () => null,
  isDue: () => false,
  save: () => {},
  pathOf: (name) => {
    throw new Error(`work without a checkpoint keeps no file ${name}`);
  },
  clear: () => {},
};

function intervalFromEnvironment(): number {
  const given = Number(process.env.EPOCHNOISE_CHECKPOINT_SECONDS ?? '');
  return process.env.EPOCHNOISE_CHECKPOINT_SECONDS && given >= 0 ? given : INTERVAL;
}
