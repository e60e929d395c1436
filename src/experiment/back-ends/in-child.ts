/** A back end tried in a process of its own: a driver that crashes, or hangs, ends that and nothing else. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { duration } from '../../duration.ts';
import { type BackendFinding, notWorking, type Trial } from './try.ts';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
/** The data of an experiment may have to be read. */
const LIMIT_MS = 180_000;

/** How a back end is tried otherwise than usual. */
export interface Circumstances {
  readonly limitMs?: number;
  /** Variables of the environment, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Tries a back end. Never throws: what goes wrong is found. What libraries print is not shown. */
export function tryInChild(
  trial: Trial,
  { limitMs = LIMIT_MS, environment = {} }: Circumstances = {},
): Promise<BackendFinding> {
  return new Promise((resolve) => {
    const child = fork(CHILD, { silent: true, env: { ...process.env, ...environment } });
    let printed = '';
    const timer = setTimeout(() => end(`it gave no answer within ${duration(limitMs / 1000)}`), limitMs);
    const finish = (finding: BackendFinding) => {
      clearTimeout(timer);
      resolve(finding);
      // A device that is open would keep it alive.
      child.kill('SIGKILL');
    };
    const end = (why: string) => finish(notWorking(trial.name, why));
    child.stdout!.resume();
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-LONGEST)));
    child.on('message', (finding) => finish(finding as BackendFinding));
    child.on('error', (error) => end(`no process could be started for it: ${error.message}`));
    // After everything that it has printed and told.
    child.on('close', (code, signal) =>
      end(`the process that tried it ended with ${signal ?? `code ${code}`}${lastLine(printed)}`),
    );
    child.send(trial);
  });
}

const LONGEST = 2000;

const lastLine = (printed: string): string => {
  const line = printed.trim().split('\n').at(-1);
  return line ? `: ${line.trim()}` : '';
};
