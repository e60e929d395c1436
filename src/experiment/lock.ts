/**
 * One process at a time in a run directory. Whoever wants to work there puts up a claim, an empty file of a name that no
 * other process can have, and only then looks for those of others: of two that come at once, at least one sees the other.
 * A dead process's claim may be taken down by anyone, because no living one bears its name.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { basename, dirname, join } from 'node:path';
import { RunError } from '../errors.ts';
import { attempt } from '../store/atomic.ts';
import { makeFolder } from '../store/folder.ts';

/** Who puts up a claim. */
interface Claimant {
  readonly pid: number;
  /** When it was started, in the system's own count; 0 where that is not told. Numbers of processes are used again. */
  readonly started: number;
  readonly host: string;
  /** Number of the SLURM job that it belongs to, if to any: tasks of an array have one each, and keep it when they are queued again. */
  readonly job?: string;
}

/** Looks at the claims of others before theirs count; whoever came at the same moment has stepped back by then. */
const ATTEMPTS = 10;
/** Longest pause between two looks, in milliseconds; as random as can be, so that not all come again at once. */
const PAUSE_MS = 40;

/** Directories that this very process works in: its own claim would not stop it. */
const claimedHere = new Set<string>();

/**
 * Takes the lock of a run directory. The claim lies beside the directory, which may be renamed meanwhile.
 *
 * @param directory absolute
 * @returns releases it
 * @throws RunError where another living process has it; StorageError where the folder cannot be written
 */
export function lockRunDirectory(directory: string): () => void {
  const folder = dirname(directory);
  const job = process.env.SLURM_JOB_ID;
  const me: Claimant = { pid: process.pid, started: startOf(process.pid) ?? 0, host: os.hostname(), job };
  const own = claimOf(directory, me);
  const path = join(folder, own);
  if (claimedHere.has(path)) throw refusal(directory, own);
  attempt(folder, () => makeFolder(folder));
  for (let tried = 1; ; tried++) {
    attempt(folder, () => closeSync(openSync(path, 'w')));
    const rival = livingClaims(directory).find((name) => name !== own);
    if (rival === undefined) break;
    rmSync(path, { force: true });
    if (tried === ATTEMPTS) throw refusal(directory, rival);
    pause(Math.random() * PAUSE_MS);
  }
  claimedHere.add(path);
  const release = () => {
    if (claimedHere.delete(path)) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return () => {
    process.removeListener('exit', release);
    release();
  };
}

const claimOf = (directory: string, { pid, started, host, job }: Claimant): string =>
  `.${basename(directory)}.lock.${pid}.${started}${job ? `.job${job}` : ''}@${host}`;

/** Claims of a directory whose processes live, or cannot be asked; those of dead ones are taken down. */
const livingClaims = (directory: string): string[] =>
  claimsOn(directory).flatMap(({ name, path, claimant }) => {
    if (isAlive(claimant)) return [name];
    rmSync(path, { force: true });
    return [];
  });

/** Jobs of SLURM that have a claim on a directory. */
export const jobsThatClaim = (directory: string): string[] =>
  claimsOn(directory).flatMap(({ claimant }) => claimant.job ?? []);

/** Takes down what a job of SLURM left behind that has ended, as SLURM itself says. */
export function dropClaimsOf(directory: string, job: string): void {
  for (const { path, claimant } of claimsOn(directory)) if (claimant.job === job) rmSync(path, { force: true });
}

/** All claims on a directory, whoever's; none where not even the folder that it lies in is there. */
function claimsOn(directory: string): { readonly name: string; readonly path: string; readonly claimant: Claimant }[] {
  const folder = dirname(directory);
  const begin = `.${basename(directory)}.lock.`;
  const names = attempt(folder, () => (existsSync(folder) ? readdirSync(folder) : []));
  return names.flatMap((name) => {
    const claimant = name.startsWith(begin) ? claimantOf(name.slice(begin.length)) : null;
    return claimant ? [{ name, path: join(folder, name), claimant }] : [];
  });
}

function claimantOf(text: string): Claimant | null {
  const [, pid, started, job, host] = /^(\d+)\.(\d+)(?:\.job(\w+))?@(.+)$/.exec(text) ?? [];
  return host === undefined ? null : { pid: Number(pid), started: Number(started), host, job };
}

function refusal(directory: string, claim: string): RunError {
  const { pid, host } = claimantOf(claim.slice(`.${basename(directory)}.lock.`.length))!;
  return new RunError(
    `another process works in ${directory} (process ${pid} on ${host}): wait for it, or choose another folder with --out; if there is none any more, delete ${join(dirname(directory), claim)}`,
  );
}

/**
 * A process of another machine that shares the folder cannot be asked: it counts as alive. But SLURM starts a job again only
 * when it has ended where it ran before: a claim of this very job from elsewhere is what a node left behind that failed.
 */
function isAlive({ pid, started, host, job }: Claimant): boolean {
  if (host !== os.hostname()) return job === undefined || job !== process.env.SLURM_JOB_ID;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return now === null || started === 0 || now === started;
}

/** When a process was started, in clock ticks since the machine was; null where the system does not tell; -1 for one that has ended and was only not taken note of. */
function startOf(pid: number): number | null {
  try {
    // The second field, the program's name in brackets, may hold spaces and brackets of its own.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? -1 : Number(fields[19]);
  } catch {
    return null;
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
