/**
 * Processes that share Hessian products: each holds a part of the samples and one core. Processes, because the native
 * library cannot be loaded by a second thread, and because ops of small networks are too short for threads of its own.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RunError } from '../errors.ts';
import type { CrewAnswer, CrewOrder, SamplePart } from './crew-member.ts';
import type { Experiment } from './schema.ts';

/** The compiled member, also where this file runs from its source. */
const MEMBER = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/experiment/crew-member.js' : './crew-member.js',
    import.meta.url,
  ),
);

/** All processes but this one, started when they are first asked for something. */
export class Crew {
  /** This process included. */
  readonly size: number;
  private readonly experiment: Experiment;
  private members: Member[] | undefined;

  constructor(experiment: Experiment, size: number) {
    this.experiment = experiment;
    this.size = size;
  }

  /** Gives every other process, numbered from 1, its order. @returns their answers, once they have all been given */
  async order(orderOf: (member: number) => CrewOrder): Promise<Promise<CrewAnswer>[]> {
    this.members ??= Array.from({ length: this.size - 1 }, () => new Member(this.experiment));
    // Orders must have left this process before it begins to compute, which leaves no time for anything else.
    return await Promise.all(this.members.map((member, index) => member.give(orderOf(index + 1)))).then((given) =>
      given.map(({ answer }) => answer),
    );
  }

  dispose(): void {
    for (const member of this.members ?? []) member.dispose();
    this.members = undefined;
  }
}

class Member {
  private readonly process: ChildProcess;
  /** Orders are answered in the order in which they were given. */
  private readonly waiting: { resolve: (answer: CrewAnswer) => void; reject: (error: Error) => void }[] = [];
  private ended: Error | undefined;

  constructor(experiment: Experiment) {
    this.process = fork(MEMBER, [JSON.stringify(experiment)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.process.on('message', (answer: CrewAnswer) => this.waiting.shift()?.resolve(answer));
    this.process.on('error', (error) => this.fail(error.message));
    this.process.on('exit', (code, signal) => this.fail(signal ?? `exit code ${code}`));
  }

  /** @returns the answer to come, wrapped so that giving can be awaited alone */
  async give(order: CrewOrder): Promise<{ answer: Promise<CrewAnswer> }> {
    const answer = new Promise<CrewAnswer>((resolve, reject) => {
      if (this.ended) reject(this.ended);
      else this.waiting.push({ resolve, reject });
    });
    // Whoever awaits it hears of it; until then it is no unhandled rejection.
    answer.catch(() => {});
    if (!this.ended) await new Promise<void>((resolve) => this.process.send(order, () => resolve()));
    return { answer };
  }

  dispose(): void {
    this.process.removeAllListeners();
    this.process.kill();
  }

  private fail(reason: string): void {
    this.ended = new RunError(
      `a process that shares the work ended (${reason}), perhaps for want of memory: run the same command again, or start in another folder (--out) with EPOCHNOISE_THREADS=1 to do without`,
    );
    for (const { reject } of this.waiting.splice(0)) reject(this.ended);
  }
}

/** Contiguous parts of so many samples, one a process, as equal as can be. */
export function partsOf(samples: number, processes: number): SamplePart[] {
  return Array.from({ length: processes }, (_, index) => {
    const first = Math.floor((index * samples) / processes);
    return { first, count: Math.floor(((index + 1) * samples) / processes) - first };
  });
}
