/** Runs the stages of an experiment that are not up to date, and mends those that are damaged. */
import { existsSync, mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, StorageError } from '../errors.ts';
import { inWords } from '../hessian/memory.ts';
import { silent } from '../progress.ts';
import { attempt } from '../store/atomic.ts';
import { holdsCheckpointOf, openCheckpoint } from '../store/checkpoint.ts';
import { canonicalJson } from '../store/json.ts';
import { type RunFile, runPath, UNFINISHED } from '../store/run-directory.ts';
import { benchFor, dataFingerprint } from './benches.ts';
import { frozenAsTrained } from './batch-norm.ts';
import type { Choices, Voice } from './context.ts';
import { refuseDamage } from './damage.ts';
import { describeEnvironment, type Environment, measureCost, writeEnvironment } from './environment.ts';
import { type Condition, filesOf, LedgerBook } from './ledger.ts';
import { enterSection } from './profile.ts';
import { gaveTheSame, openBook, prepareRepair, putInPlace, readKnown, repairFolder } from './repair.ts';
import {
  choicesFor,
  hasOutputsFrom,
  inspectRunDirectory,
  removeLeftovers,
  removePartialFiles,
  setAside,
  shareTraining,
  type StoredExperiment,
  writeStoredExperiment,
} from './run-directory.ts';
import type { Experiment } from './schema.ts';
import { hasStage, type Stage, stageAt, type StageName, STAGES } from './stages.ts';
import { stageMemory } from './stage-memory.ts';
import type { Workbench } from './workbench.ts';

/** How stages are to work; nothing here changes a result. */
export interface StageOptions {
  /** Bytes for intermediate values that Hessian products share, 0 to keep none; half of what is free unless said otherwise. */
  readonly memoryBytes?: number;
  /** Whether damaged files are made again, which are refused unless said otherwise. Every file is read then. */
  readonly repair?: boolean;
}

/** What is to be run, and where. */
export interface Call {
  /** Absolute path of the run directory; the caller holds its lock. */
  readonly directory: string;
  readonly stored: StoredExperiment;
  readonly voice: Voice;
  /** Indices of the first and the last stage: those before the first must be up to date. */
  readonly range: readonly [number, number];
  readonly options: StageOptions;
  /** The workbench, where there is one already. */
  readonly opened?: Workbench;
  /** Runs another experiment in a directory of its own, with data, model and back end of this one. */
  readonly runNested: (directory: string, experiment: Experiment, shared: Workbench) => Promise<void>;
}

/** What was done. */
export interface Done {
  /** Stages that were run. */
  readonly ran: readonly StageName[];
  /** Where an earlier run went, if there was one. */
  readonly previous: string | null;
}

/** Checksums of so many bytes take long enough to show how far they are. */
const SHOWN_BYTES = 2 ** 29;

/**
 * Runs what is not up to date.
 *
 * @throws DataError where files are damaged, or a stage before the first is not up to date; and all that stages throw
 */
export async function runStages(call: Call): Promise<Done> {
  const run = new Run(call);
  await run.look();
  return await run.go();
}

/** One call of the pipeline on one run directory. */
class Run {
  private readonly call: Call;
  private readonly fingerprint: string;
  /** The stages up to the last that was asked for. */
  private readonly stages: readonly Stage[];
  private identity: string;
  private readonly known: Environment | null;
  private costs: Environment['stages'];
  private choices: Choices;
  private backend: string | null;
  private book!: LedgerBook;
  /** Whether stages.json was made again: what it does not vouch for any more is set aside, not removed. */
  private isBookMended = false;
  private bench: Promise<Workbench> | undefined;
  private start = STAGES.length;
  private previous: string | null = null;
  private readonly ran: StageName[] = [];

  constructor(call: Call) {
    const { directory, stored, range, options, opened } = call;
    this.call = call;
    this.choices = stored.choices;
    this.stages = STAGES.slice(0, range[1] + 1).filter((stage) => hasStage(stored.experiment, stage));
    this.fingerprint = dataFingerprint(stored.experiment);
    attempt(directory, () => mkdirSync(directory, { recursive: true }));
    this.identity = identityOf(directory);
    removePartialFiles(directory);
    this.known = readKnown(directory, options.repair);
    this.costs = { ...this.known?.stages };
    this.backend = this.known?.backend ?? null;
    this.bench = opened && Promise.resolve(opened);
  }

  /** Finds out what there is. @throws DataError for what is damaged */
  async look(): Promise<void> {
    const { directory, stored, options, range } = this.call;
    const { experiment } = stored;
    const show = this.showChecksums;
    const { book, isMended } = await openBook(directory, stored, this.known, options.repair ?? false, show);
    this.book = book;
    this.isBookMended = isMended;
    // From the first change of settings on all is computed anew, whatever has happened to it.
    const changed = this.stages.findIndex((stage) => !book.hadSettings(stage, experiment, this.fingerprint));
    const finished = changed < 0 ? this.stages : this.stages.slice(0, changed);
    await this.takeChecksums(finished.flatMap(({ outputs }) => outputs));
    const flaws = finished.flatMap((stage) => book.flawsOf(stage));
    refuseDamage(directory, flaws, options.repair ?? false, ({ stage }) => stageAt(stage) < range[0]);
  }

  /** Mends and runs one stage after the other. */
  async go(): Promise<Done> {
    const { directory, range } = this.call;
    const open = this.stages.find((stage) => this.conditionOf(stage) !== 'fresh');
    this.start = open ? STAGES.indexOf(open) : STAGES.length;
    if (this.start < range[0]) throw outOfDate(open!.name, directory);
    let isComputing = false;
    for (const stage of this.stages) {
      const condition = isComputing ? 'stale' : this.conditionOf(stage);
      if (condition === 'fresh') continue;
      if (condition === 'damaged') {
        isComputing = !(await this.mend(stage));
        continue;
      }
      if (!isComputing) await this.makeRoom(STAGES.indexOf(stage));
      isComputing = true;
      await this.compute(stage);
    }
    if (!isComputing) {
      this.writeExperiment(directory);
      this.keepStamps();
    }
    return { ran: this.ran, previous: this.previous };
  }

  private conditionOf(stage: Stage): Condition {
    return this.book.conditionOf(stage, this.call.stored.experiment, this.fingerprint);
  }

  /** Readies the directory for stages that are computed from this one on: what they replace is set aside. */
  private async makeRoom(index: number): Promise<void> {
    const { directory, stored } = this.call;
    const isReplaced =
      STAGES.slice(index).some(({ name }) => this.book.has(name)) ||
      (this.isBookMended && hasOutputsFrom(directory, index));
    // Settings that cannot be met leave an earlier run where it is. Pictures need no network.
    if (isReplaced && index < stageAt('report')) await this.workbench();
    if (isReplaced) this.setAside(index);
    const key = this.book.keyOf(STAGES[index], stored.experiment, this.fingerprint);
    removeLeftovers(directory, index, key);
    this.writeExperiment(directory);
    this.book.write();
    this.costs = Object.fromEntries(
      STAGES.slice(0, index).flatMap(({ name }) => (this.costs[name] ? [[name, this.costs[name]]] : [])),
    );
    this.describe();
  }

  private setAside(index: number): void {
    const { directory, stored, voice } = this.call;
    this.requireDirectory();
    const kept = this.book.before(index);
    this.previous = setAside(directory, index, stored, kept);
    this.identity = identityOf(directory);
    this.book = new LedgerBook(directory, this.book.stamps, true, kept);
    voice.say(`the earlier results are kept in ${this.previous}`);
  }

  /** Runs a stage, and enters it. */
  private async compute(stage: Stage): Promise<void> {
    const { directory, stored } = this.call;
    const inputs = this.book.checksums(stage.inputs);
    await this.runIn(directory, stage);
    await this.takeChecksums(stage.outputs);
    this.book.enter(stage, stored.experiment, this.fingerprint, inputs);
    // Not earlier: until then the stage would have to be run again.
    removeUnfinished(directory, join(directory, UNFINISHED, stage.name));
    this.describe();
  }

  /**
   * Computes again what is damaged of a stage.
   *
   * @returns whether all later stages may stay; where the stage gives other bytes than then, it takes the place of the old
   * one, which is set aside
   */
  private async mend(stage: Stage): Promise<boolean> {
    const { directory, stored, voice } = this.call;
    const damaged = this.book.flawsOf(stage).map(({ file }) => file);
    voice.say(`stage ${stage.name} is computed again for ${damaged.join(', ')}`);
    const folder = prepareRepair(directory, stage, stored, this.book, damaged);
    await this.runIn(folder, stage);
    const record = this.book.recordOf(stage.name)!;
    if (gaveTheSame(folder, stage, record)) {
      putInPlace(folder, directory, damaged);
      await this.takeChecksums(stage.outputs);
      removeUnfinished(directory, folder);
      this.describe();
      return true;
    }
    voice.warn(`stage ${stage.name} gives other results here than then: what follows from it is computed again, too`);
    const cost = this.costs[stage.name];
    await this.makeRoom(STAGES.indexOf(stage));
    const moved = repairFolder(this.previous!, stage.name);
    putInPlace(
      moved,
      directory,
      stage.outputs.flatMap((file) => filesOf(moved, file)),
    );
    removeUnfinished(this.previous!, moved);
    await this.takeChecksums(stage.outputs);
    this.book.enter(stage, stored.experiment, this.fingerprint, record.inputs);
    this.costs = { ...this.costs, [stage.name]: cost };
    this.describe();
    return false;
  }

  /** Runs a stage in the run directory, or in a folder that has what it reads. */
  private async runIn(directory: string, stage: Stage): Promise<void> {
    const { stored, voice, runNested } = this.call;
    const { experiment } = stored;
    const key = this.book.keyOf(stage, experiment, this.fingerprint);
    const unfinished = join(directory, UNFINISHED, stage.name);
    // Whole files of the stage are there for it to go on from only where it was begun with all that it depends on.
    const goesOn = holdsCheckpointOf(unfinished, key);
    const workbench = async () => frozenAsTrained(directory, await this.workbench());
    enterSection(stage.name);
    // The pictures need none.
    const bench = stage.name === 'report' ? null : await workbench();
    const needed = stageMemory(stage.name, stored.experiment, bench);
    const work = () =>
      stage.run({
        directory,
        experiment,
        choices: this.choices,
        choose: (choice) => {
          this.choices = { ...this.choices, ...choice };
          this.writeExperiment(directory);
        },
        voice,
        workbench,
        checkpoint: (work) => openCheckpoint(join(unfinished, work), key),
        has: (file) => goesOn && existsSync(runPath(directory, file)),
        runFromSameMinimum: async (other, theirs) => {
          // Each chooses for itself how it keeps its window.
          const earlier = inspectRunDirectory(other);
          shareTraining(directory, other);
          const store = earlier ? choicesFor(earlier, theirs).store : undefined;
          writeStoredExperiment(other, { experiment: theirs, choices: { ...this.choices, store } });
          await runNested(other, theirs, await this.workbench());
          enterSection(stage.name);
        },
      });
    const cost = await measureCost(work, (before) => {
      const bytes = Math.ceil(before + needed.held + needed.passing);
      voice.say(`stage ${stage.name}: at most ${inWords(bytes)} of memory for the whole process`);
      return bytes;
    });
    if (cost.peakMemoryBytes > cost.announcedMemoryBytes)
      voice.warn(`stage ${stage.name} took ${inWords(cost.peakMemoryBytes)} of memory, more than was announced`);
    enterSection('checksums', cost.peakMemoryBytes);
    this.requireDirectory(stage);
    if (this.bench) this.backend = (await this.bench).problem.backend.version;
    this.costs = { ...this.costs, [stage.name]: cost };
    this.ran.push(stage.name);
  }

  private writeExperiment(directory: string): void {
    writeStoredExperiment(directory, { experiment: this.call.stored.experiment, choices: this.choices });
  }

  private workbench(): Promise<Workbench> {
    const { directory, stored, voice, range, options } = this.call;
    return (this.bench ??= benchFor(directory, stored, voice, [this.start, range[1]], options.memoryBytes));
  }

  /** @throws StorageError where the directory is not the one that was opened: files of two runs are never mixed */
  private requireDirectory(stage?: Stage): void {
    const { directory } = this.call;
    if (identityOf(directory) === this.identity) return;
    throw new StorageError(
      `${directory} was removed or replaced${stage ? ` while stage ${stage.name} ran` : ''}: run again, or choose another folder with --out`,
    );
  }

  private readonly showChecksums = (bytes: number) =>
    bytes < SHOWN_BYTES ? silent : this.call.voice.begin('checksums');

  private takeChecksums(files: readonly RunFile[]): Promise<void> {
    return this.book.takeChecksums(files, this.showChecksums);
  }

  /** Writes environment.json. */
  private describe(): void {
    const { directory } = this.call;
    const { costs: stages, book, backend } = this;
    const known = { stages, files: book.ownStamps(), records: book.vouchers() };
    writeEnvironment(directory, describeEnvironment(this.choices, backend, known));
  }

  /** Keeps checksums that had to be taken again, so that the next call need not. */
  private keepStamps(): void {
    const { known, book } = this;
    if (this.ran.length > 0 || (known && canonicalJson(known.files) === canonicalJson(book.ownStamps()))) return;
    if (known === null) this.describe();
    else writeEnvironment(this.call.directory, { ...known, files: book.ownStamps(), records: book.vouchers() });
  }
}

/** The error for a stage that later ones need. */
export const outOfDate = (name: StageName, directory: string): DataError =>
  new DataError(
    `stage ${name} of ${directory} is missing or out of date: run \`epochnoise ${name} ${directory}\` first`,
  );

/** What stays the same of a directory whatever its name is, and is another's where it was removed and made again. */
function identityOf(directory: string): string {
  const found = statSync(directory, { throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino} ${found.birthtimeMs}` : 'none';
}

/** Removes what is left of unfinished work, and the folder of all such work where nothing else is in it. */
function removeUnfinished(directory: string, folder: string): void {
  attempt(folder, () => rmSync(folder, { recursive: true, force: true }));
  for (const parent of [join(directory, UNFINISHED, 'repair'), join(directory, UNFINISHED)]) {
    try {
      rmdirSync(parent);
    } catch {
      // It is not there, or not empty.
    }
  }
}
