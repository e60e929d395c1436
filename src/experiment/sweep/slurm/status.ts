/** Where the tasks of an array stand. */
import { RunError } from '../../../errors.ts';
import {
  parseSacct,
  parseScontrol,
  parseSqueue,
  SACCT_FORMAT,
  SQUEUE_FORMAT,
  type Task,
  unknownTask,
} from './parse.ts';
import { type JobId, onCluster } from './submit.ts';
import { ask, complaint, type Said, type Surroundings } from './tool.ts';

export interface ArrayStatus {
  /** Of every index that was asked for, in that order. */
  readonly tasks: readonly Task[];
  /**
   * Whether the cluster keeps accounts of what has ended. Where it keeps none, the controller is asked, which forgets a job a
   * few minutes after its end (MinJobAge): then its tasks are unknown. Null where nobody had to be asked.
   */
  readonly accounting: boolean | null;
}

/**
 * Asks squeue for the tasks that wait or run, and sacct for those that do not; where the cluster keeps no accounts, scontrol.
 *
 * @throws ConfigurationError where there is no squeue; RunError where the controller does not answer: it may the next time
 */
export async function arrayStatus(
  job: JobId,
  indices: readonly number[],
  surroundings?: Surroundings,
): Promise<ArrayStatus> {
  const queue = ['--noheader', '--array', `--jobs=${job.id}`, `--Format=${SQUEUE_FORMAT}`];
  const tasks = byIndex(
    parseSqueue(unlessForgotten('squeue', await ask('squeue', [...onCluster(job), ...queue], surroundings))),
  );
  const isMissing = () => indices.some((index) => !tasks.has(index));
  let accounting: boolean | null = null;
  if (isMissing()) {
    const accounts = await accountsOf(job, surroundings);
    accounting = accounts !== null;
    // What ended just now may not be in the accounts, nor in the queue any more.
    for (const ended of [() => accounts ?? [], () => controllersWord(job, surroundings)])
      if (isMissing()) for (const task of await ended()) if (!tasks.has(task.index)) tasks.set(task.index, task);
  }
  return { tasks: indices.map((index) => tasks.get(index) ?? unknownTask(index)), accounting };
}

/** What the accounts say; null where there are none. */
async function accountsOf(job: JobId, surroundings?: Surroundings): Promise<Task[] | null> {
  const args = ['--noheader', '--parsable2', '--allocations', `--jobs=${job.id}`, `--format=${SACCT_FORMAT}`];
  const said = await ask('sacct', [...onCluster(job), ...args], surroundings);
  // Whatever ails them, the controller can be asked.
  return said.code === 0 && !/accounting storage is disabled/i.test(said.err + said.out) ? parseSacct(said.out) : null;
}

async function controllersWord(job: JobId, surroundings?: Surroundings): Promise<Task[]> {
  const said = await ask('scontrol', [...onCluster(job), '--oneliner', 'show', 'job', job.id], surroundings);
  return parseScontrol(unlessForgotten('scontrol', said));
}

/** What was said; nothing, of a job that ended long ago. */
function unlessForgotten(program: string, said: Said): string {
  if (said.code === 0) return said.out;
  if (/invalid job id/i.test(said.err + said.out)) return '';
  throw new RunError(`${program} does not tell where the jobs stand: ${complaint(said)}`);
}

const byIndex = (tasks: readonly Task[]): Map<number, Task> => new Map(tasks.map((task) => [task.index, task]));
