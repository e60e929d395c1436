/**
 * What was computed from what: stages.json holds, for every finished stage, a checksum of its settings and of every file
 * it read and wrote. A stage is run again when its settings or inputs have changed; outputs that have are damaged.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import type { Report } from '../progress.ts';
import { BACK_ENDS, type BackendName } from '../tensor/types.ts';
import { sha256File, sha256LargeFile } from '../store/atomic.ts';
import { canonicalJson, readJson, writeJson } from '../store/json.ts';
import { RUN_FILES, type RunFile, runPath } from '../store/run-directory.ts';
import { changedSettings } from './changed-settings.ts';
import { type Environment, programVersion, type Stamp } from './environment.ts';
import { changesSince } from './own-files.ts';
import type { Experiment } from './schema.ts';
import { type Stage, type StageName, STAGES } from './stages.ts';

/** Raised when most stages compute something else from the same settings: results of earlier programs are then recomputed. */
const REVISION = 6;

/** SHA-256 by file name within the run directory; a folder's files one by one. */
export type Checksums = Readonly<Record<string, string>>;

const checksumsSchema = z.record(z.string(), z.string());
const ledgerSchema = z.record(
  z.string(),
  z.object({
    settings: z.string(),
    inputs: checksumsSchema,
    outputs: checksumsSchema,
    backEnds: z.array(z.enum(BACK_ENDS)).optional(),
  }),
);

/** What a finished stage was computed from, and what it wrote. */
export interface StageRecord {
  readonly settings: string;
  readonly inputs: Checksums;
  readonly outputs: Checksums;
  /** Names of the back ends that it was computed on, where these are not just the one that its settings ask for. */
  readonly backEnds?: readonly BackendName[];
}

/** stages.json. */
export type Ledger = { readonly [Name in StageName]?: StageRecord };

/** What is wrong with an output of a finished stage. */
export interface Flaw {
  readonly stage: StageName;
  /** Name within the run directory. */
  readonly file: string;
  /** In words that follow the name. */
  readonly problem: string;
  /** It was not there when the stage ended: whose it is nobody knows. */
  readonly foreign?: true;
}

/** Checksum of the user's own files; null where it is not known from which a run was computed: then no others are asked for. */
export type Fingerprint = string | null;

/** How a stage of a run stands. Only what is fresh need not be run. */
export type Condition = 'fresh' | 'missing' | 'stale' | 'damaged';

/** Reads stages.json; empty where nothing was finished yet. @throws DataError where it is damaged */
export function readLedger(directory: string): Ledger {
  const path = runPath(directory, RUN_FILES.stages);
  if (!existsSync(path)) return {};
  const { success, data } = ledgerSchema.safeParse(readJson(path));
  if (success) return data as Ledger;
  throw new DataError(`${path} is damaged: it does not hold checksums of stages`);
}

/** Reads and keeps checksums of one run directory. */
export class LedgerBook {
  private readonly directory: string;
  private ledger: Ledger;
  /** As they were found, whatever is believed of them now. */
  private readonly found: Readonly<Record<string, Stamp>>;
  /** Stamps by file name; kept with the environment, because times differ between equal runs. */
  readonly stamps: Record<string, Stamp>;

  /** @param believed whether a file of the size and time of its stamp need not be read again */
  constructor(directory: string, stamps: Readonly<Record<string, Stamp>>, believed = true, ledger?: Ledger) {
    this.directory = directory;
    this.found = stamps;
    this.stamps = believed ? { ...stamps } : {};
    this.ledger = ledger ?? readLedger(directory);
  }

  /** Whether the stage was finished, whatever has changed since. */
  has(name: StageName): boolean {
    return this.ledger[name] !== undefined;
  }

  /** What is written of a stage; undefined where it was not finished. */
  recordOf(name: StageName): StageRecord | undefined {
    return this.ledger[name];
  }

  /** Checksums of what is written of each stage. */
  vouchers(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.ledger).map(([name, record]) => [name, voucher(record)]));
  }

  /** Stamps of the files that the book knows. */
  ownStamps(): Record<string, Stamp> {
    const names = new Set(Object.values(this.ledger).flatMap(({ outputs }) => Object.keys(outputs)));
    return Object.fromEntries(Object.entries(this.stamps).filter(([name]) => names.has(name)));
  }

  /** Whether the stage's settings, inputs and outputs are what they were when it finished. */
  isFresh(stage: Stage, experiment: Experiment, ownFiles: Fingerprint): boolean {
    return this.conditionOf(stage, experiment, ownFiles) === 'fresh';
  }

  /** How a stage stands. An earlier stage's flaws are no change of its inputs only once they are mended. */
  conditionOf(stage: Stage, experiment: Experiment, ownFiles: Fingerprint): Condition {
    const record = this.ledger[stage.name];
    if (!record) return 'missing';
    if (!this.hadSettings(stage, experiment, ownFiles)) return 'stale';
    if (this.flawsOf(stage).length > 0) return 'damaged';
    return same(record.inputs, this.checksums(stage.inputs)) ? 'fresh' : 'stale';
  }

  /** Whether a finished stage had these settings, kept its results as they ask for, and wrote what it writes now: another program's may have written more. */
  hadSettings(stage: Stage, experiment: Experiment, ownFiles: Fingerprint): boolean {
    const record = this.ledger[stage.name];
    if (!record) return false;
    if (ownFiles !== null && this.backEndOf(stage, experiment, ownFiles) === null) return false;
    const written = Object.keys(record.outputs);
    const isOwn = (name: string) => stage.outputs.some((file) => name === file || name.startsWith(`${file}/`));
    return written.every(isOwn) && (stage.suits?.(experiment, written) ?? true);
  }

  /**
   * The back end that a finished stage was computed on, if its other settings were these: results are kept whatever back end the
   * run goes on with. Null for a stage of other settings, or that was not finished.
   */
  backEndOf(stage: Stage, experiment: Experiment, ownFiles: string): BackendName | null {
    const record = this.ledger[stage.name];
    if (!record) return null;
    // The asked for first: not every stage depends on it.
    const names = [experiment.backend, ...BACK_ENDS];
    return (
      names.find((backend) => record.settings === settingsChecksum(stage, { ...experiment, backend }, ownFiles)) ?? null
    );
  }

  /**
   * Why a stage is not fresh, in words that follow its name.
   *
   * @param then from what the run was computed, where that is known
   */
  whyNotFresh(
    stage: Stage,
    experiment: Experiment,
    ownFiles: Fingerprint,
    then: Pick<Environment, 'ownFiles' | 'settings'> | null,
  ): string {
    const record = this.ledger[stage.name];
    if (!record) return 'is not done yet';
    if (!this.hadSettings(stage, experiment, ownFiles)) {
      const files = then?.ownFiles ? changesSince(then.ownFiles) : [];
      const before = then?.settings?.[stage.name];
      const settings = before === undefined ? [] : changedSettings(before, stage.settings(experiment));
      const other = `it was computed with other settings than those of ${RUN_FILES.experiment}, or by another version of the program`;
      return `is out of date: ${[...files, ...settings].join(', ') || other}`;
    }
    const flaws = this.flawsOf(stage).map(({ file, problem }) => `${file} ${problem}`);
    const now = this.checksums(stage.inputs);
    const inputs = [...new Set([...Object.keys(record.inputs), ...Object.keys(now)])].filter(
      (file) => record.inputs[file] !== now[file],
    );
    return `is out of date: ${[...flaws, ...inputs.map((file) => `${file} is another than it was computed from`)].join(', ')}`;
  }

  /** What has happened to the outputs of a finished stage. */
  flawsOf({ name: stage, outputs }: Stage): Flaw[] {
    const recorded = this.ledger[stage]?.outputs ?? {};
    const present = outputs.flatMap((file) => filesOf(this.directory, file));
    const flaws: Flaw[] = [];
    for (const [file, sha256] of Object.entries(recorded)) {
      const problem = this.problemOf(file, sha256);
      if (problem) flaws.push({ stage, file, problem });
    }
    for (const file of present)
      if (!Object.hasOwn(recorded, file))
        flaws.push({ stage, file, problem: `was not there when stage ${stage} ended`, foreign: true });
    return flaws;
  }

  private problemOf(file: string, sha256: string): string | null {
    const size = sizeOf(join(this.directory, file));
    if (size === null) return 'is missing';
    const stamp = this.found[file];
    // Read only where the size does not tell.
    if (stamp?.sha256 === sha256 && stamp.bytes !== size) return `has ${size} bytes instead of ${stamp.bytes}`;
    const now = this.checksum(file);
    if (now === sha256) return null;
    return `has SHA-256 ${now.slice(0, 12)}… instead of ${sha256.slice(0, 12)}…`;
  }

  /**
   * All that the outputs of a stage depend on but the back end, which may be lost in the middle: unfinished work of another key
   * is not gone on with.
   */
  keyOf(stage: Stage, experiment: Experiment, ownFiles: Fingerprint): string {
    const settings = settingsChecksum(stage, { ...experiment, backend: 'tensorflow' }, ownFiles);
    return checksumOf({ program: programVersion(), settings, inputs: this.checksums(stage.inputs) });
  }

  /**
   * Enters a stage that has just finished.
   *
   * @param inputs as they were when it began
   * @param backEnds that it was computed on; that of the experiment alone unless said otherwise
   */
  enter(
    stage: Stage,
    experiment: Experiment,
    ownFiles: Fingerprint,
    inputs: Checksums = this.checksums(stage.inputs),
    backEnds?: readonly BackendName[],
  ): void {
    const record = this.presentRecord(stage, experiment, ownFiles, inputs, backEnds);
    this.ledger = { ...this.ledger, [stage.name]: record };
    this.write();
  }

  /** What would be written of a stage that had just written what is there. */
  presentRecord(
    stage: Stage,
    experiment: Experiment,
    ownFiles: Fingerprint,
    inputs: Checksums = this.checksums(stage.inputs),
    backEnds: readonly BackendName[] = [experiment.backend],
  ): StageRecord {
    const settings = settingsChecksum(stage, experiment, ownFiles);
    const isOwn = backEnds.join() === experiment.backend;
    return { settings, inputs, outputs: this.checksums(stage.outputs), ...(!isOwn && { backEnds }) };
  }

  /** Writes stages.json, here or into another directory. @throws StorageError where it cannot be written */
  write(directory = this.directory): void {
    writeJson(runPath(directory, RUN_FILES.stages), this.ledger);
  }

  /** The book without this stage and all after it; nothing is written. */
  before(index: number): Ledger {
    const kept = STAGES.slice(0, index).filter(({ name }) => this.ledger[name]);
    return Object.fromEntries(kept.map(({ name }) => [name, this.ledger[name]]));
  }

  checksums(files: readonly RunFile[]): Checksums {
    const checksums: Record<string, string> = {};
    for (const name of files.flatMap((file) => filesOf(this.directory, file))) checksums[name] = this.checksum(name);
    return checksums;
  }

  private checksum(name: string): string {
    return this.stamped(name) ?? this.stamp(name, sha256File(join(this.directory, name)));
  }

  /** The checksum of a file that is as it was when it was stamped. */
  private stamped(name: string): string | undefined {
    const stamp = this.stamps[name];
    if (!stamp) return undefined;
    const { size, mtimeMs } = statSync(join(this.directory, name));
    return stamp.bytes === size && stamp.modified === mtimeMs ? stamp.sha256 : undefined;
  }

  private stamp(name: string, sha256: string): string {
    const { size: bytes, mtimeMs: modified } = statSync(join(this.directory, name));
    this.stamps[name] = { bytes, modified, sha256 };
    return sha256;
  }

  /**
   * Takes the checksums that are not known yet, so that nobody waits for them later without being told.
   *
   * @param begin what shows the progress of so many bytes; what that throws ends the work
   */
  async takeChecksums(files: readonly RunFile[], begin: (bytes: number) => Report): Promise<void> {
    const names = [...new Set(files.flatMap((file) => filesOf(this.directory, file)))];
    const unknown = names.filter((name) => this.stamped(name) === undefined);
    const total = unknown.reduce((sum, name) => sum + (sizeOf(join(this.directory, name)) ?? 0), 0);
    if (total === 0) return;
    const report = begin(total);
    let done = 0;
    for (const name of unknown) {
      const path = join(this.directory, name);
      const sha256 = await sha256LargeFile(path, (bytes) => report(done + bytes, total));
      this.stamp(name, sha256);
      done += this.stamps[name].bytes;
    }
  }
}

/** Files in the making, and what differs between equal runs. */
const VOLATILE = /^\.|^environment\.json$/;

/** Names, within the run directory, of a file, or of the files of a folder; none where it is absent. */
export function filesOf(directory: string, file: RunFile): string[] {
  const path = runPath(directory, file);
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [file];
  return (
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
      // Checkpoints of runs within a run are no results.
      .filter((name) => !name.split('/').some((part) => VOLATILE.test(part)))
      .sort()
  );
}

function sizeOf(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : null;
}

/** Checksum of what is written of a stage: environment.json keeps it, to vouch for stages.json. */
export const voucher = (record: StageRecord): string => checksumOf(record);

function settingsChecksum(stage: Stage, experiment: Experiment, ownFiles: Fingerprint): string {
  const { revision: own } = stage;
  return checksumOf({ revision: REVISION, own, data: ownFiles ?? '', settings: stage.settings(experiment) });
}

const checksumOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Whether two sets of files have the same names and bytes. */
export const same = (a: Checksums, b: Checksums): boolean => canonicalJson(a) === canonicalJson(b);
