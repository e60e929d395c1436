/** One task of a sweep, run in this process: what other points have computed is taken over, the rest is an ordinary run. */
import { ConfigurationError, Interrupted, UserError } from '../../errors.ts';
import { keepPrevious } from '../../store/run-directory.ts';
import type { Voice } from '../context.ts';
import { readLedger } from '../ledger.ts';
import { ownFilesChecksum } from '../own-files.ts';
import { locked, runExperiment } from '../pipeline.ts';
import {
  choicesFor,
  inspectRunDirectory,
  readStoredExperiment,
  shareStages,
  writeStoredExperiment,
} from '../run-directory.ts';
import { forgetFailure, noteFailure, pointDirectory, progressOf, readFailure, readSweep } from './folder.ts';
import type { Sweep } from './load.ts';
import type { Point } from './points.ts';
import { shareOut, type Task } from './sharing.ts';

/** The tasks of a sweep: the same whoever asks. @throws DataError where one of the user's own files is missing */
export const tasksOf = ({ points, until }: Sweep): readonly Task[] =>
  shareOut(
    points.map(({ experiment }) => experiment),
    until,
    points.map(({ experiment }) => ownFilesChecksum(experiment)),
  );

/**
 * Runs one task. Its failure is written down beside the points, so that whoever waits for it need not be told.
 *
 * @param index in the order of sweep.json
 * @throws ConfigurationError where there is no such task; whatever the run throws
 */
export async function runTask(
  folder: string,
  index: number,
  voice: Voice,
  options: { readonly memoryBytes?: number } = {},
): Promise<void> {
  const { sweep, tasks } = readSweep(folder);
  if (!Number.isInteger(index) || index < 0 || index >= tasks.length)
    throw new ConfigurationError(`${folder} has no task ${index}; it has those from 0 to ${tasks.length - 1}`);
  const { point: at, donor, until } = tasks[index];
  const point = sweep.points[at];
  const directory = pointDirectory(folder, point);
  try {
    if (donor) await takeOver(folder, sweep.points[donor.point], point, donor.stages, voice);
    await runExperiment(directory, point.experiment, voice, { ...options, until });
    forgetFailure(folder, point);
  } catch (error) {
    if (!(error instanceof Interrupted))
      noteFailure(folder, point, {
        reason: error instanceof Error ? error.message : String(error),
        exitCode: error instanceof UserError ? error.exitCode : 1,
        attempts: (readFailure(folder, point)?.attempts ?? 0) + 1,
      });
    throw error;
  }
}

/**
 * Gives a point what its donor has finished, with the choices that the machine suggested there. One that has a run goes on from
 * it, unless it is of other settings in what is given: then it is set aside.
 */
async function takeOver(folder: string, donor: Point, point: Point, stages: number, voice: Voice): Promise<void> {
  const [from, to] = [donor, point].map((of) => pointDirectory(folder, of));
  const { experiment } = point;
  if (Object.keys(readLedger(from)).length === 0) return;
  await locked(to, async () => {
    const { fresh, next } = progressOf(folder, point);
    if (next === 'stale' && fresh < stages) voice.say(`the earlier results are kept in ${keepPrevious(to)}`);
    // Settings first: a process that is killed in between leaves a run that has nothing yet.
    if (!inspectRunDirectory(to))
      writeStoredExperiment(to, { experiment, choices: choicesFor(readStoredExperiment(from), experiment) });
    shareStages(from, to, stages);
  });
}
