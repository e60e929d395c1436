/** Runs the stages of an experiment that are not up to date, and mends those that are damaged. */
import { existsSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, DataError, StorageError, UserError } from '../errors.ts';
import { inWords } from '../hessian/memory.ts';
import { attempt } from '../store/atomic.ts';
import { makeFolder } from '../store/folder.ts';
import { holdsCheckpointOf, openCheckpoint } from '../store/checkpoint.ts';
import { RUN_FILES, runPath, UNFINISHED } from '../store/run-directory.ts';
import type { BackendName } from '../tensor/types.ts';
import { frozenAsTrained } from './batch-norm.ts';
import { benchFor } from './benches.ts';
import type { UsedBackEnd, Voice } from './context.ts';
import { refuseDamage } from './damage.ts';
import { measureCost, readEnvironment, type StageCost } from './environment.ts';
import { filesOf } from './ledger.ts';
import { enterSection } from './profile.ts';
import { gaveTheSame, prepareRepair, putInPlace, repairFolder } from './repair.ts';
import { runAgain } from './run-again.ts';
import { RunBooks } from './run-books.ts';
import {
  inspectRunDirectory,
  removeLeftovers,
  removePartialFiles,
  shareStages,
  type StoredExperiment,
  writeStoredExperiment,
} from './run-directory.ts';
import type { Experiment } from './schema.ts';
import { openStageClock } from './stage-clock.ts';
import { stageMemory } from './stage-memory.ts';
import { hasStage, type Stage, stageAt, type StageName, STAGES } from './stages.ts';
import { backEndsInWords, each, readBackEnds, writtenBackEnds } from './used-back-ends.ts';
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

/**
 * Runs what is not up to date.
 *
 * @throws DataError where files are damaged, or a stage before the first is not up to date; and all that stages throw
 */
export async function runStages(call: Call): Promise<Done> {
  const { directory, stored, voice, range, options } = call;
  attempt(directory, () => makeFolder(directory));
  removePartialFiles(directory);
  const repair = options.repair ?? false;
  // Pictures are drawn from what the run directory holds.
  const drawing = range[0] === stageAt('report');
  const books = await RunBooks.open(directory, stored, voice, { repair, drawing });
  const stages = STAGES.slice(0, range[1] + 1).filter((stage) => hasStage(stored.experiment, stage));
  refuseDamage(directory, await books.flawsOf(stages), repair, ({ stage }) => stageAt(stage) < range[0]);
  const open = stages.find((stage) => books.conditionOf(stage) !== 'fresh');
  if (open && stageAt(open.name) < range[0]) throw outOfDate(open.name, directory, books.whyNotFresh(open));
  const start = open ? stageAt(open.name) : range[1] + 1;
  const kept = books.backEndsBefore(start);
  const { backend } = stored.experiment;
  const isOther = Object.values(kept)
    .flat()
    .some(({ name }) => name !== backend);
  if (isOther) voice.say(`kept as computed: ${backEndsInWords(kept)}; another --out computes all on ${backend}`);
  // Where nothing is computed on the back end that is asked for, the run stays one of the other.
  if (open && start === stageAt('report')) {
    const earlier = { ...stored.experiment, backend: earlierBackEnd(directory) ?? backend };
    const unchanged = { ...call, stored: { ...stored, experiment: earlier } };
    const same = earlier.backend === backend;
    const own = same ? books : await RunBooks.open(directory, unchanged.stored, voice, { repair, drawing });
    return await new Run(unchanged, own, start, isOther).through(stages);
  }
  if (open) {
    refuseReplayElsewhere(directory, books, stored.experiment);
    return await new Run(call, books, start, isOther).through(stages);
  }
  if (!isOther) writeStoredExperiment(directory, stored);
  books.keepStamps();
  if (repair) voice.say('every file is as it was written');
  return { ran: [], previous: null };
}

/** The back end that a run was asked for last; null where there is none, or nobody can tell. */
function earlierBackEnd(directory: string): BackendName | null {
  try {
    return inspectRunDirectory(directory)?.experiment.backend ?? null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** @throws ConfigurationError where a window has to be run again to be read, on a back end that would come to other weights */
function refuseReplayElsewhere(directory: string, books: RunBooks, { backend }: Experiment): void {
  const record = STAGES[stageAt('record')];
  const there = books.conditionOf(record) === 'fresh' ? books.finishedOn(record) : null;
  if (there === null || there === backend || !existsSync(runPath(directory, RUN_FILES.epochs))) return;
  throw new ConfigurationError(
    `the window of ${directory} was recorded on back end ${there} and is run again to be read, which gives other weights on ${backend}: go on with --set backend=${there}, or begin another run with --out`,
  );
}

/** One call of the pipeline on one run directory in which something is to be done. */
class Run {
  private readonly call: Call;
  private readonly books: RunBooks;
  /** Index of the first stage that is not up to date. */
  private readonly start: number;
  /** Whether there are stages of another back end. */
  private readonly isOther: boolean;
  private identity: string;
  private bench: Promise<Workbench> | undefined;
  private previous: string | null = null;
  private readonly ran: StageName[] = [];

  constructor(call: Call, books: RunBooks, start: number, isOther: boolean) {
    this.call = call;
    this.books = books;
    this.start = start;
    this.isOther = isOther;
    this.identity = identityOf(call.directory);
    this.bench = call.opened && Promise.resolve(call.opened);
  }

  /** Mends and runs one stage after the other. */
  async through(stages: readonly Stage[]): Promise<Done> {
    let isComputing = false;
    for (const stage of stages) {
      const condition = isComputing ? 'stale' : this.books.conditionOf(stage);
      if (condition === 'fresh') continue;
      if (condition === 'damaged') {
        isComputing = !(await this.mend(stage));
        continue;
      }
      if (!isComputing) await this.makeRoom(STAGES.indexOf(stage));
      isComputing = true;
      await this.compute(stage);
    }
    if (!isComputing && !this.isOther) writeStoredExperiment(this.call.directory, this.call.stored);
    return { ran: this.ran, previous: this.previous };
  }

  /** Readies the directory for stages that are computed from this one on: what they replace is set aside. */
  private async makeRoom(index: number): Promise<void> {
    const { directory } = this.call;
    if (this.books.hasResultsFrom(index)) {
      // Settings that cannot be met leave an earlier run where it is. Pictures need no network.
      if (index < stageAt('report')) await this.workbench();
      this.requireDirectory();
      this.previous = this.books.setAside(index);
      this.identity = identityOf(directory);
    }
    removeLeftovers(directory, index, this.books.keyOf(STAGES[index]));
    this.books.begin(index);
  }

  /** Runs a stage, and enters it. */
  private async compute(stage: Stage): Promise<void> {
    const { directory } = this.call;
    const inputs = this.books.ledger.checksums(stage.inputs);
    const cost = await this.runIn(directory, stage);
    await this.books.enter(stage, inputs, cost);
    // Not earlier: until then the stage would have to be run again.
    removeUnfinished(directory, join(directory, UNFINISHED, stage.name));
    this.books.describe(stage.name, cost);
  }

  /**
   * Computes again what is damaged of a stage.
   *
   * @returns whether all later stages may stay; where the stage gives other bytes than then, it takes the place of the old
   * one, which is set aside
   */
  private async mend(stage: Stage): Promise<boolean> {
    const { directory, stored, voice } = this.call;
    const { books } = this;
    const damaged = books.ledger.flawsOf(stage).map(({ file }) => file);
    voice.say(`stage ${stage.name} is computed again for ${damaged.join(', ')}`);
    const folder = prepareRepair(directory, stage, stored, books.ledger, damaged);
    const cost = await this.runIn(folder, stage);
    const record = books.ledger.recordOf(stage.name)!;
    const isSame = gaveTheSame(folder, stage, record);
    if (isSame) {
      putInPlace(folder, directory, damaged);
      await books.takeChecksums(stage.outputs);
      removeUnfinished(directory, folder);
    } else {
      voice.warn(`stage ${stage.name} gives other results here than then: what follows from it is computed again, too`);
      await this.makeRoom(STAGES.indexOf(stage));
      const moved = repairFolder(this.previous!, stage.name);
      const made = stage.outputs.flatMap((file) => filesOf(moved, file));
      putInPlace(moved, directory, made);
      removeUnfinished(this.previous!, moved);
      await books.enter(stage, record.inputs, cost);
    }
    books.describe(stage.name, cost);
    return isSame;
  }

  /** Runs a stage in the run directory, or in a folder that has what it reads. @returns what it cost */
  private async runIn(directory: string, stage: Stage): Promise<StageCost> {
    const { stored, voice, runNested } = this.call;
    const { name } = stage;
    const { books } = this;
    const key = books.keyOf(stage);
    const unfinished = join(directory, UNFINISHED, name);
    // Whole files of the stage are there for it to go on from only where it was begun with all that it depends on.
    const goesOn = holdsCheckpointOf(unfinished, key);
    const workbench = async () => frozenAsTrained(directory, await this.workbench());
    enterSection(name);
    // The pictures need none.
    const bench = name === 'report' ? null : await workbench();
    const needed = stageMemory(name, stored.experiment, bench);
    const { backend } = stored.experiment;
    const clock = openStageClock(unfinished, key, { name: backend, version: bench?.problem.backend.version ?? null });
    const nested: UsedBackEnd[] = [];
    const work = () =>
      stage.run({
        directory,
        experiment: stored.experiment,
        choices: books.choices,
        backEnds: { ...books.backEndsBefore(STAGES.indexOf(stage)), [name]: clock.backEnds },
        choose: (choice) => books.choose(choice, directory),
        voice,
        workbench,
        checkpoint: (work) => clock.noting(openCheckpoint(join(unfinished, work), key)),
        has: (file) => goesOn && existsSync(runPath(directory, file)),
        runFromSameMinimum: async (other, theirs) => {
          // Each chooses for itself how it keeps its window.
          const choices = { ...books.choices, store: undefined };
          // What is there says of itself with which settings it was computed.
          if (!inspectRunDirectory(other)) writeStoredExperiment(other, { experiment: theirs, choices });
          shareStages(directory, other);
          await runNested(other, theirs, await this.workbench());
          enterSection(name);
          const used = backEndsOfRun(other);
          nested.push(...used);
          return used;
        },
      });
    const cost = await measureCost(work, (before) => {
      const bytes = Math.ceil(before + needed.held + needed.passing);
      voice.say(`stage ${name}: at most ${inWords(bytes)} of memory for the whole process`);
      return bytes;
    });
    if (cost.peakMemoryBytes > cost.announcedMemoryBytes)
      voice.warn(`stage ${name} took ${inWords(cost.peakMemoryBytes)} of memory, more than was announced`);
    enterSection('checksums', cost.peakMemoryBytes);
    this.requireDirectory(stage);
    if (this.bench) this.books.backend = (await this.bench).problem.backend.version;
    this.ran.push(name);
    const seconds = clock.before + cost.seconds;
    // Pictures need none.
    if (name === 'report') return { ...cost, seconds };
    return { ...cost, seconds, ...writtenBackEnds([...nested, ...clock.backEnds]) };
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
}

/** Back ends of all that a run within a run computed, by whichever process. */
const backEndsOfRun = (directory: string): UsedBackEnd[] =>
  each(Object.values(readEnvironment(directory)?.stages ?? {}).flatMap(readBackEnds));

/** The error for a stage that later ones need. @param why it is not fresh, in words that follow its name */
export const outOfDate = (name: StageName, directory: string, why: string): DataError =>
  new DataError(
    `stage ${name} of ${directory} ${why}; \`${runAgain(directory)}\` computes what is missing or out of date`,
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
