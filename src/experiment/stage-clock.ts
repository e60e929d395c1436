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
import type { UsedBackEnd } from './context.ts';
import { each, readBackEnds, WRITTEN, writtenBackEnds } from './used-back-ends.ts';

const spentSchema = z.object({
  key: z.string(),
  seconds: z.number().nonnegative(),
  // Absent from earlier programs, whose unfinished work no other back end went on with.
  ...WRITTEN,
});

/** What processes have spent on a stage. */
type Spent = Omit<z.infer<typeof spentSchema>, 'key'>;

/** The clock of a stage that begins, or goes on, now. */
export interface StageClock {
  /** Seconds that earlier processes spent, as far as they are known. */
  readonly before: number;
  /** Back ends that the stage was computed on, in the order in which they came: one, unless it was gone on with on another. */
  readonly backEnds: readonly UsedBackEnd[];
  /** The same checkpoint, which notes the time with every save. */
  noting(checkpoint: Checkpoint): Checkpoint;
}

/**
 * @param folder of the stage's unfinished work
 * @param key of the work: the time of other settings does not count
 * @param backEnd of this process
 */
export function openStageClock(folder: string, key: string, backEnd: UsedBackEnd): StageClock {
  const path = join(folder, 'spent.json');
  const { seconds: before, ...earlier } = readSpent(path, key);
  const backEnds = each([...readBackEnds(earlier), backEnd]);
  const start = performance.now();
  return {
    before,
    backEnds,
    noting: (checkpoint) => ({
      ...checkpoint,
      save(tensors, metadata) {
        // First who did it: work whose back end nobody knows must not be there.
        attempt(folder, () => makeFolder(folder));
        const seconds = before + (performance.now() - start) / 1000;
        writeJson(path, { key, seconds, ...writtenBackEnds(backEnds) });
        checkpoint.save(tensors, metadata);
      },
    }),
  };
}

const NOTHING: Spent = { seconds: 0 };

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
