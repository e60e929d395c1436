/** Opening a run directory for a configuration: new, to go on with, or to recompute from the first change on. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError, DataError } from '../errors.ts';
import { attempt } from '../store/atomic.ts';
import { readJson, writeJson } from '../store/json.ts';
import { keepPrevious, RUN_FILES, runPath } from '../store/run-directory.ts';
import { storedChoices, suggestChoices } from './choices.ts';
import type { Choices } from './context.ts';
import { filesOf } from './ledger.ts';
import { resolveExperiment } from './load.ts';
import { describeIssue } from './messages.ts';
import type { Experiment } from './schema.ts';
import { hasStage, STAGES } from './stages.ts';

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

/** Writes experiment.json. @throws StorageError where it cannot be written */
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

/** Removes what unfinished stages left behind. */
export function removeLeftovers(directory: string, firstUnfinished: number): void {
  for (const { outputs, resumes } of STAGES.slice(firstUnfinished))
    for (const file of resumes ? [] : outputs)
      attempt(directory, () => rmSync(runPath(directory, file), { recursive: true, force: true }));
  // Files in the making of a process that was killed.
  for (const name of readdirSync(directory))
    if (/^\..*\.partial$/.test(name)) attempt(directory, () => rmSync(join(directory, name), { force: true }));
}
