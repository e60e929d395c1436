/** One task of a sweep, run in this process: what other points have computed is taken over, the rest is an ordinary run. */
import { ConfigurationError, Interrupted, UserError } from '../../errors.ts';
import type { Voice } from '../context.ts';
import { readLedger } from '../ledger.ts';
import { ownFilesChecksum } from '../own-files.ts';
import { runExperiment } from '../pipeline.ts';
import {
  choicesFor,
  inspectRunDirectory,
  readStoredExperiment,
  shareStages,
  writeStoredExperiment,
} from '../run-directory.ts';
import type { Experiment } from '../schema.ts';
import { forgetFailure, noteFailure, pointDirectory, readFailure, readSweep } from './folder.ts';
import type { Sweep } from './load.ts';
import { type Donor, shareOut, type Task } from './sharing.ts';

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
 * @param index in the order of `tasksOf`
 * @throws ConfigurationError where there is no such task; whatever the run throws
 */
export async function runTask(
  folder: string,
  index: number,
  voice: Voice,
  options: { readonly memoryBytes?: number } = {},
): Promise<void> {
  const sweep = readSweep(folder);
  const tasks = tasksOf(sweep);
  if (!Number.isInteger(index) || index < 0 || index >= tasks.length)
    throw new ConfigurationError(`${folder} has no task ${index}; it has those from 0 to ${tasks.length - 1}`);
  const { point: at, donor, until } = tasks[index];
  const point = sweep.points[at];
  const directory = pointDirectory(folder, point);
  try {
    if (donor) takeOver(pointDirectory(folder, sweep.points[donor.point]), directory, donor, point.experiment);
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

/** Gives a point that has nothing yet what its donor has finished, with the choices that the machine suggested there. */
function takeOver(from: string, to: string, { stages }: Donor, experiment: Experiment): void {
  if (Object.keys(readLedger(from)).length === 0) return;
  // Settings first: a process that is killed in between leaves a run that has nothing yet.
  if (!inspectRunDirectory(to))
    writeStoredExperiment(to, { experiment, choices: choicesFor(readStoredExperiment(from), experiment) });
  shareStages(from, to, stages);
}
