/**
 * A sweep on this machine: as many processes as there is room for, one task each. A task that fails is tried once more, and
 * leaves the others whole.
 */
import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { dirname } from 'node:path';
import { attempt } from '../../store/atomic.ts';
import { makeFolder } from '../../store/folder.ts';
import { type Failure, isDone, logOf, noteFailure, readFailure } from './folder.ts';
import type { Sweep } from './load.ts';
import type { Task } from './sharing.ts';

/** What a process that runs a task tells of it. */
export interface TaskProgress {
  readonly title: string;
  readonly done: number;
  readonly total: number;
}

/** Where the sweep as a whole is shown. */
export interface SweepView {
  started(task: number): void;
  progress(task: number, progress: TaskProgress): void;
  /** @param failure null where it is done */
  ended(task: number, seconds: number, failure: Failure | null, willRetry: boolean): void;
  /** Throws where the sweep is to end. */
  tick(): Promise<void>;
}

/** How a sweep is to run here. */
export interface LocalOptions {
  readonly processes: number;
  /** Of each process. */
  readonly threads: number;
  /** Program and arguments that run one task; its index follows. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly view: SweepView;
}

const TICK_MS = 200;
/** Tries of a task in one call. */
const TRIES = 2;
const WRONG_CONFIGURATION = 2;
const INTERRUPTED = 130;

/**
 * Runs what is not done yet, and returns when nothing is left that could be run.
 *
 * @throws what `view.tick` throws, after all processes have ended
 */
export async function runLocally(
  folder: string,
  sweep: Sweep,
  tasks: readonly Task[],
  { processes, threads, command, view }: LocalOptions,
): Promise<void> {
  const over = new Set<number>();
  const tries = new Map<number, number>();
  const running = new Map<number, ReturnType<typeof start>>();
  /** Whether the sweep is to end before it is through: what its processes say then is no result. */
  let isEnding = false;
  tasks.forEach(({ point, until }, index) => {
    if (isDone(folder, sweep.points[point], until)) over.add(index);
  });
  const isReady = ({ after }: Task, index: number) =>
    !over.has(index) && !running.has(index) && (after === null || over.has(after));

  function start(index: number) {
    const point = sweep.points[tasks[index].point];
    const log = logOf(folder, point);
    attempt(log, () => makeFolder(dirname(log)));
    const output = attempt(log, () => openSync(log, 'a'));
    const attempts = readFailure(folder, point)?.attempts ?? 0;
    const [program, ...args] = command;
    const begun = performance.now();
    const child = fork(program, [...args, String(index)], {
      stdio: ['ignore', output, output, 'ipc'],
      env: { ...process.env, EPOCHNOISE_THREADS: String(threads) },
      // Ctrl-C is for this process, which tells the others once: a second signal would end them at once.
      detached: true,
    });
    closeSync(output);
    child.on('message', (progress) => view.progress(index, progress as TaskProgress));
    const ended = new Promise<Failure | null>((resolve) => {
      child.on('error', (error) => resolve(failed(`no process could be started: ${error.message}`, null)));
      child.on('exit', (code, signal) => resolve(verdictOn(code, signal)));
    });
    function verdictOn(code: number | null, signal: NodeJS.Signals | null): Failure | null {
      if (isEnding) return null;
      if (code === 0)
        return isDone(folder, sweep.points[tasks[index].point], tasks[index].until)
          ? null
          : failed('its process ended without having done it', code);
      const told = readFailure(folder, point);
      // One that ended before it began its work tells nothing: what is written is of an earlier try.
      if (signal === null && told && told.attempts > attempts && code !== INTERRUPTED) return told;
      if (code === INTERRUPTED) return failed('its process was asked to end, not by this sweep', code);
      const why = signal === 'SIGKILL' ? ', perhaps for lack of memory' : '';
      return failed(signal ? `its process was ended by ${signal}${why}` : `its process ended with code ${code}`, code);
    }
    /** A failure of which the process itself could not tell. */
    function failed(reason: string, exitCode: number | null): Failure {
      const failure = { reason, exitCode, attempts: attempts + 1 };
      noteFailure(folder, point, failure);
      return failure;
    }
    view.started(index);
    void ended.then((failure) => {
      running.delete(index);
      if (isEnding) return;
      const tried = (tries.get(index) ?? 0) + 1;
      tries.set(index, tried);
      const willRetry = failure !== null && failure.exitCode !== WRONG_CONFIGURATION && tried < TRIES;
      if (!willRetry) over.add(index);
      view.ended(index, (performance.now() - begun) / 1000, failure, willRetry);
    });
    return { child, ended };
  }

  try {
    while (over.size < tasks.length) {
      for (const [index, task] of tasks.entries())
        if (running.size < processes && isReady(task, index)) running.set(index, start(index));
      await Promise.race([...[...running.values()].map(({ ended }) => ended), setTimeout(TICK_MS)]);
      await view.tick();
    }
  } finally {
    isEnding = true;
    const left = [...running.values()];
    for (const { child } of left) child.kill('SIGTERM');
    await Promise.all(left.map(({ ended }) => ended));
  }
}
