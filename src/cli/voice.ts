/** Progress on standard error: a bar with rate and time left on a terminal, plain lines elsewhere. */
import { setImmediate } from 'node:timers/promises';
import cliProgress from 'cli-progress';
import pc from 'picocolors';
import { duration } from '../duration.ts';
import type { Voice } from '../experiment/index.ts';
import { throwIfInterrupted } from './interrupt.ts';

/** Work that is over sooner shows nothing but its end. */
const QUIET_MS = 2000;
/** A terminal is drawn this often; a log gets a first line as soon, and the next ones that much more rarely. */
const REDRAW_MS = 100;
const LINE_MS = 10_000;
/** So long a new count has no pace yet. */
const SETTLED_MS = 500;

/** A voice that has to be told when nothing more comes. */
export interface ProgressVoice extends Voice {
  /** Ends the last piece of work. */
  end(): void;
  /** Takes the bar of unfinished work off the terminal. */
  stop(): void;
}

/** A voice on a stream. Reports of its work throw once a signal has come. */
export function progressVoice(stream: NodeJS.WriteStream = process.stderr): ProgressVoice {
  let current: Work | undefined;
  const write = (text: string) => stream.write(`${text}\n`);
  const end = () => {
    current?.end();
    current = undefined;
  };
  return {
    begin(title) {
      end();
      const work = new Work(title, stream);
      current = work;
      return (done, total, detail) => work.report(done, total, detail);
    },
    say(text) {
      end();
      write(text);
    },
    warn(text) {
      end();
      write(`${pc.yellow('warning:')} ${text}`);
    },
    end,
    stop() {
      current?.stop();
      current = undefined;
    },
  };
}

class Work {
  private readonly title: string;
  private readonly stream: NodeJS.WriteStream;
  private readonly start = performance.now();
  private shown = performance.now();
  private bar: cliProgress.SingleBar | undefined;
  /**
   * The first report of the present count: a piece of work may count several things one after another. The pace is
   * measured from there on, because a first step often compiles what the others reuse.
   */
  private count = { since: 0, from: Infinity, done: Infinity };
  /** When a log got a line. */
  private lastLine = -Infinity;

  constructor(title: string, stream: NodeJS.WriteStream) {
    this.title = title;
    this.stream = stream;
  }

  async report(done: number, total: number, detail = ''): Promise<void> {
    const now = performance.now();
    if (done < this.count.done) this.count = { since: now, from: done, done };
    else this.count.done = done;
    if (now - this.shown < REDRAW_MS) return;
    this.shown = now;
    if (now - this.start > QUIET_MS) {
      if (this.stream.isTTY) this.draw(done, total, detail);
      else if (now - this.lastLine > LINE_MS) this.line(done, total, detail, now);
    }
    // Computation hardly ever leaves the thread: here signals get their turn.
    await setImmediate();
    throwIfInterrupted();
  }

  stop(): void {
    this.bar?.stop();
  }

  end(): void {
    this.stop();
    this.stream.write(`${this.title} ${pc.dim(`(${duration((performance.now() - this.start) / 1000)})`)}\n`);
  }

  private draw(done: number, total: number, detail: string): void {
    this.bar ??= new cliProgress.SingleBar({
      stream: this.stream,
      format: `${this.title} {bar} {percentage} %  {pace}{detail}`,
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      clearOnComplete: true,
      noTTYOutput: false,
    });
    const pace = this.pace(done, total);
    const payload = { pace: pace && `${pace.rate}  ${pace.left} left  `, detail };
    if (!this.bar.isActive) this.bar.start(total, done, payload);
    this.bar.setTotal(total);
    this.bar.update(done, payload);
  }

  private line(done: number, total: number, detail: string, now: number): void {
    this.lastLine = now;
    const pace = this.pace(done, total);
    const share = ((100 * done) / total).toFixed(0);
    this.stream.write(
      `${this.title}: ${share} % (${done} of ${total})${pace && `, ${pace.rate}, ${pace.left} left`}${detail && `, ${detail}`}\n`,
    );
  }

  /** Empty where nothing is known of it yet. */
  private pace(done: number, total: number): { rate: string; left: string } | '' {
    const elapsed = performance.now() - this.count.since;
    const perSecond = (1000 * (done - this.count.from)) / elapsed;
    // The first moments say nothing about the pace.
    if (elapsed < SETTLED_MS || perSecond === 0) return '';
    const rate = `${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toPrecision(2)}/s`;
    return { rate, left: duration((total - done) / perSecond) };
  }
}
