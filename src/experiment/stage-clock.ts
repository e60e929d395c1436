/** How long a stage took in all processes that worked on it: what an interruption cuts off is counted up to the last save. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import type { Checkpoint } from '../store/checkpoint.ts';
import { readJson, writeJson } from '../store/json.ts';

const spentSchema = z.object({ key: z.string(), seconds: z.number().nonnegative() });

/** The clock of a stage that begins, or goes on, now. */
export interface StageClock {
  /** Seconds that earlier processes spent, as far as they are known. */
  readonly before: number;
  /** The same checkpoint, which notes the time with every save. */
  noting(checkpoint: Checkpoint): Checkpoint;
}

/**
 * @param folder of the stage's unfinished work
 * @param key of the work: the time of other settings does not count
 */
export function openStageClock(folder: string, key: string): StageClock {
  const path = join(folder, 'spent.json');
  const before = readSpent(path, key);
  const start = performance.now();
  return {
    before,
    noting: (checkpoint) => ({
      ...checkpoint,
      save(tensors, metadata) {
        checkpoint.save(tensors, metadata);
        writeJson(path, { key, seconds: before + (performance.now() - start) / 1000 });
      },
    }),
  };
}

function readSpent(path: string, key: string): number {
  if (!existsSync(path)) return 0;
  try {
    const { success, data } = spentSchema.safeParse(readJson(path));
    return success && data.key === key ? data.seconds : 0;
  } catch (error) {
    // A time that is damaged is no reason to do work again.
    if (error instanceof DataError) return 0;
    throw error;
  }
}
