/** What a sweep will do, before it does it: its points and how they stand, what is shared, time and memory. */
import { availableMemory, inWords } from '../../hessian/memory.ts';
import { duration } from '../../duration.ts';
import { shortNumber } from '../../report/numbers.ts';
import { aligned } from '../../report/table.ts';
import { crossoverEigenvalue } from '../../theory/index.ts';
import type { StageName } from '../catalogue.ts';
import { stageAt, STAGES } from '../stages.ts';
import type { Estimate } from './estimate.ts';
import { isDone, type PointState, type Progress, progressOf, STATE_WORDS, stateOf } from './folder.ts';
import type { Sweep } from './load.ts';
import type { Task } from './sharing.ts';

/** A point as the plan shows it. */
export interface PlannedPoint {
  readonly name: string;
  readonly state: PointState;
  /** This and what follows from it are null for what is done, which is not looked into any more. */
  readonly batchesPerEpoch: number | null;
  readonly crossoverEigenvalue: number | null;
  /** Whose first stages it takes over, and the last of them. */
  readonly sharesWith: { readonly point: string; readonly until: StageName } | null;
  /** Left to be computed; 0 for what is done. */
  readonly seconds: number;
  readonly memoryBytes: number | null;
}

/** A sweep before it starts. */
export interface Plan {
  readonly points: readonly PlannedPoint[];
  readonly processes: number;
  readonly threads: number;
  /** What is left of each task. */
  readonly taskSeconds: readonly number[];
  /** Of all processes together, and of the clock. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Of the largest process. */
  readonly memoryBytes: number;
}

/** How many processes, and how many threads each. */
export interface Division {
  readonly processes: number;
  readonly threads: number;
}

/** What the user asks for; the rest is chosen. */
export interface Wanted {
  readonly processes?: number;
  readonly threads?: number;
}

/** Processes and their threads, before it is known how much memory each takes. */
export function divide(cores: number, tasks: number, { processes, threads }: Wanted): Division {
  const most = processes ?? Math.max(1, Math.min(tasks, Math.floor(cores / (threads ?? 1))));
  return { processes: most, threads: threads ?? Math.max(1, Math.floor(cores / most)) };
}

/** No more processes than memory allows, where the user has not asked for so many; the cores are divided among those that are left. */
export function withinMemory(division: Division, cores: number, memoryBytes: number, wanted: Wanted): Division {
  const fit = Math.max(1, Math.floor(availableMemory() / memoryBytes));
  if (wanted.processes !== undefined || fit >= division.processes) return division;
  return divide(cores, fit, { ...wanted, processes: fit });
}

/** Puts together what is known of a sweep. @param estimates of the points; null for those that are done */
export function planOf(
  folder: string,
  sweep: Sweep,
  tasks: readonly Task[],
  estimates: readonly (Estimate | null)[],
  division: Division,
): Plan {
  const progress = sweep.points.map((point) => progressOf(folder, point));
  const left = tasks.map((task) => {
    const estimate = estimates[task.point];
    const isOver = estimate === null || isDone(folder, sweep.points[task.point], task.until);
    return isOver ? 0 : secondsOf(task, tasks, progress[task.point], estimate);
  });
  const points = sweep.points.map((point, at): PlannedPoint => {
    const { batchesPerEpoch = null, memoryBytes = null } = estimates[at] ?? {};
    const donor = tasks.find((task) => task.point === at)?.donor ?? null;
    const { learningRate, momentum } = point.experiment.sgd;
    return {
      name: point.name,
      state: stateOf(folder, point, sweep.until).state,
      batchesPerEpoch,
      crossoverEigenvalue: batchesPerEpoch && crossoverEigenvalue({ learningRate, momentum, batchesPerEpoch }),
      sharesWith: donor && { point: sweep.points[donor.point].name, until: STAGES[donor.stages - 1].name },
      seconds: tasks.reduce((sum, task, index) => sum + (task.point === at ? left[index] : 0), 0),
      memoryBytes,
    };
  });
  const cpuSeconds = left.reduce((sum, seconds) => sum + seconds, 0);
  return {
    points,
    ...division,
    taskSeconds: left,
    cpuSeconds,
    seconds: clockSeconds(tasks, left, division.processes),
    memoryBytes: Math.max(0, ...points.map((point) => point.memoryBytes ?? 0)),
  };
}

/** What is left of a task: the stages that are not done, and that neither its donor nor an earlier task of the point sees to. */
function secondsOf(
  { point, until, donor, after }: Task,
  tasks: readonly Task[],
  { fresh, next }: Progress,
  { seconds, startSeconds }: Estimate,
): number {
  const takesOver = fresh === 0 || next === 'stale';
  const given = donor && takesOver ? donor.stages : 0;
  const earlier = after !== null && tasks[after].point === point ? stageAt(tasks[after].until) + 1 : 0;
  const stages = STAGES.slice(Math.max(fresh, given, earlier), stageAt(until) + 1);
  return startSeconds + stages.reduce((sum, { name }) => sum + (seconds[name] ?? 0), 0);
}

/** The time at which the last of so many processes is done that take tasks in their order. */
function clockSeconds(tasks: readonly Task[], seconds: readonly number[], processes: number): number {
  const free = Array.from({ length: processes }, () => 0);
  const ends: number[] = [];
  tasks.forEach(({ after }, index) => {
    const next = free.indexOf(Math.min(...free));
    const begin = Math.max(free[next], after === null ? 0 : ends[after]);
    ends[index] = begin + seconds[index];
    if (seconds[index] > 0) free[next] = ends[index];
  });
  return Math.max(0, ...ends);
}

const orDash = (value: number | null, shown: (value: number) => string): string =>
  value === null ? '–' : shown(value);

const STATES = { ...STATE_WORDS, failed: `${STATE_WORDS.failed}, to be tried again` };

/**
 * The plan as text: a line a point, then what it adds up to.
 *
 * @param isHere whether this machine runs it; how many points a cluster runs at a time nobody can tell
 */
export function planText({ name, until }: Pick<Sweep, 'name' | 'until'>, plan: Plan, isHere = true): string {
  const { points, processes, threads, cpuSeconds, seconds, memoryBytes } = plan;
  const header = ['point', 'M', 'λ×', 'time', 'memory', 'state', 'shares'];
  const rows = points.map((point) => [
    point.name,
    orDash(point.batchesPerEpoch, String),
    orDash(point.crossoverEigenvalue, shortNumber),
    orDash(point.seconds || null, duration),
    orDash(point.memoryBytes, inWords),
    STATES[point.state],
    point.sharesWith ? `${point.sharesWith.point} up to ${point.sharesWith.until}` : '',
  ]);
  const todo = points.filter(({ state }) => state !== 'done').length;
  const each = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const pace = isHere
    ? `${processes} at a time with ${each} each: about ${duration(seconds)} (${duration(cpuSeconds)} of work)`
    : `with ${each} each: about ${duration(cpuSeconds)} of work on a machine like this one`;
  const sum =
    todo === 0
      ? 'nothing is left to be computed'
      : `${todo} to run up to stage ${until}, ${pace}, at most ${inWords(memoryBytes)} of memory a process; estimated from one update and one product, good to a factor of about two`;
  return [`sweep ${name}: ${points.length} points`, ...aligned([header, ...rows]), sum].join('\n');
}
