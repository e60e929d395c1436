/**
 * The batch scripts of a sweep: an array with one task for each point, and the job that collects when all have ended. A user
 * can read them, and hand them to sbatch again from the folder that they lie in.
 */
import { ConfigurationError } from '../../../errors.ts';
import { writeIndices } from './indices.ts';
import { given, otherLines, sharedLines, type SlurmOptions } from './options.ts';
import { bashCommand, bashWord, sbatchLine } from './quote.ts';
import { timeLimit } from './time.ts';

/** Folder of the logs, below the one that the scripts are handed in from; it has to be there before. */
export const LOGS = 'logs';

/** Path of the log of one task, below the folder that its array was handed in from. Each time it is run adds to it. */
export const logOfTask = (array: string, index: number | string): string => `${LOGS}/${array}_${index}.log`;

/** Path of the log of a job that is no array. */
export const logOfJob = (job: string): string => `${LOGS}/${job}.log`;

/** What the scripts of a sweep depend on. */
export interface SweepJob {
  /** Of the job, as squeue lists it. */
  readonly name: string;
  /** Absolute; the logs lie below it. */
  readonly folder: string;
  /** Where the program is started: relative paths of a configuration begin there. */
  readonly workingFolder: string;
  /**
   * Program and arguments; for a point its index is added as the last one. On SIGTERM the program saves and ends with code
   * 130, and the same command goes on from there.
   */
  readonly command: readonly string[];
  /** Variables of the environment beyond those of whoever hands in the job. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly options: SlurmOptions;
}

export interface PointsJob extends SweepJob {
  /** Indices of the points that are to run. */
  readonly indices: readonly number[];
  /**
   * Run directories that the point of an index works in. A point that comes to its time limit without having saved anything
   * there is not queued again: it would never end.
   */
  readonly foldersOf: (index: number) => readonly [string, ...string[]];
  /** Absolute path of what a point says; what SLURM itself has to say of it goes to `logOfTask`. */
  readonly logOf: (index: number) => string;
}

/** @throws ConfigurationError where SLURM cannot name a log in this folder */
function logLines(folder: string, pattern: string): string[] {
  if (folder.includes('\\'))
    throw new ConfigurationError(
      `SLURM cannot write logs to ${folder}: choose a folder without a backslash in its name`,
    );
  // Absolute: SLURM would fill in patterns of the folder's own name.
  return [
    sbatchLine('--output', `${folder.replaceAll('%', '%%')}/${pattern}`),
    // What is run again adds to what it said before.
    sbatchLine('--open-mode', 'append'),
  ];
}

/** The program's time to save, in seconds: a tenth of the time limit between these. SLURM may be half a minute early. */
const [SHORTEST_LEAD, LONGEST_LEAD] = [15, 300];

function lead({ time }: SlurmOptions): number {
  const limit = time === undefined ? null : timeLimit(time);
  return limit === null ? 120 : Math.round(Math.min(LONGEST_LEAD, Math.max(SHORTEST_LEAD, limit / 10)));
}

/**
 * The job array of the points. A task whose node fails is queued again by SLURM, one that comes near its time limit ends
 * cleanly and queues itself again; both go on from what was saved.
 *
 * @throws ConfigurationError for options that no script can hold
 */
export function pointsScript(job: PointsJob): string {
  const { name, folder, workingFolder, command, environment, options, indices } = job;
  const { arrayLimit, gres, threads } = options;
  if (indices.length === 0) throw new ConfigurationError('no point is to be run: a job array needs at least one');
  const head = [
    sbatchLine('--job-name', name),
    sbatchLine('--array', writeIndices(indices) + (arrayLimit === undefined ? '' : `%${arrayLimit}`)),
    ...logLines(folder, logOfTask('%A', '%a')),
    sbatchLine('--requeue'),
    sbatchLine('--signal', `B:USR1@${lead(options)}`),
    sbatchLine('--ntasks', 1),
    sbatchLine('--cpus-per-task', threads),
    ...sharedLines(options),
    ...given('--gres', gres),
    ...otherLines(options),
  ];
  return `#!/bin/bash
# The points of a sweep, one for each index.
${head.join('\n')}

${exports(environment)}${placesOf(job)}
# Near the time limit the program is told to save and to end, and the task queues itself again.
near_limit=
told=
child=
trap 'signalled=1; told=1; near_limit=1; [ -z "$child" ] || kill -TERM "$child"' USR1
# Whoever cancels or pre-empts a job tells all its processes, and it stays where that leads.
trap 'signalled=1; told=1; near_limit=' TERM

run() {
  ${bashCommand(command)} "$SLURM_ARRAY_TASK_ID" &
  child=$!
  [ -z "$near_limit" ] || kill -TERM "$child"
  # A signal ends the waiting, not the program.
  while :; do
    signalled=
    wait "$child"
    status=$?
    [ -n "$signalled" ] || break
  done
}

cd ${bashWord(workingFolder)} || exit 3
before=$(saved)
echo "== task $SLURM_ARRAY_TASK_ID on \${SLURMD_NODENAME:-$(hostname)}, restarts: \${SLURM_RESTART_COUNT:-0}: see $log"
exec >>"$log" 2>&1
run
case $status in
  # Done, wrong settings, interrupted: once more would be the same.
  0 | 2 | 130) ;;
  *) [ -n "$told" ] || { echo "== it failed, and is tried once more"; run; } ;;
esac

if [ "$status" = 130 ] && [ -n "$near_limit" ]; then
  if [ "$(saved)" = "$before" ]; then
    echo "== nothing was saved within the time limit, and it would be in vain again: give more with --time"
  else
    echo "== the time limit is near: what was done is saved, and the point queues itself again"
    # The last task of an array has the array's own number: of a bare number all tasks would be queued again.
    # SLURM ends the task before it has answered: what waits for the answer must not end.
    (trap '' TERM; exec scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID") ||
      echo "== the point could not be queued again: run the sweep again to go on"
  fi
fi
exit "$status"
`;
}

/**
 * The job that collects. That it waits for the points is said when it is handed in.
 *
 * @throws ConfigurationError for options that no script can hold
 */
export function collectScript({ name, folder, workingFolder, command, environment, options }: SweepJob): string {
  const head = [
    sbatchLine('--job-name', name),
    ...logLines(folder, logOfJob('%j')),
    sbatchLine('--requeue'),
    sbatchLine('--ntasks', 1),
    sbatchLine('--cpus-per-task', options.threads),
    ...sharedLines(options),
    ...otherLines(options),
  ];
  return `#!/bin/bash
# Collects the points of a sweep.
${head.join('\n')}

${exports(environment)}cd ${bashWord(workingFolder)} || exit 3
exec ${bashCommand(command)}
`;
}

const exports = (environment: Readonly<Record<string, string>> = {}): string =>
  Object.entries(environment)
    .map(([key, value]) => `export ${key}=${bashWord(value)}\n`)
    .join('');

/** Sets the point's log, and makes a function of bash that says something else when more is saved than before: results and checkpoints, no books kept of them. */
function placesOf({ indices, foldersOf, logOf }: PointsJob): string {
  const cases = indices.map(
    (index) => `  ${index}) folders=(${bashCommand(foldersOf(index))}) log=${bashWord(logOf(index))} ;;`,
  );
  return `case $SLURM_ARRAY_TASK_ID in
${cases.join('\n')}
esac

# Changes when more of the point is saved than before.
saved() {
  find "\${folders[@]}" -type f '(' -name '*.safetensors' -o -name '*.csv' ')' -printf '%p %s %T@\\n' 2>/dev/null | sort | cksum
}
`;
}
