/** SLURM's own programs, each asked in a process of its own. */
import { execFile } from 'node:child_process';
import { ConfigurationError, RunError } from '../../../errors.ts';

/** What a program of SLURM said, and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Where and with what environment the programs of SLURM are started. */
export interface Surroundings {
  readonly cwd?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Environments may hold defaults for what is listed and how, beside what is asked for here. */
const DEFAULTS_OF_LISTS = /^(SQUEUE|SACCT|SCANCEL|SCONTROL)_/;

/**
 * Asks a program of SLURM.
 *
 * @returns what it says, whatever its code
 * @throws ConfigurationError where it is not installed
 * @throws RunError where it cannot be started, or a signal ends it
 */
export function ask(program: string, args: readonly string[], surroundings: Surroundings = {}): Promise<Said> {
  const { cwd, environment = process.env } = surroundings;
  const kept = Object.entries(environment).filter(([key]) => !DEFAULTS_OF_LISTS.test(key));
  const env = { ...Object.fromEntries(kept), LC_ALL: 'C', SLURM_TIME_FORMAT: 'standard' };
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env, maxBuffer: LARGEST_ANSWER }, (error, out, err) => {
      const code = error ? (error.code as number | string | null | undefined) : 0;
      if (typeof code === 'number') return resolve({ code, out, err });
      if (code === 'ENOENT')
        return reject(
          new ConfigurationError(
            `${program} was not found: go to a machine that hands jobs to SLURM, or choose the executor local`,
            { cause: error },
          ),
        );
      reject(new RunError(`${program} could not be asked: ${error!.message}`, { cause: error }));
    });
  });
}

/** A thousand tasks take about a kilobyte each at most. */
const LARGEST_ANSWER = 64 * 2 ** 20;

/** The last thing that a program of SLURM complains of, without its name before it. */
export function complaint({ code, err }: Said): string {
  const lines = err.split('\n').map((line) => line.replace(/^\w+: (error|fatal): /, '').trim());
  return lines.filter((line) => line !== '' && !/^Try /.test(line)).at(-1) ?? `it ended with code ${code}`;
}
