/** Opening a run directory for a configuration: new, to go on with, or to recompute from the first change on. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError, DataError } from '../errors.ts';
import { attempt } from '../store/atomic.ts';
import { makeFolder } from '../store/folder.ts';
import { canonicalJson, readJson, writeJson } from '../store/json.ts';
import { holdsCheckpointOf } from '../store/checkpoint.ts';
import { keepPrevious, RUN_FILES, runPath, UNFINISHED } from '../store/run-directory.ts';
import { storedChoices, suggestChoices } from './choices.ts';
import type { Choices } from './context.ts';
import { readEnvironment } from './environment.ts';
import { filesOf, type Ledger, readLedger } from './ledger.ts';
import { resolveExperiment } from './load.ts';
import { describeIssue } from './messages.ts';
import type { Experiment } from './schema.ts';
import { hasStage, type Stage, stageAt, STAGES } from './stages.ts';

/** experiment.json: the resolved configuration and, beside it, what the machine suggested. */
export interface StoredExperiment {
  readonly experiment: Experiment;
  readonly choices: Choices;
}

/** Reads experiment.json, choices checked. @throws DataError where the file is missing, damaged or of another program */
export function readStoredExperiment(directory: string): StoredExperiment {
  const path = runPath(directory, RUN_FILES.experiment);
  const { choices, ...given } = readJson<Record<string, unknown>>(path);
  try {
    const experiment = resolveExperiment(given);
    return { experiment, choices: { ...suggestChoices(experiment), ...readChoices(choices) } };
  } catch (error) {
    if (error instanceof ConfigurationError) throw new DataError(`${path} is no configuration: ${error.message}`);
    throw error;
  }
}

/** @throws ConfigurationError naming what is wrong */
function readChoices(choices: unknown): Partial<Choices> {
  const result = storedChoices.safeParse(choices);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ConfigurationError(describeIssue({ ...issue, path: ['choices', ...issue.path] }, { choices }, {}));
}

/**
 * The choices with which an experiment goes on in a directory that holds a run: those of the run; how the window is kept is
 * chosen anew for another window, and threads for another back end.
 */
export function choicesFor(stored: StoredExperiment, experiment: Experiment): Choices {
  const { settings } = STAGES[stageAt('record')];
  const { backend } = stored.experiment;
  const isSame = canonicalJson(settings(stored.experiment)) === canonicalJson(settings({ ...experiment, backend }));
  const { threads } = backend === experiment.backend ? stored.choices : suggestChoices(experiment);
  return { threads, store: isSame ? stored.choices.store : undefined };
}

/** Writes experiment.json. @throws StorageError where it cannot be written */
export function writeStoredExperiment(directory: string, { experiment, choices }: StoredExperiment): void {
  writeJson(runPath(directory, RUN_FILES.experiment), { ...experiment, choices });
}

/**
 * Makes sure that a folder may become, or is, a run directory.
 *
 * @param given the configuration that is to be run there, where a damaged experiment.json may be made again from it
 * @returns the configuration it holds, or null for a new one
 * @throws ConfigurationError where it holds something else; DataError where its experiment.json is damaged
 */
export function inspectRunDirectory(directory: string, given: Experiment | null = null): StoredExperiment | null {
  if (!existsSync(directory)) return null;
  if (!statSync(directory).isDirectory())
    throw new ConfigurationError(`${directory} is a file; give --out the name of a folder`);
  if ([RUN_FILES.experiment, RUN_FILES.stages].some((file) => existsSync(runPath(directory, file)))) {
    try {
      return readStoredExperiment(directory);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      if (given) return { experiment: given, choices: choicesBefore(directory, given) };
      throw new DataError(`${error.message}; --repair writes it again, with the settings of this call`, {
        cause: error,
      });
    }
  }
  if (readdirSync(directory).some((name) => !name.startsWith('.')))
    throw new ConfigurationError(`${directory} holds files but no run; give --out a new or an empty folder`);
  return null;
}

/** The choices of a run whose experiment.json is damaged: threads stand in environment.json too, and files tell how the window is kept. */
function choicesBefore(directory: string, experiment: Experiment): Choices {
  try {
    const threads = readEnvironment(directory)?.threads;
    if (threads !== undefined) return { threads, store: storeOf(directory) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  return suggestChoices(experiment);
}

function storeOf(directory: string): Choices['store'] {
  if (existsSync(runPath(directory, RUN_FILES.trajectory))) return 'trajectory';
  return existsSync(runPath(directory, RUN_FILES.epochs)) ? 'replay' : undefined;
}

/** Where the run that takes another's place is made ready. */
const nextOf = (directory: string): string => join(dirname(directory), `.${basename(directory)}.next`);

/**
 * Sets a run aside, whole, under `<name>.previous-N`, and goes on in a new directory of the old name that holds the
 * files of the stages that are kept (linked, not copied: no stage ever changes a file in place).
 *
 * @param firstChanged index of the first stage that is not kept
 * @param stored experiment that goes on; what belongs to stages it does not have is left behind
 * @param ledger of the stages that are kept
 * @returns where the old run is now
 */
export function setAside(directory: string, firstChanged: number, stored: StoredExperiment, ledger: Ledger): string {
  const next = nextOf(directory);
  attempt(next, () => {
    rmSync(next, { recursive: true, force: true });
    mkdirSync(next);
  });
  // Runs within the run know what they were computed from, all but the minimum that they share.
  const goesOn = ({ resumes }: Stage) => resumes === true && firstChanged > stageAt('train');
  const kept = STAGES.filter(
    (stage, index) => hasStage(stored.experiment, stage) && (index < firstChanged || goesOn(stage)),
  ).flatMap(({ outputs }) => outputs);
  for (const name of [...kept, RUN_FILES.environment].flatMap((file) => filesOf(directory, file)))
    linkOrCopy(join(directory, name), join(next, name));
  writeJson(runPath(next, RUN_FILES.stages), ledger);
  writeStoredExperiment(next, stored);
  const previous = keepPrevious(directory)!;
  attempt(directory, () => renameSync(next, directory));
  return previous;
}

/** Whether a process ended between the two renames of `setAside`: then there is no directory, and the next one is ready. */
export const isBetweenRuns = (directory: string): boolean => !existsSync(directory) && existsSync(nextOf(directory));

/** Ends what a process left that was killed while it set a run aside. Whoever calls holds the lock. */
export function finishSettingAside(directory: string): void {
  const next = nextOf(directory);
  if (isBetweenRuns(directory)) attempt(directory, () => renameSync(next, directory));
  else attempt(next, () => rmSync(next, { recursive: true, force: true }));
}

/**
 * Gives a new run directory the first stages of another run that has the same settings for them, as far as they are finished there.
 *
 * @param stages how many; the training alone unless said otherwise
 * @returns whether there was nothing yet; a directory that holds a run goes on from what it has
 */
export function shareStages(from: string, to: string, stages = 1): boolean {
  if (Object.keys(readLedger(to)).length > 0) return false;
  const ledger = readLedger(from);
  const unfinished = STAGES.findIndex(({ name }) => ledger[name] === undefined);
  const shared = STAGES.slice(0, Math.min(stages, unfinished < 0 ? STAGES.length : unfinished));
  for (const name of shared.flatMap(({ outputs }) => outputs).flatMap((file) => filesOf(from, file)))
    linkOrCopy(join(from, name), join(to, name));
  writeJson(runPath(to, RUN_FILES.stages), Object.fromEntries(shared.map(({ name }) => [name, ledger[name]])));
  return true;
}

/** Gives a file another name, in another folder of the same disk, or copies it where that cannot be. */
export function linkOrCopy(from: string, to: string): void {
  attempt(to, () => {
    makeFolder(dirname(to));
    // What is there was left by a process that was killed, and may be half a copy.
    rmSync(to, { force: true });
    try {
      linkSync(from, to);
    } catch {
      copyFileSync(from, to);
    }
  });
}

/** Whether there are files of stages from this one on, finished or not. */
export function hasOutputsFrom(directory: string, index: number): boolean {
  return STAGES.slice(index).some(({ outputs }) => outputs.some((file) => filesOf(directory, file).length > 0));
}

/**
 * Removes what unfinished stages left behind. Outputs of the first of them stay where it has begun under this key, with what
 * it has done so far: they are whole, and of the same inputs and settings.
 *
 * @param key of the first unfinished stage
 */
export function removeLeftovers(directory: string, firstUnfinished: number, key: string): void {
  const unfinished = join(directory, UNFINISHED);
  const begun = STAGES[firstUnfinished].name;
  const goesOn = holdsCheckpointOf(join(unfinished, begun), key);
  for (const name of existsSync(unfinished) ? readdirSync(unfinished) : [])
    if (!goesOn || name !== begun) remove(join(unfinished, name));
  for (const { outputs, resumes } of STAGES.slice(goesOn ? firstUnfinished + 1 : firstUnfinished))
    for (const file of resumes ? [] : outputs) remove(runPath(directory, file));
}

/** Removes files in the making of a process that was killed; runs within the run have locks of their own, and see to it themselves. */
export function removePartialFiles(directory: string): void {
  const own = STAGES.flatMap(({ outputs, resumes }) => (resumes ? [] : outputs));
  const folders = own.map((file) => runPath(directory, file)).filter((path) => existsSync(path));
  const works = foldersWithin(join(directory, UNFINISHED));
  for (const folder of [directory, ...folders.filter((path) => statSync(path).isDirectory()), ...works])
    for (const name of readdirSync(folder)) if (/^\..*\.partial$/.test(name)) remove(join(folder, name));
}

function foldersWithin(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

function remove(path: string): void {
  attempt(path, () => rmSync(path, { recursive: true, force: true }));
}
