/**
 * What was computed from what: stages.json holds, for every finished stage, a checksum of its settings and of every file
 * it read and wrote. A stage is run again when one of these has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Report } from '../progress.ts';
import { sha256File } from '../store/atomic.ts';
import { canonicalJson, readJson, writeJson } from '../store/json.ts';
import { RUN_FILES, type RunFile, runPath } from '../store/run-directory.ts';
import { programVersion } from './environment.ts';
import type { Experiment } from './schema.ts';
import { type Stage, type StageName, STAGES } from './stages.ts';

/** Raised when a stage computes something else from the same settings: results of earlier programs are then recomputed. */
const REVISION = 5;

/** Bytes whose checksums take seconds. */
const LONG_TO_READ = 2 ** 30;

/** SHA-256 by file name within the run directory; a folder's files one by one. */
type Checksums = Record<string, string>;

interface StageRecord {
  readonly settings: string;
  readonly inputs: Checksums;
  readonly outputs: Checksums;
}

type Ledger = { readonly [Name in StageName]?: StageRecord };

/** Size and time of a file when its checksum was taken; both unchanged, the checksum is believed without reading. */
export interface Stamp {
  readonly bytes: number;
  readonly modified: number;
  readonly sha256: string;
}

/** Reads and keeps checksums of one run directory. */
export class LedgerBook {
  private readonly directory: string;
  private ledger: Ledger;
  /** Stamps by file name; kept with the environment, because times differ between equal runs. */
  readonly stamps: Record<string, Stamp>;

  constructor(directory: string, stamps: Record<string, Stamp>) {
    this.directory = directory;
    this.stamps = { ...stamps };
    const path = runPath(directory, RUN_FILES.stages);
    this.ledger = existsSync(path) ? readJson<Ledger>(path) : {};
  }

  /** Whether the stage was finished, whatever has changed since. */
  has(name: StageName): boolean {
    return this.ledger[name] !== undefined;
  }

  /** Whether the stage's settings, inputs and outputs are what they were when it finished. */
  isFresh(stage: Stage, experiment: Experiment, dataFingerprint: string): boolean {
    const record = this.ledger[stage.name];
    if (!record || record.settings !== settingsChecksum(stage, experiment, dataFingerprint)) return false;
    if (!(stage.suits?.(experiment, Object.keys(record.outputs)) ?? true)) return false;
    return same(record.inputs, this.checksums(stage.inputs)) && same(record.outputs, this.checksums(stage.outputs));
  }

  /** All that the outputs of a stage depend on: unfinished work of another key is not gone on with. */
  keyOf(stage: Stage, experiment: Experiment, dataFingerprint: string): string {
    const settings = settingsChecksum(stage, experiment, dataFingerprint);
    return checksumOf({ program: programVersion(), settings, inputs: this.checksums(stage.inputs) });
  }

  /** Takes the checksums of a stage's outputs beforehand, file by file, where they are so large that it takes a while. */
  async prepare({ outputs }: Stage, begin: () => Report): Promise<void> {
    const names = outputs.flatMap((file) => filesOf(this.directory, file));
    const bytes = names.reduce((sum, name) => sum + statSync(join(this.directory, name)).size, 0);
    if (bytes < LONG_TO_READ) return;
    const report = begin();
    for (const [index, name] of names.entries()) {
      this.checksum(name);
      await report(index + 1, names.length);
    }
  }

  /** Enters a stage that has just finished. */
  enter(stage: Stage, experiment: Experiment, dataFingerprint: string): void {
    const record: StageRecord = {
      settings: settingsChecksum(stage, experiment, dataFingerprint),
      inputs: this.checksums(stage.inputs),
      outputs: this.checksums(stage.outputs),
    };
    this.ledger = { ...this.ledger, [stage.name]: record };
    writeJson(runPath(this.directory, RUN_FILES.stages), this.ledger);
  }

  /** Forgets this stage and all after it. */
  forgetFrom(index: number): void {
    const kept = STAGES.slice(0, index).filter(({ name }) => this.ledger[name]);
    this.ledger = Object.fromEntries(kept.map(({ name }) => [name, this.ledger[name]]));
    writeJson(runPath(this.directory, RUN_FILES.stages), this.ledger);
  }

  private checksums(files: readonly RunFile[]): Checksums {
    const checksums: Checksums = {};
    for (const name of files.flatMap((file) => filesOf(this.directory, file))) checksums[name] = this.checksum(name);
    return checksums;
  }

  private checksum(name: string): string {
    const path = join(this.directory, name);
    const { size: bytes, mtimeMs: modified } = statSync(path);
    const stamp = this.stamps[name];
    if (stamp && stamp.bytes === bytes && stamp.modified === modified) return stamp.sha256;
    const sha256 = sha256File(path);
    this.stamps[name] = { bytes, modified, sha256 };
    return sha256;
  }
}

/** Files in the making, and what differs between equal runs. */
const VOLATILE = /^\.|^environment\.json$/;

/** Names, within the run directory, of a file, or of the files of a folder; none where it is absent. */
export function filesOf(directory: string, file: RunFile): string[] {
  const path = runPath(directory, file);
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [file];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !name.split('/').some((part) => VOLATILE.test(part)))
    .sort();
}

function settingsChecksum(stage: Stage, experiment: Experiment, dataFingerprint: string): string {
  return checksumOf({ revision: REVISION, data: dataFingerprint, settings: stage.settings(experiment) });
}

const checksumOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

const same = (a: Checksums, b: Checksums): boolean => canonicalJson(a) === canonicalJson(b);
