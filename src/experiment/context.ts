/** What every stage gets: the run, its settings, the workbench, and where to say what is going on. */
import type { Report } from '../progress.ts';
import type { Checkpoint } from '../store/checkpoint.ts';
import type { RunFile } from '../store/run-directory.ts';
import type { BackendName } from '../tensor/types.ts';
import type { StageName } from './catalogue.ts';
import type { Experiment } from './schema.ts';
import type { Store } from './window/store-choice.ts';
import type { Workbench } from './workbench.ts';

/** Choices that the machine suggested when the run was first made; kept with it, so that it can go on with the same bytes. */
export interface Choices {
  /** Threads that run native ops, one op each. */
  readonly threads: number;
  /** How the window is kept, where the configuration leaves it open; chosen when the window opens. Results do not depend on it. */
  readonly store?: Store;
}

/** Where a run says what it does. Nothing here is a result. */
export interface Voice {
  /** Shows the progress of one piece of work, until the next begins. Throws from the report where the run is to end. */
  begin(title: string): Report;
  /** One line. */
  say(text: string): void;
  /** One line that must not be overlooked. */
  warn(text: string): void;
}

/** A back end that computed something. */
export interface UsedBackEnd {
  readonly name: BackendName;
  /** What it called itself, its device included; null where nobody knows. */
  readonly version: string | null;
}

/** Back ends by stage: one each, unless a stage was gone on with on another. */
export type BackEnds = Readonly<Partial<Record<StageName, readonly UsedBackEnd[]>>>;

/** One run, as its stages see it. */
export interface Context {
  /** Absolute path of the run directory. */
  readonly directory: string;
  readonly experiment: Experiment;
  readonly choices: Choices;
  readonly voice: Voice;
  /** Back ends that stages before this one, and this one so far, were computed on, in the stages' order; those nobody knows of are left out. */
  readonly backEnds: BackEnds;
  /** Opened when it is first asked for; batch normalisation is frozen as the run's minimum has it, once there is one. */
  workbench(): Promise<Workbench>;
  /** What an earlier process has done of a piece of this stage's work, and where this one saves its own. */
  checkpoint(work: string): Checkpoint;
  /** Whether an earlier process has written this output of the stage, from the very same inputs and settings. */
  has(file: RunFile): boolean;
  /** Writes a choice down that the stage has made. */
  choose(choice: Pick<Choices, 'store'>): void;
  /**
   * Runs another experiment that shares this one's training and minimum, in a run directory of its own.
   *
   * @returns on which back ends all that is there was computed, by whichever process
   */
  runFromSameMinimum(directory: string, experiment: Experiment): Promise<readonly UsedBackEnd[]>;
}
