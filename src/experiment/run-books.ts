/** What a call of the pipeline knows of a run directory, and keeps in it: stages.json and environment.json. */
import { existsSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { silent } from '../progress.ts';
import { canonicalJson } from '../store/json.ts';
import { RUN_FILES, type RunFile, runPath } from '../store/run-directory.ts';
import type { BackendName } from '../tensor/types.ts';
import type { BackEnds, Choices, Voice } from './context.ts';
import { describeEnvironment, type Environment, type StageCost, writeEnvironment } from './environment.ts';
import { type Condition, type Fingerprint, type Flaw, LedgerBook } from './ledger.ts';
import { type OwnFiles, ownFilesOf } from './own-files.ts';
import { openBook, readKnown } from './repair.ts';
import { hasOutputsFrom, setAside, type StoredExperiment, writeStoredExperiment } from './run-directory.ts';
import type { Experiment } from './schema.ts';
import { type Stage, stageAt, type StageName, STAGES } from './stages.ts';
import { readBackEnds } from './used-back-ends.ts';

/** Checksums of so many bytes take long enough to show how far they are. */
const SHOWN_BYTES = 2 ** 29;

/** Ledger and environment of one run directory, for the settings that are asked for. */
export class RunBooks {
  private readonly directory: string;
  private stored: StoredExperiment;
  private readonly voice: Voice;
  private readonly known: Environment | null;
  private readonly fingerprint: Fingerprint;
  private readonly ownFiles: OwnFiles | undefined;
  private costs: Environment['stages'];
  private settings: Environment['settings'];
  /** What the back end calls itself; null until a stage needed one. */
  backend: string | null;
  ledger: LedgerBook;
  /** Whether stages.json was made again: what it does not vouch for any more is set aside, not removed. */
  private readonly isMended: boolean;

  private constructor(
    directory: string,
    stored: StoredExperiment,
    voice: Voice,
    known: Environment | null,
    ledger: LedgerBook,
    isMended: boolean,
    ownFiles: OwnFiles | undefined,
  ) {
    this.directory = directory;
    this.stored = stored;
    this.voice = voice;
    this.known = known;
    this.fingerprint = ownFiles?.checksum ?? null;
    this.ownFiles = ownFiles && ownFiles.checksum !== '' ? ownFiles : undefined;
    this.costs = { ...known?.stages };
    this.settings = { ...known?.settings };
    this.backend = known?.backend ?? null;
    this.ledger = ledger;
    this.isMended = isMended;
  }

  /**
   * @param repair whether damaged books are made again, and all files read
   * @param drawing whether nothing is to be computed: the user's own files are taken to be those of the run
   * @throws DataError for damaged books that are not, and where the user's own files are missing
   */
  static async open(
    directory: string,
    stored: StoredExperiment,
    voice: Voice,
    { repair, drawing }: { readonly repair: boolean; readonly drawing: boolean },
  ): Promise<RunBooks> {
    const known = readKnown(directory, repair);
    if (known === null && existsSync(runPath(directory, RUN_FILES.environment)))
      voice.warn(
        `${RUN_FILES.environment} is damaged and written again: what its stages cost, and with which versions and devices they were computed, is not known any more`,
      );
    const { book, isMended } = await openBook(directory, stored, known, repair, shownOn(voice));
    const own = drawing ? ownFilesThen(book, stored.experiment, known) : ownFilesOf(stored.experiment);
    return new RunBooks(directory, stored, voice, known, book, isMended, own);
  }

  /** What is damaged of stages whose settings are the same; from the first change on all is computed anew, whatever has happened to it. */
  async flawsOf(stages: readonly Stage[]): Promise<Flaw[]> {
    const { experiment } = this.stored;
    const changed = stages.findIndex((stage) => !this.ledger.hadSettings(stage, experiment, this.fingerprint));
    const finished = changed < 0 ? stages : stages.slice(0, changed);
    await this.takeChecksums(finished.flatMap(({ outputs }) => outputs));
    return finished.flatMap((stage) => this.ledger.flawsOf(stage));
  }

  conditionOf(stage: Stage): Condition {
    return this.ledger.conditionOf(stage, this.stored.experiment, this.fingerprint);
  }

  /** Why a stage is not fresh, in words that follow its name. */
  whyNotFresh(stage: Stage): string {
    return this.ledger.whyNotFresh(stage, this.stored.experiment, this.fingerprint, this.known);
  }

  keyOf(stage: Stage): string {
    return this.ledger.keyOf(stage, this.stored.experiment, this.fingerprint);
  }

  /** Whether results would have to make room if this stage and those after it were computed. */
  hasResultsFrom(index: number): boolean {
    return (
      STAGES.slice(index).some(({ name }) => this.ledger.has(name)) ||
      (this.isMended && hasOutputsFrom(this.directory, index))
    );
  }

  /** Sets the run aside, and goes on with what comes before a stage. @returns where it is now */
  setAside(index: number): string {
    const kept = this.ledger.before(index);
    const previous = setAside(this.directory, index, this.stored, kept);
    this.ledger = new LedgerBook(this.directory, this.ledger.stamps, true, kept);
    this.voice.say(`the earlier results are kept in ${previous}`);
    return previous;
  }

  /** The back end that finished a stage; null where it was not finished, or nobody can tell. */
  finishedOn(stage: Stage): BackendName | null {
    const { fingerprint, ledger, stored } = this;
    return fingerprint === null ? null : ledger.backEndOf(stage, stored.experiment, fingerprint);
  }

  /** On which back ends the finished stages before one were computed. */
  backEndsBefore(index: number): BackEnds {
    const { costs } = this;
    const found = STAGES.slice(0, index).flatMap((stage) => {
      const last = this.finishedOn(stage);
      const known = readBackEnds(costs[stage.name] ?? {});
      const names = this.ledger.recordOf(stage.name)?.backEnds ?? (last === null ? [] : [last]);
      const used = known.length > 0 ? known : names.map((name) => ({ name, version: null }));
      return used.length === 0 ? [] : [[stage.name, used] as const];
    });
    return Object.fromEntries(found);
  }

  get choices(): Choices {
    return this.stored.choices;
  }

  /** Keeps a choice that a stage has made. @param directory where the stage works, which may be beside the run's own */
  choose(choice: Partial<Choices>, directory: string): void {
    const { experiment, choices } = this.stored;
    this.stored = { experiment, choices: { ...choices, ...choice } };
    writeStoredExperiment(directory, this.stored);
  }

  /** Writes all that there is before a stage is computed: its absence tells something later. */
  begin(index: number): void {
    writeStoredExperiment(this.directory, this.stored);
    this.ledger.write();
    const kept = STAGES.slice(0, index).flatMap(({ name }) => (this.costs[name] ? [[name, this.costs[name]]] : []));
    this.costs = Object.fromEntries(kept);
    this.describe();
  }

  /** Enters a stage that was just computed. @param inputs as they were when it began */
  async enter(stage: Stage, inputs: Readonly<Record<string, string>>, { backEnds }: StageCost): Promise<void> {
    await this.takeChecksums(stage.outputs);
    this.ledger.enter(stage, this.stored.experiment, this.fingerprint, inputs, backEnds);
  }

  /** Writes environment.json. @param name of a stage that has just been run */
  describe(name?: StageName, cost?: StageCost): void {
    const { costs, ledger, backend, directory, stored, ownFiles } = this;
    if (name) {
      this.costs = { ...costs, [name]: cost };
      this.settings = { ...this.settings, [name]: STAGES[stageAt(name)].settings(stored.experiment) };
    }
    const known = {
      stages: this.costs,
      files: ledger.ownStamps(),
      records: ledger.vouchers(),
      settings: this.settings,
      ...(ownFiles && { ownFiles }),
    };
    writeEnvironment(directory, describeEnvironment(stored.choices, backend, known));
  }

  /** Where nothing was run: keeps checksums that had to be taken again, so that the next call need not. */
  keepStamps(): void {
    const { known, ledger, directory, ownFiles } = this;
    if (known === null) return this.describe();
    const kept = { files: ledger.ownStamps(), ...(ownFiles && { ownFiles }) };
    if (canonicalJson({ files: known.files, ownFiles: known.ownFiles }) !== canonicalJson(kept))
      writeEnvironment(directory, { ...known, ...kept, records: ledger.vouchers() });
  }

  takeChecksums(files: readonly RunFile[]): Promise<void> {
    return this.ledger.takeChecksums(files, shownOn(this.voice));
  }
}

const shownOn = (voice: Voice) => (bytes: number) => (bytes < SHOWN_BYTES ? silent : voice.begin('checksums'));

/** The user's own files that a run was computed from, whatever has become of them; undefined where nobody can tell. */
export function ownFilesThen(
  book: LedgerBook,
  experiment: Experiment,
  known: Environment | null,
): OwnFiles | undefined {
  if (known?.ownFiles) return known.ownFiles;
  try {
    const now = ownFilesOf(experiment);
    // Runs of earlier versions do not say.
    return now.checksum === '' || book.hadSettings(STAGES[0], experiment, now.checksum) ? now : undefined;
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}
