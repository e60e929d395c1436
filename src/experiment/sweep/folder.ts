/**
 * The folder of a sweep: what it is made of, where its points are, and how each of them stands.
 *
 * | file | content |
 * | --- | --- |
 * | `sweep.json` | the points with their resolved configurations |
 * | `points/<name>/` | the run directory of each point |
 * | `logs/<name>.log` | what was said while it ran |
 * | `failures/<name>.json` | why it failed, as long as it has |
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError, DataError } from '../../errors.ts';
import { attempt } from '../../store/atomic.ts';
import { canonicalJson, readJson, writeJson } from '../../store/json.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { STAGE_NAMES, type StageName } from '../catalogue.ts';
import { readEnvironment } from '../environment.ts';
import { type Condition, LedgerBook } from '../ledger.ts';
import { resolveExperiment } from '../load.ts';
import { ownFilesChecksum } from '../own-files.ts';
import { readFinished } from '../pipeline.ts';
import { readStoredExperiment } from '../run-directory.ts';
import { hasStage, STAGES } from '../stages.ts';
import type { Sweep } from './load.ts';
import type { Point } from './points.ts';
import type { Task } from './sharing.ts';

/** Names within the folder of a sweep. */
export const SWEEP_FILES = {
  sweep: 'sweep.json',
  points: 'points',
  logs: 'logs',
  failures: 'failures',
} as const;

const SCHEMA_VERSION = 1;

/** The run directory of a point. */
export const pointDirectory = (folder: string, { name }: Pick<Point, 'name'>): string =>
  join(folder, SWEEP_FILES.points, name);

/** Where what is said of a point goes. */
export const logOf = (folder: string, { name }: Pick<Point, 'name'>): string =>
  join(folder, SWEEP_FILES.logs, `${name}.log`);

const failureOf = (folder: string, { name }: Pick<Point, 'name'>): string =>
  join(folder, SWEEP_FILES.failures, `${name}.json`);

/**
 * Makes sure that a folder may become, or is, that of a sweep.
 *
 * @throws ConfigurationError where it holds something else
 */
export function inspectSweepFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory())
    throw new ConfigurationError(`${folder} is a file; give --out the name of a folder`);
  const isOther =
    !existsSync(join(folder, SWEEP_FILES.sweep)) && readdirSync(folder).some((name) => !name.startsWith('.'));
  if (isOther) throw new ConfigurationError(`${folder} holds files but no sweep; give --out a new or an empty folder`);
}

/** A sweep as it stands in its folder. */
export interface StoredSweep {
  readonly sweep: Sweep;
  /** Jobs on a cluster know them by their index, whatever becomes of the user's own files. */
  readonly tasks: readonly Task[];
}

/** Writes what a sweep is made of. */
export function writeSweep(folder: string, { sweep, tasks }: StoredSweep): void {
  writeJson(join(folder, SWEEP_FILES.sweep), { schemaVersion: SCHEMA_VERSION, ...sweep, tasks });
}

const stageName = z.enum(STAGE_NAMES as [StageName, ...StageName[]]);
const count = z.int().nonnegative();

const stored = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  name: z.string(),
  title: z.string().nullable(),
  until: stageName,
  axes: z.array(z.string()),
  points: z.array(
    z.object({ name: z.string(), set: z.record(z.string(), z.json()), experiment: z.record(z.string(), z.unknown()) }),
  ),
  tasks: z.array(
    z.object({
      point: count,
      until: stageName,
      donor: z.object({ point: count, stages: count }).nullable(),
      level: count,
      after: count.nullable(),
    }),
  ),
});

/** @throws DataError where there is no sweep, or what is written of it is damaged */
export function readSweep(folder: string): StoredSweep {
  const path = join(folder, SWEEP_FILES.sweep);
  if (!existsSync(path)) throw new DataError(`${folder} holds no sweep: there is no ${SWEEP_FILES.sweep} in it`);
  const { success, data } = stored.safeParse(readJson(path));
  if (!success)
    throw new DataError(`${path} is damaged: it does not hold a sweep; start the sweep again from its file`);
  const { schemaVersion: _, points: written, tasks, ...rest } = data;
  try {
    const points = written.map(({ name, set, experiment }) => ({
      name,
      // In the order in which the sweep has them: so they are shown.
      set: Object.fromEntries(rest.axes.flatMap((key) => (Object.hasOwn(set, key) ? [[key, set[key]]] : []))),
      experiment: resolveExperiment(experiment),
    }));
    return { sweep: { ...rest, points }, tasks };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new DataError(`${path} is no sweep of this version: ${error.message}`, { cause: error });
  }
}

/** How a point stands. `left`: begun, and neither done nor failed. */
export type PointState = 'done' | 'failed' | 'left' | 'missing';

/** The same as a terminal shows it. */
export const STATE_WORDS: Readonly<Record<PointState, string>> = {
  done: 'done',
  failed: 'failed',
  left: 'begun',
  missing: 'to do',
};

/** Why a point failed. */
export interface Failure {
  /** One sentence. */
  readonly reason: string;
  readonly exitCode: number | null;
  /** How often it has failed since it last got anywhere. */
  readonly attempts: number;
}

/** How a point stands, and why where it failed. Reads only. */
export function stateOf(
  folder: string,
  point: Point,
  until: StageName,
): { readonly state: PointState; readonly failure: Failure | null } {
  if (isDone(folder, point, until)) return { state: 'done', failure: null };
  const failure = readFailure(folder, point);
  if (failure) return { state: 'failed', failure };
  const begun = existsSync(runPath(pointDirectory(folder, point), RUN_FILES.experiment));
  return { state: begun ? 'left' : 'missing', failure: null };
}

/** Whether all stages up to one are up to date, with the settings of the sweep. */
export function isDone(folder: string, point: Point, until: StageName): boolean {
  const directory = pointDirectory(folder, point);
  if (!existsSync(runPath(directory, RUN_FILES.stages))) return false;
  try {
    readFinished(directory, until, { drawing: checksumOf(point) === null });
    // Results are kept whatever back end a run goes on with.
    const { backend } = point.experiment;
    return (
      canonicalJson({ ...readStoredExperiment(directory).experiment, backend }) === canonicalJson(point.experiment)
    );
  } catch (error) {
    // Out of date, damaged, or its own files are gone: running it tells which.
    if (error instanceof DataError) return false;
    throw error;
  }
}

/** Of the own files that the configuration names; null where they are not there any more: what was computed from them stands. */
function checksumOf({ experiment }: Point): string | null {
  try {
    return ownFilesChecksum(experiment);
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/** How far the stages of a point have come, with the settings of the sweep. */
export interface Progress {
  /** So many stages, from the first on, need not be run. */
  readonly fresh: number;
  /** What is the matter with the next one; null where there is none. */
  readonly next: Condition | null;
}

/** How far a point has come. Reads only. */
export function progressOf(folder: string, point: Point): Progress {
  const { experiment } = point;
  const directory = pointDirectory(folder, point);
  try {
    const book = new LedgerBook(directory, readEnvironment(directory)?.files ?? {});
    const own = checksumOf(point);
    for (const [index, stage] of STAGES.entries()) {
      const condition = hasStage(experiment, stage) ? book.conditionOf(stage, experiment, own) : 'fresh';
      if (condition !== 'fresh') return { fresh: index, next: condition };
    }
    return { fresh: STAGES.length, next: null };
  } catch (error) {
    // Running it tells what is damaged or gone.
    if (error instanceof DataError) return { fresh: 0, next: 'damaged' };
    throw error;
  }
}

const failureSchema = z.object({ reason: z.string(), exitCode: z.number().nullable(), attempts: z.number() });

/** Why a point failed; null where it has not. */
export function readFailure(folder: string, point: Point): Failure | null {
  const path = failureOf(folder, point);
  if (!existsSync(path)) return null;
  const { success, data } = failureSchema.safeParse(readJson(path));
  return success ? data : { reason: `${path} is damaged`, exitCode: null, attempts: 1 };
}

/** Writes down that a point has failed. */
export function noteFailure(folder: string, point: Point, failure: Failure): void {
  writeJson(failureOf(folder, point), failure);
}

/** Forgets that a point has failed. */
export function forgetFailure(folder: string, point: Point): void {
  const path = failureOf(folder, point);
  attempt(path, () => rmSync(path, { force: true }));
}
