/** Estimates a sweep in a process of its own: this one goes on small. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ConfigurationError, DataError, RunError } from '../../errors.ts';
import type { Report } from '../../progress.ts';
import type { Estimate, EstimateQuestion } from './estimate.ts';

/** What the process tells: estimates, or a user's mistake. */
export type EstimateAnswer =
  { readonly estimates: readonly Estimate[] } | { readonly reason: string; readonly exitCode: number };

const CHILD = fileURLToPath(new URL('./estimate-child.js', import.meta.url));
const ERRORS = { 2: ConfigurationError, 3: DataError } as const;

/** So often it is asked whether the work is to end. */
const TICK_MS = 200;

/**
 * @param report what it throws ends the work
 * @throws the error of `estimatePoints`; RunError where the process itself ended
 */
export function estimateInChild(question: EstimateQuestion, report: Report): Promise<readonly Estimate[]> {
  return new Promise((resolve, reject) => {
    // Ctrl-C is for this process, which ends the other.
    const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true });
    const end = (work: () => void) => {
      clearInterval(ticking);
      child.removeAllListeners();
      // A device that is open would keep it alive.
      child.kill('SIGKILL');
      work();
    };
    const ticking = setInterval(() => {
      report(0, 1).catch((error: Error) => end(() => reject(error)));
    }, TICK_MS);
    child.on('message', (message) => {
      const answer = message as EstimateAnswer;
      if ('estimates' in answer) return end(() => resolve(answer.estimates));
      const { reason, exitCode } = answer;
      const Kind = ERRORS[exitCode as keyof typeof ERRORS] ?? RunError;
      end(() => reject(new Kind(reason)));
    });
    child.on('error', (error) => end(() => reject(new RunError(`no process could be started: ${error.message}`))));
    child.on('close', (code, signal) =>
      end(() =>
        reject(new RunError(`the process that was to estimate the sweep ended with ${signal ?? `code ${code}`}`)),
      ),
    );
    child.send(question);
  });
}
