/**
 * Mending a run: a stage whose outputs are damaged is run again in a folder of its own, from the files before it. Where it
 * gives the bytes that the ledger knows, those that are damaged are put in place and nothing else is touched.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DataError } from '../errors.ts';
import type { Report } from '../progress.ts';
import { attempt } from '../store/atomic.ts';
import { makeFolder } from '../store/folder.ts';
import { type RunFile, RUN_FILES, runPath, UNFINISHED } from '../store/run-directory.ts';
import { BACK_ENDS } from '../tensor/types.ts';
import { fromHere, typed } from '../typed.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { filesOf, type Ledger, LedgerBook, readLedger, same, type StageRecord, voucher } from './ledger.ts';
import { ownFilesChecksum } from './own-files.ts';
import {
  hasOutputsFrom,
  linkOrCopy,
  readStoredExperiment,
  type StoredExperiment,
  writeStoredExperiment,
} from './run-directory.ts';
import type { Experiment } from './schema.ts';
import { hasStage, type Stage, type StageName, STAGES } from './stages.ts';

/** Where a stage is run again; an interrupted repair goes on from what it finds there. */
export const repairFolder = (directory: string, stage: StageName): string =>
  join(directory, UNFINISHED, 'repair', stage);

/** Gives the folder all that a stage may read: what the stages before it wrote, and of its own what it goes on from. */
export function prepareRepair(
  directory: string,
  stage: Stage,
  stored: StoredExperiment,
  book: LedgerBook,
  damaged: readonly string[],
): string {
  const folder = repairFolder(directory, stage.name);
  attempt(folder, () => makeFolder(folder));
  const before = STAGES.slice(0, STAGES.indexOf(stage)).flatMap(({ outputs }) => outputs);
  for (const name of before.flatMap((file) => filesOf(directory, file)))
    linkOrCopy(join(directory, name), join(folder, name));
  for (const name of stage.resumes ? goodOutputs(directory, stage, damaged) : [])
    if (!existsSync(join(folder, name))) linkOrCopy(join(directory, name), join(folder, name));
  book.write(folder);
  writeStoredExperiment(folder, stored);
  return folder;
}

/** What is not damaged of a stage's outputs, with what runs within the run know of their own files. */
function goodOutputs(directory: string, { outputs }: Stage, damaged: readonly string[]): string[] {
  const names = outputs.flatMap((file) => filesOf(directory, file)).filter((name) => !damaged.includes(name));
  const runs = names.filter((name) => name.endsWith(`/${RUN_FILES.experiment}`)).map((name) => dirname(name));
  const known = runs.map((run) => `${run}/${RUN_FILES.environment}`);
  return [...names, ...known.filter((name) => existsSync(join(directory, name)))];
}

/** Whether the stage gave the same bytes as then. */
export function gaveTheSame(folder: string, stage: Stage, { outputs }: StageRecord): boolean {
  return same(new LedgerBook(folder, {}, false, {}).checksums(stage.outputs), outputs);
}

/** Puts files from the folder in the place of damaged ones. @returns their names */
export function putInPlace(folder: string, directory: string, names: readonly string[]): void {
  for (const name of names)
    attempt(join(directory, name), () => {
      makeFolder(dirname(join(directory, name)));
      renameSync(join(folder, name), join(directory, name));
    });
  attempt(folder, () => rmSync(folder, { recursive: true, force: true }));
}

/** environment.json; null where there is none, or where it is damaged and to be made again. @throws DataError for a damaged one */
export function readKnown(directory: string, repair = false): Environment | null {
  try {
    return readEnvironment(directory);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (repair) return null;
    throw new DataError(`${error.message}; --repair writes it again, and no result is lost with it`, { cause: error });
  }
}

/**
 * The ledger of a run. A damaged one is made again, where that is wanted, as far as environment.json vouches for it: what
 * is there now must be, to the byte, what a stage was entered with. What is not vouched for is not trusted.
 *
 * @param repair whether all files are to be read, whatever their stamps say
 * @param show shows the progress of checksums of so many bytes
 * @throws DataError for a damaged one
 */
export async function openBook(
  directory: string,
  stored: StoredExperiment,
  known: Environment | null,
  repair: boolean,
  show: (bytes: number) => Report,
): Promise<{ readonly book: LedgerBook; readonly isMended: boolean }> {
  refuseKept(directory);
  const stamps = known?.files ?? {};
  const problem = problemOfLedger(directory, known);
  if (problem === null) return { book: new LedgerBook(directory, stamps, !repair), isMended: false };
  if (!repair)
    throw new DataError(
      `${problem}; --repair makes it again from what environment.json vouches for, and sets aside the rest`,
    );
  const { experiment } = storedOr(directory, stored);
  const present = new LedgerBook(directory, stamps, false, {});
  await present.takeChecksums(
    STAGES.flatMap(({ outputs }) => outputs),
    show,
  );
  const book = new LedgerBook(
    directory,
    present.stamps,
    true,
    vouchedLedger(present, experiment, known, ownFilesChecksum(experiment)),
  );
  book.write();
  return { book, isMended: true };
}

/**
 * Results that were kept of a run have neither its ledger nor its vectors: there is nothing to go on from, and nothing to mend.
 *
 * @throws DataError where the folder holds such
 */
export function refuseKept(directory: string): void {
  const has = (file: RunFile) => existsSync(runPath(directory, file));
  if (has(RUN_FILES.stages) || !has(RUN_FILES.summary)) return;
  if (readdirSync(directory).some((name) => name.endsWith('.safetensors'))) return;
  const again = typed('run', fromHere(runPath(directory, RUN_FILES.experiment)), '--out', '…');
  throw new DataError(
    `${directory} holds results that were kept of a run, tables and summary without its vectors: they are to be read as they are; \`${again}\` makes the run again in another folder`,
  );
}

function problemOfLedger(directory: string, known: Environment | null): string | null {
  const path = runPath(directory, RUN_FILES.stages);
  // A run that was ended before its first stage began has none; one that has results had one.
  if (!existsSync(path)) return hasOutputsFrom(directory, 0) ? `no file ${path}, but results of stages` : null;
  try {
    const altered = Object.entries(readLedger(directory)).find(
      ([name, record]) => (known?.records?.[name as StageName] ?? voucher(record)) !== voucher(record),
    );
    return altered ? `${path} is damaged: of stage ${altered[0]} it does not hold what was written` : null;
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}

function storedOr(directory: string, given: StoredExperiment): StoredExperiment {
  try {
    return readStoredExperiment(directory);
  } catch (error) {
    if (error instanceof DataError) return given;
    throw error;
  }
}

function vouchedLedger(
  present: LedgerBook,
  experiment: Experiment,
  known: Environment | null,
  fingerprint: string,
): Ledger {
  const ledger: Partial<Record<StageName, StageRecord>> = {};
  for (const stage of STAGES.filter((one) => hasStage(experiment, one))) {
    const { backEnds } = known?.stages[stage.name] ?? {};
    // It may have been finished on another back end than that of later stages.
    const record = [experiment.backend, ...BACK_ENDS]
      .map((backend) => present.presentRecord(stage, { ...experiment, backend }, fingerprint, undefined, backEnds))
      .find((one) => known?.records?.[stage.name] === voucher(one));
    if (!record) break;
    ledger[stage.name] = record;
  }
  return ledger;
}
