/** What squeue, sacct and scontrol say of the tasks of an array, read. No processes are started here. */
import { readIndices } from './indices.ts';
import { elapsed } from './time.ts';

/** Where a task stands. What is held waits for a person; what no program of SLURM knows any more is unknown. */
export type TaskState =
  'pending' | 'held' | 'running' | 'done' | 'failed' | 'cancelled' | 'out of time' | 'pre-empted' | 'unknown';

/** One task of an array. */
export interface Task {
  readonly index: number;
  readonly state: TaskState;
  /** SLURM's own word for it, such as OUT_OF_MEMORY; empty where it is unknown. */
  readonly word: string;
  /** Why it waits, or ended, in SLURM's own words; empty where none is told. */
  readonly reason: string;
  /** Where it runs or has run; empty where it is not told. */
  readonly node: string;
  /** How often it was queued again; null where it is not told. */
  readonly restarts: number | null;
  /** Exit code of the program, null while there is none; where a signal ended it, 128 and its number. */
  readonly exitCode: number | null;
  /** Seconds that it has run since it was last started; null where it is not told. */
  readonly seconds: number | null;
}

/** Fields that squeue is asked for, each ended by a bar; the reason, which may hold any character, comes last. */
export const SQUEUE_FORMAT = 'ArrayTaskID:|,State:|,RestartCnt:|,TimeUsed:|,NodeList:|,Reason:.300';

/** Reads `squeue --noheader --array --Format=…`. */
export function parseSqueue(out: string): Task[] {
  return out.split('\n').flatMap((line) => {
    const [index, word, restarts, time, node, ...reason] = line.split('|');
    if (!/^\d+$/.test(index) || word === undefined) return [];
    const numbers = { restarts: Number(restarts), exitCode: null, seconds: elapsed(time) };
    return [{ index: Number(index), ...standing(word, reason.join('|')), node: told(node), ...numbers }];
  });
}

/** Fields that sacct is asked for. */
export const SACCT_FORMAT = 'JobID,State,ExitCode,Elapsed,NodeList';

/** Reads `sacct --parsable2 --noheader --allocations --format=…`: tasks that wait may stand in one line. */
export function parseSacct(out: string): Task[] {
  return out.split('\n').flatMap((line) => {
    const [job, word, exit, time, node] = line.split('|');
    const indices = /^\d+_\[?([^\]]+)/.exec(job)?.[1];
    if (indices === undefined || node === undefined) return [];
    const common = { ...standing(word, ''), node: told(node), restarts: null };
    const numbers = { exitCode: isOver(word) ? exitCodeOf(exit) : null, seconds: elapsed(time) };
    return readIndices(indices).map((index) => ({ index, ...common, ...numbers }));
  });
}

/** Reads `scontrol --oneliner show job`: tasks that wait may stand in one line. */
export function parseScontrol(out: string): Task[] {
  return out.split('\n').flatMap((line) => {
    const field = (name: string) => new RegExp(` ${name}=(\\S*)`).exec(line)?.[1] ?? '';
    const word = field('JobState');
    if (word === '') return [];
    const common = { ...standing(word, field('Reason')), node: told(field('NodeList')) };
    const exitCode = isOver(word) ? exitCodeOf(field('ExitCode')) : null;
    const numbers = { restarts: Number(field('Restarts')), exitCode, seconds: elapsed(field('RunTime')) };
    return readIndices(field('ArrayTaskId')).map((index) => ({ index, ...common, ...numbers }));
  });
}

/** A task that SLURM knows nothing of. */
export const unknownTask = (index: number): Task => ({
  index,
  ...{ state: 'unknown', word: '', reason: '', node: '', restarts: null, exitCode: null, seconds: null },
});

/** States that tell how a task stands; what else there is, NODE_FAIL and OUT_OF_MEMORY for two, is a failure. */
const STATES: Readonly<Record<string, TaskState>> = {
  PENDING: 'pending',
  CONFIGURING: 'pending',
  REQUEUED: 'pending',
  REQUEUE_FED: 'pending',
  REQUEUE_HOLD: 'pending',
  RESV_DEL_HOLD: 'pending',
  SPECIAL_EXIT: 'pending',
  RUNNING: 'running',
  COMPLETING: 'running',
  RESIZING: 'running',
  SIGNALING: 'running',
  STAGE_OUT: 'running',
  STOPPED: 'running',
  SUSPENDED: 'running',
  COMPLETED: 'done',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  DEADLINE: 'out of time',
  TIMEOUT: 'out of time',
  PREEMPTED: 'pre-empted',
};

/** @param text SLURM's word, maybe with more after it: `CANCELLED by 1000` */
function standing(text: string, reason: string): { state: TaskState; word: string; reason: string } {
  const word = /^\w+/.exec(text)?.[0] ?? '';
  const state = STATES[word] ?? 'failed';
  // JobHeldUser, JobHeldAdmin, and what could not be launched: (launch_failed_requeued_held).
  return { state: state === 'pending' && /held/i.test(reason) ? 'held' : state, word, reason: told(reason) };
}

const isOver = (text: string): boolean => !['pending', 'running'].includes(standing(text, '').state);

/** What SLURM writes where it has nothing to say. */
const told = (text: string): string => (/^\s*(\(null\)|None( assigned)?|N\/A)?\s*$/.test(text) ? '' : text.trim());

/** `code:signal`. */
function exitCodeOf(text: string): number | null {
  const [, code, signal] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (code === undefined) return null;
  return Number(signal) > 0 ? 128 + Number(signal) : Number(code);
}
