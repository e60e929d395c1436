/** Opening a run directory for a configuration: new, to go on with, or to recompute from the first change on. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError, DataError } from '../errors.ts';
import { attempt } from '../store/atomic.ts';
import { canonicalJson, readJson, writeJson } from '../store/json.ts';
import { holdsCheckpointOf } from '../store/checkpoint.ts';
import { keepPrevious, RUN_FILES, runPath, UNFINISHED } from '../store/run-directory.ts';
import { storedChoices, suggestChoices } from './choices.ts';
import type { Choices } from './context.ts';
import { filesOf } from './ledger.ts';
import { resolveExperiment } from './load.ts';
import { describeIssue } from './messages.ts';
import type { Experiment } from './schema.ts';
import { hasStage, stageAt, STAGES } from './stages.ts';

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
  throw new ConfigurationError(describeIssue({ ...issue, path: ['choices', ...issue.path] }, { choices }, []));
}

/**
 * The choices with which an experiment goes on in a directory that holds a run: those of the run; how the window is kept is
 * chosen anew for another window.
 */
export function choicesFor(stored: StoredExperiment, experiment: Experiment): Choices {
  const { settings } = STAGES[stageAt('record')];
  const isSame = canonicalJson(settings(stored.experiment)) === canonicalJson(settings(experiment));
  return isSame ? stored.choices : { ...stored.choices, store: undefined };
}

/** Writes experiment.json. @throws RunError where it cannot be written */
export function writeStoredExperiment(directory: string, { experiment, choices }: StoredExperiment): void {
  writeJson(runPath(directory, RUN_FILES.experiment), { ...experiment, choices });
}

/**
 * Makes sure that a folder may become, or is, a run directory.
 *
 * @returns the configuration it holds, or null for a new one
 * @throws ConfigurationError where it holds something else
 */
export function inspectRunDirectory(directory: string): StoredExperiment | null {
  if (!existsSync(directory)) return null;
  if (!statSync(directory).isDirectory())
    throw new ConfigurationError(`${directory} is a file; give --out the name of a folder`);
  if (existsSync(runPath(directory, RUN_FILES.experiment))) return readStoredExperiment(directory);
  if (readdirSync(directory).some((name) => !name.startsWith('.')))
    throw new ConfigurationError(`${directory} holds files but no run; give --out a new or an empty folder`);
  return null;
}

/**
 * Sets a run aside, whole, under `<name>.previous-N`, and goes on in a new directory of the old name that holds the
 * files of the stages that are kept (linked, not copied: no stage ever changes a file in place).
 *
 * @param firstChanged index of the first stage that is not kept
 * @param experiment that goes on; what belongs to stages it does not have is left behind
 * @returns where the old run is now
 */
export function setAside(directory: string, firstChanged: number, experiment: Experiment): string {
  const next = join(dirname(directory), `.next-${process.pid}-${Date.now()}`);
  attempt(next, () => mkdirSync(next));
  const kept = STAGES.filter(
    (stage, index) =>
      hasStage(experiment, stage) && (index < firstChanged || (index === firstChanged && stage.resumes)),
  ).flatMap(({ outputs }) => outputs);
  const files = [...kept, RUN_FILES.experiment, RUN_FILES.environment, RUN_FILES.stages];
  for (const name of files.flatMap((file) => filesOf(directory, file)))
    linkOrCopy(join(directory, name), join(next, name));
  const previous = keepPrevious(directory)!;
  attempt(directory, () => renameSync(next, directory));
  return previous;
}

/**
 * Gives a new run directory the finished training of another run with the same settings for it.
 *
 * @returns whether there was nothing yet; a directory that holds a run goes on from what it has
 */
export function shareTraining(from: string, to: string): boolean {
  if (existsSync(runPath(to, RUN_FILES.stages))) return false;
  const [train] = STAGES;
  const ledger = readJson<Record<string, unknown>>(runPath(from, RUN_FILES.stages));
  for (const name of train.outputs.flatMap((file) => filesOf(from, file))) linkOrCopy(join(from, name), join(to, name));
  writeJson(runPath(to, RUN_FILES.stages), { [train.name]: ledger[train.name] });
  return true;
}

function linkOrCopy(from: string, to: string): void {
  attempt(to, () => {
    mkdirSync(dirname(to), { recursive: true });
    try {
      linkSync(from, to);
    } catch {
      copyFileSync(from, to);
    }
  });
}

/**
 * Removes what unfinished stages left behind. Outputs of the first of them stay where it has begun under this key, with what
 * it has done so far: they are whole, and of the same inputs and settings.
 *
 * @param key of the first unfinished stage
 * @returns whether it is gone on with
 */
export function removeLeftovers(directory: string, firstUnfinished: number, key: string): boolean {
  const unfinished = join(directory, UNFINISHED);
  const begun = STAGES[firstUnfinished].name;
  const goesOn = holdsCheckpointOf(join(unfinished, begun), key);
  for (const name of existsSync(unfinished) ? readdirSync(unfinished) : [])
    if (!goesOn || name !== begun) remove(join(unfinished, name));
  for (const { outputs, resumes } of STAGES.slice(goesOn ? firstUnfinished + 1 : firstUnfinished))
    for (const file of resumes ? [] : outputs) remove(runPath(directory, file));
  // Files in the making of a process that was killed.
  const works = goesOn ? readdirSync(join(unfinished, begun)).map((work) => join(unfinished, begun, work)) : [];
  for (const folder of [directory, runPath(directory, RUN_FILES.trajectory), ...works])
    for (const name of existsSync(folder) ? readdirSync(folder) : [])
      if (/^\..*\.partial$/.test(name)) remove(join(folder, name));
  return goesOn;
}

/** Takes the checkpoints of stages away that are finished. */
export const removeUnfinished = (directory: string): void => remove(join(directory, UNFINISHED));

function remove(path: string): void {
  attempt(path, () => rmSync(path, { recursive: true, force: true }));
}
