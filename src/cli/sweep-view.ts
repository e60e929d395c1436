/** A sweep on standard error: on a terminal a bar for every point that runs and one for all, elsewhere a line when one begins or ends. */
import { setImmediate } from 'node:timers/promises';
import cliProgress from 'cli-progress';
import pc from 'picocolors';
import { duration } from '../duration.ts';
import type { SweepView } from '../experiment/sweep/index.ts';
import { throwIfInterrupted } from './interrupt.ts';

/** A view that has to be told when nothing more comes. */
export interface ShownSweep extends SweepView {
  /** Takes the bars off the terminal. */
  stop(): void;
}

/**
 * @param names what each task is called
 * @param weights what each task is expected to take, in any unit; 0 for those that are done
 */
export function showSweep(
  names: readonly string[],
  weights: readonly number[],
  stream: NodeJS.WriteStream = process.stderr,
): ShownSweep {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const begun = performance.now();
  let done = 0;
  let ended = 0;
  const width = Math.max(...names.map((name) => name.length));
  const bars = stream.isTTY
    ? new cliProgress.MultiBar({
        stream,
        format: '{name} {bar} {percentage} %  {doing}',
        barsize: 24,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        clearOnComplete: true,
        emptyOnZero: true,
      })
    : null;
  const whole = bars?.create(all, 0, { name: 'all'.padEnd(width), doing: '' });
  const own = new Map<number, cliProgress.SingleBar>();
  const total = weights.filter((weight) => weight > 0).length;

  const timeLeft = () => {
    if (done === 0) return '';
    const seconds = (performance.now() - begun) / 1000;
    return `about ${duration((seconds * (all - done)) / done)} left`;
  };
  const write = (text: string) => {
    if (bars) bars.log(`${text}\n`);
    else stream.write(`${text}\n`);
  };

  return {
    started(task) {
      if (bars) own.set(task, bars.create(1, 0, { name: names[task].padEnd(width), doing: 'starting' }));
      else write(`${names[task]}: started`);
    },
    progress(task, { title, done: count, total: of }) {
      const bar = own.get(task);
      bar?.setTotal(Math.max(1, of));
      bar?.update(count, { doing: title });
    },
    ended(task, seconds, failure, willRetry) {
      const bar = own.get(task);
      if (bar) bars!.remove(bar);
      own.delete(task);
      if (!willRetry) {
        done += weights[task];
        ended += 1;
      }
      whole?.update(done, { doing: timeLeft() });
      const counted = `${ended} of ${total}`;
      const rest = ended < total ? timeLeft() : '';
      if (failure)
        write(`${names[task]}: ${pc.red('failed')}${willRetry ? ', to be tried once more' : ''}: ${failure.reason}`);
      else write(`${names[task]}: done ${pc.dim(`(${duration(seconds)}; ${counted}${rest && `, ${rest}`})`)}`);
    },
    async tick() {
      await setImmediate();
      throwIfInterrupted();
    },
    stop() {
      bars?.stop();
    },
  };
}
