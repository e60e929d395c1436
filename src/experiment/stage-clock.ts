/**
 * How long a stage took in all processes that worked on it, and on which back ends: what an interruption cuts off is counted
 * up to the last save.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import { attempt } from '../store/atomic.ts';
import type { Checkpoint } from '../store/checkpoint.ts';
import { makeFolder } from '../store/folder.ts';
import { readJson, writeJson } from '../store/json.ts';
import { BACK_ENDS, type BackendName } from '../tensor/types.ts';

const spentSchema = z.object({
  key: z.string(),
  seconds: z.number().nonnegative(),
  // Absent from earlier programs, whose unfinished work no other back end went on with.
  backEnds: z.array(z.enum(BACK_ENDS)).default([]),
});

/** What processes have spent on a stage. */
type Spent = Pick<z.infer<typeof spentSchema>, 'seconds' | 'backEnds'>;

/** The clock of a stage that begins, or goes on, now. */
export interface StageClock {
  /** Seconds that earlier processes spent, as far as they are known. */
  readonly before: number;
  /** Back ends that the stage was computed on, in the order in which they came: one, unless it was gone on with on another. */
  readonly backEnds: readonly BackendName[];
  /** The same checkpoint, which notes the time with every save. */
  noting(checkpoint: Checkpoint): Checkpoint;
}

/**
 * @param folder of the stage's unfinished work
 * @param key of the work: the time of other settings does not count
 * @param backEnd of this process
 */
export function openStageClock(folder: string, key: string, backEnd: BackendName): StageClock {
  const path = join(folder, 'spent.json');
  const { seconds: before, backEnds: earlier } = readSpent(path, key);
  const backEnds = [...new Set([...earlier, backEnd])];
  const start = performance.now();
  return {
    before,
    backEnds,
    noting: (checkpoint) => ({
      ...checkpoint,
      save(tensors, metadata) {
        // First who did it: work whose back end nobody knows must not be there.
        attempt(folder, () => makeFolder(folder));
        writeJson(path, { key, seconds: before + (performance.now() - start) / 1000, backEnds });
        checkpoint.save(tensors, metadata);
      },
    }),
  };
}

const NOTHING: Spent = { seconds: 0, backEnds: [] };

function readSpent(path: string, key: string): Spent {
  if (!existsSync(path)) return NOTHING;
  try {
    const { success, data } = spentSchema.safeParse(readJson(path));
    return success && data.key === key ? data : NOTHING;
  } catch (error) {
    // A time that is damaged is no reason to do work again.
    if (error instanceof DataError) return NOTHING;
    throw error;
  }
}
