/** Runs the stages of an experiment that are not up to date. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requireOwnFiles } from '../data/file.ts';
import { ConfigurationError, DataError } from '../errors.ts';
import { attempt, sha256File } from '../store/atomic.ts';
import { openCheckpoint } from '../store/checkpoint.ts';
import { requireRunDirectory, type RunFile, runPath, UNFINISHED } from '../store/run-directory.ts';
import { frozenAsTrained } from './batch-norm.ts';
import { suggestChoices } from './choices.ts';
import type { Context, Voice } from './context.ts';
import { describeEnvironment, measureCost, readEnvironment, writeEnvironment } from './environment.ts';
import { LedgerBook } from './ledger.ts';
import { lockRunDirectory } from './lock.ts';
import { refuseMemoryBeyondReach } from './memory.ts';
import { enterSection, inSection, OPENING } from './profile.ts';
import {
  choicesFor,
  inspectRunDirectory,
  readStoredExperiment,
  removeLeftovers,
  removeUnfinished,
  setAside,
  shareTraining,
  type StoredExperiment,
  writeStoredExperiment,
} from './run-directory.ts';
import type { Experiment } from './schema.ts';
import { requireSameData } from './same-data.ts';
import { hasStage, stageAt, type StageName, STAGES } from './stages.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** How the pipeline is to work; nothing here changes a result. */
export interface PipelineOptions {
  /** The last stage to run; all of them unless said otherwise. */
  readonly until?: StageName;
  /** Bytes for intermediate values that Hessian products share, 0 to keep none; half of what is free unless said otherwise. */
  readonly memoryBytes?: number;
}

/** What a call of the pipeline did. */
export interface PipelineResult {
  /** Absolute path of the run directory. */
  readonly directory: string;
  /** Stages that were run; the others were up to date. */
  readonly ran: readonly StageName[];
  /** Where an earlier run with other settings went, if there was one. */
  readonly previous: string | null;
}

/**
 * Runs an experiment in a directory, from the first stage that is not up to date on.
 *
 * @throws UserError of every kind; what was finished before stays
 */
export async function runExperiment(
  directory: string,
  experiment: Experiment,
  voice: Voice,
  options: PipelineOptions = {},
): Promise<PipelineResult> {
  refuseMemoryBeyondReach(options.memoryBytes);
  return await runInDirectory(directory, experiment, voice, options);
}

async function runInDirectory(
  directory: string,
  experiment: Experiment,
  voice: Voice,
  { until = 'report', memoryBytes }: PipelineOptions,
): Promise<PipelineResult> {
  const target = resolve(directory);
  const range = [0, stageAt(until)] as const;
  const stored = inspectRunDirectory(target);
  const choices = stored ? choicesFor(stored, experiment) : suggestChoices(experiment);
  // Data that are missing or do not fit are noticed before a folder is made.
  const bench = stored ? undefined : await openFor({ experiment, choices }, voice, range, memoryBytes);
  return await locked(target, () => runStages(target, { experiment, choices }, voice, range, memoryBytes, bench));
}

/**
 * Runs one stage of an existing run.
 *
 * @throws DataError where there is no run, or a stage before it is not up to date
 */
export async function runStage(
  directory: string,
  name: StageName,
  voice: Voice,
  { memoryBytes }: Omit<PipelineOptions, 'until'> = {},
): Promise<PipelineResult> {
  refuseMemoryBeyondReach(memoryBytes);
  const target = requireRunDirectory(directory);
  if (!hasStage(readStoredExperiment(target).experiment, STAGES[stageAt(name)]))
    throw new ConfigurationError(
      `${target} has no stage ${name}: its experiment names no controls; name some with \`epochnoise run … --out ${target} --set controls.run=all\``,
    );
  return await locked(target, () =>
    runStages(target, readStoredExperiment(target), voice, [stageAt(name), stageAt(name)], memoryBytes),
  );
}

async function locked<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const release = lockRunDirectory(directory);
  try {
    return await work();
  } finally {
    release();
  }
}

async function runStages(
  directory: string,
  stored: StoredExperiment,
  voice: Voice,
  [first, last]: readonly [number, number],
  memoryBytes?: number,
  opened?: Workbench,
): Promise<PipelineResult> {
  const { experiment } = stored;
  let { choices } = stored;
  attempt(directory, () => mkdirSync(directory, { recursive: true }));
  const known = readEnvironment(directory);
  let book = new LedgerBook(directory, known?.files ?? {});
  const fingerprint = dataFingerprint(experiment);
  const stale = STAGES.findIndex(
    (stage) => hasStage(experiment, stage) && !book.isFresh(stage, experiment, fingerprint),
  );
  const start = stale < 0 ? STAGES.length : stale;
  if (start < first) throw outOfDate(STAGES[start].name, directory);
  if (start > last) {
    if (start === STAGES.length) removeUnfinished(directory);
    writeStoredExperiment(directory, stored);
    return { directory, ran: [], previous: null };
  }

  let bench: Promise<Workbench> | undefined = opened && Promise.resolve(opened);
  const workbench = () => (bench ??= benchFor(directory, stored, voice, [start, last], memoryBytes));
  let previous: string | null = null;
  if (STAGES.slice(start).some(({ name }) => book.has(name))) {
    // Settings that cannot be met leave an earlier run where it is. Pictures need no network.
    if (start < stageAt('report')) await workbench();
    previous = setAside(directory, start, experiment);
    book = new LedgerBook(directory, book.stamps);
    book.forgetFrom(start);
    voice.say(`the earlier results are kept in ${previous}`);
  }
  const goesOn = removeLeftovers(directory, start, book.keyOf(STAGES[start], experiment, fingerprint));
  writeStoredExperiment(directory, stored);

  let backend: string | null = known?.backend ?? null;
  const context: Omit<Context, 'checkpoint' | 'has' | 'choices'> = {
    directory,
    experiment,
    voice,
    workbench: async () => frozenAsTrained(directory, await workbench()),
    choose(choice) {
      choices = { ...choices, ...choice };
      writeStoredExperiment(directory, { experiment, choices });
    },
    async runFromSameMinimum(other, theirs) {
      // Each chooses for itself how it keeps its window.
      const stored = inspectRunDirectory(other);
      shareTraining(directory, other);
      const store = stored ? choicesFor(stored, theirs).store : undefined;
      writeStoredExperiment(other, { experiment: theirs, choices: { ...choices, store } });
      await runInDirectory(other, theirs, voice, { memoryBytes });
      enterSection('controls');
    },
  };
  const costs = Object.fromEntries(
    STAGES.slice(0, start).flatMap(({ name }) => (known?.stages[name] ? [[name, known.stages[name]]] : [])),
  );
  const ran = STAGES.slice(start, last + 1).filter((stage) => hasStage(experiment, stage));
  for (const stage of ran) {
    enterSection(stage.name);
    const key = book.keyOf(stage, experiment, fingerprint);
    const unfinished = join(directory, UNFINISHED, stage.name);
    const checkpoint = (work: string) => openCheckpoint(join(unfinished, work), key);
    const has = (file: RunFile) => goesOn && stage === ran[0] && existsSync(runPath(directory, file));
    const cost = await measureCost(() => stage.run({ ...context, choices, checkpoint, has }));
    costs[stage.name] = cost;
    enterSection('checksums', cost.peakMemoryBytes);
    if (bench) backend = (await bench).problem.backend.version;
    await book.prepare(stage, () => voice.begin('checksums'));
    book.enter(stage, experiment, fingerprint);
    // Not earlier: until then the stage would have to be run again.
    removeUnfinished(directory);
    writeEnvironment(directory, describeEnvironment(choices, backend, { stages: costs, files: book.stamps }));
  }
  return { directory, ran: ran.map(({ name }) => name), previous };
}

/**
 * The settings of a run one of whose stages is up to date. Reads only, and without the lock: a run that another process works
 * in is not disturbed.
 *
 * @throws DataError where there is no run, or the stage, or one before it, is missing or out of date
 */
export function readFinished(directory: string, name: StageName): StoredExperiment {
  const stored = readStoredExperiment(directory);
  const { experiment } = stored;
  const book = new LedgerBook(directory, readEnvironment(directory)?.files ?? {});
  const fingerprint = dataFingerprint(experiment);
  for (const stage of STAGES.slice(0, stageAt(name) + 1))
    if (hasStage(experiment, stage) && !book.isFresh(stage, experiment, fingerprint))
      throw outOfDate(stage.name, directory);
  return stored;
}

const outOfDate = (name: StageName, directory: string) =>
  new DataError(
    `stage ${name} of ${directory} is missing or out of date: run \`epochnoise ${name} ${directory}\` first`,
  );

/** A workbench for some stages, from the first to the last of them. */
async function openFor(
  { experiment, choices }: StoredExperiment,
  voice: Voice,
  [first, last]: readonly [number, number],
  memoryBytes?: number,
): Promise<Workbench> {
  const at = stageAt('spectrum');
  const options = { memoryBytes, spectrum: first <= at && at <= last };
  return await inSection(OPENING, () => openWorkbench(experiment, choices, voice, options));
}

/** The workbench of a run that goes on from a stage; the data are those of the stages before. */
async function benchFor(
  directory: string,
  stored: StoredExperiment,
  voice: Voice,
  range: readonly [number, number],
  memoryBytes?: number,
): Promise<Workbench> {
  const bench = await openFor(stored, voice, range, memoryBytes);
  if (range[0] > stageAt('train')) requireSameData(directory, bench.dataset.sources);
  return bench;
}

/** A user's own data files may change under the same name: their content belongs to the settings. */
function dataFingerprint({ data }: Experiment): string {
  if (data.name !== 'file') return '';
  requireOwnFiles(data);
  const files = [data.path, data.labels, data.testPath, data.testLabels].filter((file) => file !== null);
  return createHash('sha256')
    .update(files.map((file) => sha256File(resolve(file))).join())
    .digest('hex');
}
