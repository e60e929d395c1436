/** Handing jobs to SLURM. */
import { join } from 'node:path';
import { RunError } from '../../../errors.ts';
import { attempt, writeFileAtomic } from '../../../store/atomic.ts';
import { makeFolder } from '../../../store/folder.ts';
import { LOGS } from './batch-script.ts';
import { ask, complaint, type Said } from './tool.ts';

/** A job that SLURM has taken. */
export interface JobId {
  /** Its number; of an array, that of all its tasks. */
  readonly id: string;
  /** The cluster that took it, where there are several; else null. */
  readonly cluster: string | null;
}

export interface Submission {
  /** Where the script and its logs are kept, and the job's own working folder. */
  readonly folder: string;
  /** Name of the script's file in it. */
  readonly file: string;
  /** The batch script. */
  readonly script: string;
  /** The job that has to end before this one begins, whatever comes of it. */
  readonly after?: JobId;
  /** The environment of sbatch, and so of the job; this process's own unless given. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Writes a batch script and hands it to SLURM.
 *
 * @throws ConfigurationError where there is no sbatch; RunError where it refuses; StorageError where the script cannot be written
 */
export async function submit({ folder, file, script, after, environment }: Submission): Promise<JobId> {
  const path = join(folder, file);
  // SLURM makes no folder for the logs: without it the job would fail and say nothing.
  attempt(folder, () => makeFolder(join(folder, LOGS)));
  writeFileAtomic(path, script);
  const dependency = after ? [`--dependency=afterany:${after.id}`, '--kill-on-invalid-dep=yes'] : [];
  const elsewhere = after ? onCluster(after) : [];
  const env = withoutOverrides(environment ?? process.env, script);
  const said = await ask('sbatch', ['--parsable', ...elsewhere, ...dependency, file], {
    cwd: folder,
    environment: env,
  });
  const job = said.code === 0 ? parseJobId(said.out) : null;
  if (!job) throw new RunError(refusal(said, path));
  return job;
}

/** `id` or `id;cluster`, on the last line: what a cluster greets its users with comes before. Null for anything else. */
export function parseJobId(out: string): JobId | null {
  const [, id, cluster] = /^(\d+)(?:;(.+))?$/.exec(out.trimEnd().split('\n').at(-1)!) ?? [];
  return id === undefined ? null : { id, cluster: cluster ?? null };
}

/** For programs of SLURM: which cluster is meant. */
export const onCluster = ({ cluster }: JobId): string[] => (cluster === null ? [] : [`--clusters=${cluster}`]);

function refusal(said: Said, path: string): string {
  const why = said.code === 0 ? `it says ${JSON.stringify(said.out)}, which is no job number` : complaint(said);
  const hint = /array specification/i.test(why)
    ? ': the cluster takes fewer tasks in one array (MaxArraySize); divide the sweep'
    : '';
  return `sbatch refuses ${path}: ${why}${hint}`;
}

/** Variables that sbatch believes more than the script, and the options that they stand for. */
const OVERRIDES: Readonly<Record<string, string>> = {
  SBATCH_ARRAY_INX: 'array',
  SBATCH_GRES: 'gres',
  SBATCH_JOB_NAME: 'job-name',
  SBATCH_MEM_PER_CPU: 'mem',
  SBATCH_MEM_PER_GPU: 'mem',
  SBATCH_MEM_PER_NODE: 'mem',
  SBATCH_NO_REQUEUE: 'requeue',
  SBATCH_OPEN_MODE: 'open-mode',
  SBATCH_OUTPUT: 'output',
  SBATCH_PARTITION: 'partition',
  SBATCH_SIGNAL: 'signal',
  SBATCH_TIMELIMIT: 'time',
};

/** What an environment says is a user's default; what the script says was asked for. */
function withoutOverrides(environment: NodeJS.ProcessEnv, script: string): NodeJS.ProcessEnv {
  const isAsked = (option: string) => new RegExp(`^#SBATCH --${option}(=|$)`, 'm').test(script);
  const kept = Object.entries(environment).filter(([key]) => !(key in OVERRIDES && isAsked(OVERRIDES[key])));
  return Object.fromEntries(kept);
}
