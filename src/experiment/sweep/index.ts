/** What the command line sees of sweeps. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigurationError, DataError, UserError } from '../../errors.ts';
import type { Report } from '../../progress.ts';
import { collectedText } from '../../report/sweep/text.ts';
import { fromHere } from '../../typed.ts';
import { withChosenBackend } from '../back-ends/choose.ts';
import { type BackendWord, withBackend } from '../back-ends/option.ts';
import { coresToUse } from '../choices.ts';
import type { Voice } from '../context.ts';
import { lockRunDirectory } from '../lock.ts';
import { COLLECTED_FILES, collectSweep } from './collect/collect.ts';
import { estimateInChild } from './estimate-in-child.ts';
import {
  inspectSweepFolder,
  isDone,
  pointDirectory,
  readSweep,
  type StoredSweep,
  SWEEP_FILES,
  writeSweep,
} from './folder.ts';
import { loadSweep, type Sweep } from './load.ts';
import { divide, type Division, type Plan, planOf, type Wanted, withinMemory } from './plan.ts';
import { noteEnds } from './slurm/hand-in.ts';
import { tasksOf } from './task.ts';

export { runLocally, type SweepView } from './local.ts';
export { type Plan, planText } from './plan.ts';
export { cancelSweep, dropDeadClaims, handIn, readJobs, refuseWhileQueued } from './slurm/hand-in.ts';
export type { SlurmOptions } from './slurm/options.ts';
export { statusText, sweepStatus } from './status.ts';
export { runTask } from './task.ts';

/** A sweep with the folder that it lives in. */
export interface OpenedSweep extends StoredSweep {
  /** Absolute. */
  readonly folder: string;
  /** Whether it is that of the folder, as it was begun. */
  readonly begun: boolean;
}

/** What a sweep is opened with. */
export interface OpenOptions {
  /** `key.path=value` for all points. */
  readonly assignments: readonly string[];
  readonly backend?: BackendWord;
  readonly out?: string;
  /** Whether it is only looked at: then it is taken as it stands in its folder, where it has been begun. */
  readonly asBegun?: boolean;
}

/**
 * @param nameOrFile a sweep by name, its file, or the folder of one, which goes on as it is
 * @throws ConfigurationError for whatever is wrong with it; DataError where the folder's sweep is damaged
 */
export async function openSweep(
  nameOrFile: string,
  { assignments, backend, out, asBegun = false }: OpenOptions,
  voice: Voice,
): Promise<OpenedSweep> {
  if (existsSync(join(nameOrFile, SWEEP_FILES.sweep))) {
    if (assignments.length > 0 || out !== undefined || backend !== undefined)
      throw new ConfigurationError(
        `${nameOrFile} is the folder of a sweep, which goes on with its own settings: give the sweep's file to change them`,
      );
    return { folder: resolve(nameOrFile), begun: true, ...readSweep(nameOrFile) };
  }
  let sweep = loadSweep(nameOrFile, withBackend(assignments, backend));
  const folder = resolve(out ?? join('results', sweep.name));
  inspectSweepFolder(folder);
  if (asBegun && existsSync(join(folder, SWEEP_FILES.sweep))) return { folder, begun: true, ...readSweep(folder) };
  if (backend === 'auto') {
    const [{ experiment }] = sweep.points;
    const chosen = await withChosenBackend(experiment, voice, { directory: pointDirectory(folder, sweep.points[0]) });
    sweep = loadSweep(nameOrFile, withBackend(assignments, chosen.backend));
  }
  return { folder, begun: false, sweep, tasks: tasksOf(sweep) };
}

/**
 * Estimates what is left of a sweep.
 *
 * @param memoryBytes of each process for intermediate values, where the user names it
 * @param isHere whether it is to run on this machine
 * @param report what it throws ends the work
 * @throws as `openWorkbench`, naming the point
 */
export async function planSweep(
  { folder, sweep, tasks }: OpenedSweep,
  { memoryBytes, isHere, ...wanted }: Wanted & { readonly memoryBytes?: number; readonly isHere: boolean },
  report: Report,
): Promise<Plan> {
  const cores = coresToUse();
  const left = tasks.filter(({ point, until }) => !isDone(folder, sweep.points[point], until));
  const division: Division = divide(cores, Math.max(1, left.length), wanted);
  // What is done needs its data and its own files no more.
  const pending = [...new Set(left.map(({ point }) => point))];
  const points = pending.map((at) => ({ name: sweep.points[at].name, experiment: sweep.points[at].experiment }));
  const question = { points, until: sweep.until, threads: division.threads, memoryBytes, isHere };
  const told = points.length > 0 ? await estimateInChild(question, report) : [];
  const estimates = sweep.points.map((_, at) => told[pending.indexOf(at)] ?? null);
  const largest = Math.max(0, ...told.map((estimate) => estimate.memoryBytes));
  return planOf(folder, sweep, tasks, estimates, withinMemory(division, cores, largest, wanted));
}

/** Writes sweep.json, and says of points that are no part of the sweep any more. */
export function beginSweep({ folder, sweep, tasks }: OpenedSweep, voice: Pick<Voice, 'say'>): void {
  const names = new Set(sweep.points.map(({ name }) => name));
  const strangers = pointsBefore(folder).filter(({ name }) => !names.has(name));
  if (strangers.length > 0)
    voice.say(
      `${strangers.map(({ name }) => name).join(', ')}: no part of the sweep any more; what was computed of them stays in ${join(folder, SWEEP_FILES.points)}`,
    );
  writeSweep(folder, { sweep, tasks });
}

/** Points that are known of an earlier call; none of a file that is damaged, which is about to be written anew. */
function pointsBefore(folder: string): Sweep['points'] {
  if (!existsSync(join(folder, SWEEP_FILES.sweep))) return [];
  try {
    return readSweep(folder).sweep.points;
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}

/**
 * Keeps others from running the same sweep: its processes know their tasks by number.
 *
 * @returns lets them
 * @throws RunError where another process runs it
 */
export function lockSweep(folder: string): () => void {
  return lockRunDirectory(folder);
}

/** What a sweep has come to. */
export interface SweepResult {
  readonly document: unknown;
  readonly text: string;
  readonly failed: number;
}

/**
 * Collects what is done of a sweep into its tables, figures and page.
 *
 * @throws StorageError where something cannot be written
 */
export async function endSweep({ folder, sweep, tasks }: OpenedSweep, voice: Voice): Promise<SweepResult> {
  await noteEnds(folder, sweep, tasks).catch((error: unknown) => {
    // A machine without SLURM, or one that does not answer, is no reason not to collect.
    if (!(error instanceof UserError)) throw error;
    voice.warn(`what SLURM knows of the points is not told: ${error.message}`);
  });
  const collected = await collectSweep(folder, sweep, voice.begin('collecting'));
  const page = join(folder, COLLECTED_FILES.page);
  const figures = join(folder, COLLECTED_FILES.figures);
  return {
    document: { folder, page, figures, ...collected },
    text: `${collectedText(collected)}\nPictures: ${fromHere(figures)}\nPage: ${fromHere(page)} (open it in a browser)\n`,
    failed: collected.points.filter(({ state }) => state === 'failed').length,
  };
}
