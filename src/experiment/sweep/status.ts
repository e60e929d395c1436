/** How the points of a sweep stand, and what SLURM says of those that wait or run there. */
import { duration } from '../../duration.ts';
import { aligned } from '../../report/table.ts';
import { type Failure, logOf, type PointState, STATE_WORDS, stateOf } from './folder.ts';
import type { Sweep } from './load.ts';
import type { Task } from './sharing.ts';
import { jobTasks, readJobs } from './slurm/hand-in.ts';
import type { Task as JobTask } from './slurm/parse.ts';

/** One point. */
export interface PointStatus {
  readonly name: string;
  readonly state: PointState;
  readonly failure: Failure | null;
  readonly log: string;
  /** Its last task in the queue or out of it; null where none was handed in. */
  readonly job: JobTask | null;
}

/** @throws ConfigurationError where jobs were handed in, and there is no SLURM to ask; RunError where it does not answer */
export async function sweepStatus(
  folder: string,
  sweep: Sweep,
  tasks: readonly Task[],
): Promise<readonly PointStatus[]> {
  const jobs = readJobs(folder);
  const known = jobs ? await jobTasks(jobs) : [];
  return sweep.points.map((point, at) => {
    const own = known.filter(({ index }) => tasks[index]?.point === at);
    const job =
      own.find(({ state }) => state === 'running') ?? own.find(({ state }) => state === 'pending') ?? own.at(-1);
    return { name: point.name, ...stateOf(folder, point, sweep.until), log: logOf(folder, point), job: job ?? null };
  });
}

/** The same as text. @param shown how a path is written */
export function statusText(
  { name }: Pick<Sweep, 'name'>,
  points: readonly PointStatus[],
  shown: (path: string) => string,
): string {
  const done = points.filter(({ state }) => state === 'done').length;
  const hasJobs = points.some(({ job }) => job !== null);
  const rows = points.map((point) => [
    point.name,
    STATE_WORDS[point.state],
    ...(hasJobs ? [jobInWords(point.job)] : []),
  ]);
  const failures = points.flatMap(({ name: point, failure, log }) =>
    failure ? [`${point} failed: ${failure.reason}; log ${shown(log)}`] : [],
  );
  const header = ['point', 'state', ...(hasJobs ? ['in SLURM'] : [])];
  return [`sweep ${name}: ${done} of ${points.length} points done`, ...aligned([header, ...rows]), ...failures].join(
    '\n',
  );
}

function jobInWords(job: JobTask | null): string {
  if (job === null) return '–';
  const { state, reason, node, seconds, restarts } = job;
  const again = restarts ? `, started again ${restarts === 1 ? 'once' : `${restarts} times`}` : '';
  if (state === 'running') return `running on ${node}, ${duration(seconds ?? 0)}${again}`;
  if (state === 'pending') return `waits${reason && ` (${reason})`}${again}`;
  return state + again;
}
