/** Running an experiment in a directory: who may, with which settings, and what is said of the result. */
import { resolve } from 'node:path';
import { ConfigurationError, DataError } from '../errors.ts';
import { requireRunDirectory } from '../store/run-directory.ts';
import { fromHere, typed } from '../typed.ts';
import { openFor } from './benches.ts';
import { suggestChoices } from './choices.ts';
import type { Voice } from './context.ts';
import { readEnvironment } from './environment.ts';
import { LedgerBook } from './ledger.ts';
import { lockRunDirectory } from './lock.ts';
import { refuseMemoryBeyondReach } from './memory.ts';
import { ownFilesChecksum } from './own-files.ts';
import { ownFilesThen } from './run-books.ts';
import { refuseKept } from './repair.ts';
import { runAgain } from './run-again.ts';
import {
  choicesFor,
  finishSettingAside,
  inspectRunDirectory,
  isBetweenRuns,
  readStoredExperiment,
  type StoredExperiment,
} from './run-directory.ts';
import { outOfDate, runStages, type StageOptions } from './run-stages.ts';
import type { Experiment } from './schema.ts';
import { hasStage, stageAt, type StageName, STAGES } from './stages.ts';
import type { Workbench } from './workbench.ts';

/** How the pipeline is to work; nothing here changes a result. */
export interface PipelineOptions extends StageOptions {
  /** The last stage to run; all of them unless said otherwise. */
  readonly until?: StageName;
}

/** What a call of the pipeline did. */
export interface PipelineResult {
  /** Absolute path of the run directory. */
  readonly directory: string;
  /** Stages that were run; the others were up to date. */
  readonly ran: readonly StageName[];
  /** Where an earlier run with other settings went, if there was one. */
  readonly previous: string | null;
}

/**
 * Runs an experiment in a directory, from the first stage that is not up to date on.
 *
 * @throws UserError of every kind; what was finished before stays
 */
export async function runExperiment(
  directory: string,
  experiment: Experiment,
  voice: Voice,
  options: PipelineOptions = {},
): Promise<PipelineResult> {
  await refuseMemoryBeyondReach(options.memoryBytes);
  return await runInDirectory(directory, experiment, voice, options);
}

/** @param shared data, model and back end of another run of the same; opened where there are none */
async function runInDirectory(
  directory: string,
  experiment: Experiment,
  voice: Voice,
  { until = 'report', ...options }: PipelineOptions,
  shared?: Workbench,
): Promise<PipelineResult> {
  const target = resolve(directory);
  const range = [0, stageAt(until)] as const;
  await becomeWhole(target);
  const stored = inspectRunDirectory(target, options.repair ? experiment : null);
  const choices = stored ? choicesFor(stored, experiment) : suggestChoices(experiment);
  // Data that are missing or do not fit are noticed before a folder is made.
  const bench =
    shared ?? (stored ? undefined : await openFor({ experiment, choices }, voice, range, options.memoryBytes));
  return await locked(target, async () => {
    const call = { directory: target, stored: { experiment, choices }, voice, range, options, opened: bench };
    return { directory: target, ...(await runStages({ ...call, runNested: nestedRuns(voice, options) })) };
  });
}

/**
 * Runs one stage of an existing run.
 *
 * @throws DataError where there is no run, or a stage before it is not up to date
 */
export async function runStage(
  directory: string,
  name: StageName,
  voice: Voice,
  options: StageOptions = {},
): Promise<PipelineResult> {
  await refuseMemoryBeyondReach(options.memoryBytes);
  await becomeWhole(resolve(directory));
  const target = requireRunDirectory(directory);
  if (!hasStage(settingsOf(target).experiment, STAGES[stageAt(name)]))
    throw new ConfigurationError(
      `${target} has no stage ${name}: its experiment names no controls; name some with \`${runAgain(target, '--set', 'controls.run=all')}\``,
    );
  const range = [stageAt(name), stageAt(name)] as const;
  return await locked(target, async () => {
    const call = { directory: target, stored: settingsOf(target), voice, range, options };
    return { directory: target, ...(await runStages({ ...call, runNested: nestedRuns(voice, options) })) };
  });
}

/** @throws DataError where experiment.json is damaged: only who knows the settings can write it again */
function settingsOf(directory: string): StoredExperiment {
  try {
    return readStoredExperiment(directory);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const wayOut = `\`${typed('run', '…', '--out', fromHere(directory), '--repair')}\` with the settings of the run writes it again`;
    throw new DataError(`${error.message}; ${wayOut}`, { cause: error });
  }
}

/** Runs within a run. */
const nestedRuns =
  (voice: Voice, options: StageOptions) =>
  async (directory: string, experiment: Experiment, shared: Workbench): Promise<void> =>
    void (await runInDirectory(directory, experiment, voice, options, shared));

/** Ends what a killed process left half-done of setting a run aside. */
async function becomeWhole(directory: string): Promise<void> {
  if (isBetweenRuns(directory)) await locked(directory, async () => {});
}

/** Work in a run directory that no other process may disturb. @throws RunError where another one has it */
export async function locked<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const release = lockRunDirectory(directory);
  try {
    finishSettingAside(directory);
    return await work();
  } finally {
    release();
  }
}

/**
 * The settings of a run one of whose stages is up to date. Reads only, and without the lock: a run that another process works
 * in is not disturbed.
 *
 * @param drawing whether nothing is computed from the user's own files: then they may be gone, or others by now
 * @throws DataError where there is no run, or the stage, or one before it, is missing or out of date
 */
export function readFinished(directory: string, name: StageName, { drawing = false } = {}): StoredExperiment {
  const stored = readStoredExperiment(requireRunDirectory(directory));
  refuseKept(directory);
  const { experiment } = stored;
  const known = readEnvironment(directory);
  const book = new LedgerBook(directory, known?.files ?? {});
  const fingerprint = drawing
    ? (ownFilesThen(book, experiment, known)?.checksum ?? null)
    : ownFilesChecksum(experiment);
  for (const stage of STAGES.slice(0, stageAt(name) + 1))
    if (hasStage(experiment, stage) && !book.isFresh(stage, experiment, fingerprint))
      throw outOfDate(stage.name, directory, book.whyNotFresh(stage, experiment, fingerprint, known));
  return stored;
}
