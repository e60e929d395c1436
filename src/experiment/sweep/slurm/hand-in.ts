/** A sweep handed to SLURM: an array of jobs for each level of its tasks, each after the one before, and a job that collects. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigurationError, DataError, RunError } from '../../../errors.ts';
import { readJson, writeJson } from '../../../store/json.ts';
import { dropClaimsOf, jobsThatClaim } from '../../lock.ts';
import { forgetFailure, isDone, logOf, noteFailure, pointDirectory, stateOf } from '../folder.ts';
import type { Sweep } from '../load.ts';
import type { Task } from '../sharing.ts';
import { collectScript, pointsScript } from './batch-script.ts';
import { cancel } from './cancel.ts';
import type { SlurmOptions } from './options.ts';
import type { Task as JobTask } from './parse.ts';
import { arrayStatus } from './status.ts';
import { onCluster, submit } from './submit.ts';
import { ask } from './tool.ts';

/** Jobs that were handed in last; beside the sweep's own files. */
const JOBS_FILE = 'slurm.json';

const jobId = z.object({ id: z.string(), cluster: z.string().nullable() });
const handedIn = z.object({
  arrays: z.array(jobId.extend({ indices: z.array(z.number()) })),
  collect: jobId.nullable(),
});

/** Jobs of a sweep: its arrays in the order in which they run, with the indices of their tasks, and the one that collects. */
export type HandedIn = z.infer<typeof handedIn>;

/** How a sweep is to be handed in. */
export interface HandInOptions {
  readonly slurm: SlurmOptions;
  /** Program and arguments; `--task` and an index, or `--collect`, follow. */
  readonly command: readonly string[];
  /** Where the jobs start the program. */
  readonly workingFolder: string;
}

/** The jobs that were handed in last; null where there are none. @throws DataError where the file is damaged */
export function readJobs(folder: string): HandedIn | null {
  const path = join(folder, JOBS_FILE);
  if (!existsSync(path)) return null;
  const { success, data } = handedIn.safeParse(readJson(path));
  if (!success) throw new DataError(`${path} is damaged: it does not hold jobs; remove it if none are queued any more`);
  return data;
}

/**
 * Refuses what would change the tasks of jobs that wait or run: these know them by their numbers.
 *
 * @throws RunError naming the way out
 */
export async function refuseWhileQueued(folder: string): Promise<void> {
  const jobs = readJobs(folder);
  if (!jobs) return;
  const queued = (await jobTasks(jobs)).filter(({ state }) => isQueued(state)).length;
  if (queued > 0)
    throw new RunError(
      `${queued} ${queued === 1 ? 'task of this sweep waits or runs' : 'tasks of this sweep wait or run'}: look with --status, and end them with --cancel first`,
    );
}

/**
 * Hands in what is not done yet, and returns at once.
 *
 * @returns null where nothing is left to be done
 * @throws ConfigurationError where there is no SLURM; RunError where it refuses
 */
export async function handIn(
  folder: string,
  sweep: Sweep,
  tasks: readonly Task[],
  { slurm, command, workingFolder }: HandInOptions,
): Promise<HandedIn | null> {
  const left = tasks.flatMap(({ point, until }, index) => (isDone(folder, sweep.points[point], until) ? [] : [index]));
  if (left.length === 0) return null;
  const environment = { EPOCHNOISE_THREADS: String(slurm.threads) };
  const common = { folder, workingFolder, environment, options: slurm };
  const arrays: HandedIn['arrays'] = [];
  for (const index of left) forgetFailure(folder, sweep.points[tasks[index].point]);
  try {
    for (const level of [...new Set(left.map((index) => tasks[index].level))]) {
      const indices = left.filter((index) => tasks[index].level === level);
      const script = pointsScript({
        ...common,
        name: sweep.name,
        command: [...command, '--task'],
        indices,
        foldersOf: (index) => [pointDirectory(folder, sweep.points[tasks[index].point])],
        logOf: (index) => logOf(folder, sweep.points[tasks[index].point]),
      });
      const file = `slurm-${level}.sh`;
      arrays.push({ ...(await submit({ folder, file, script, after: arrays.at(-1) })), indices });
    }
    const script = collectScript({ ...common, name: `${sweep.name}-collect`, command: [...command, '--collect'] });
    const collect = await submit({ folder, file: 'slurm-collect.sh', script, after: arrays.at(-1)! });
    const jobs = { arrays, collect };
    writeJson(join(folder, JOBS_FILE), jobs);
    return jobs;
  } catch (error) {
    // A part of a sweep in the queue that nobody knows of would run beside the next one.
    for (const job of arrays) await cancel(job).catch(() => {});
    throw error;
  }
}

/** Takes all jobs of a sweep back. @returns how many tasks waited or ran */
export async function cancelSweep(folder: string): Promise<number> {
  const jobs = readJobs(folder);
  if (!jobs) throw new ConfigurationError(`${folder}: no jobs of this sweep were handed to SLURM`);
  const queued = (await jobTasks(jobs)).filter(({ state }) => isQueued(state)).length;
  for (const job of [...(jobs.collect ? [jobs.collect] : []), ...jobs.arrays]) await cancel(job);
  return queued;
}

/** How the tasks of all arrays stand, by their index in the sweep. */
export async function jobTasks({ arrays }: HandedIn): Promise<readonly JobTask[]> {
  const all = [];
  for (const { indices, ...job } of arrays) all.push(...(await arrayStatus(job, indices)).tasks);
  return all;
}

/** A task that is held runs as soon as it is let go. */
const isQueued = (state: JobTask['state']): boolean => ['pending', 'held', 'running'].includes(state);

/** Of a program that was told to end near its time limit, and had saved nothing that was worth another job. */
const INTERRUPTED = 130;

/** Ends that no process of ours could tell of. */
const TOLD: Partial<Record<JobTask['state'], string>> = {
  failed: 'SLURM ended its job',
  cancelled: 'its job was cancelled',
  'out of time': 'its job came to its time limit: give more with --time',
};

/** Writes down why points are not done, where only SLURM can tell. */
export async function noteEnds(folder: string, sweep: Sweep, tasks: readonly Task[]): Promise<void> {
  const jobs = readJobs(folder);
  if (!jobs) return;
  for (const { index, state, word, exitCode } of await jobTasks(jobs)) {
    const why = TOLD[state];
    const point = sweep.points[tasks[index]?.point];
    if (!why || !point || ['done', 'failed'].includes(stateOf(folder, point, sweep.until).state)) continue;
    const reason = exitCode === INTERRUPTED ? TOLD['out of time']! : why;
    noteFailure(folder, point, { reason: `${reason} (${word})`, exitCode, attempts: 1 });
  }
}

/** A node that failed leaves claims of its jobs behind: those that SLURM has ended, or knows no more, are nobody's. */
export async function dropDeadClaims(folder: string, { points }: Sweep): Promise<void> {
  const last = readJobs(folder)?.arrays.at(-1);
  const elsewhere = last ? onCluster(last) : [];
  for (const point of points) {
    const directory = pointDirectory(folder, point);
    for (const job of jobsThatClaim(directory)) {
      const said = await ask('squeue', [...elsewhere, '--noheader', `--jobs=${job}`, '--format=%A']);
      const isOver = said.code === 0 ? said.out.trim() === '' : /invalid job id/i.test(said.err + said.out);
      if (isOver) dropClaimsOf(directory, job);
    }
  }
}
