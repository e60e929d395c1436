// @ts-check
/** The processes of a benchmark: none outlives it. */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { RunError } from '../dist/errors.js';

/** Kept of what a process says on standard error. */
const CHARACTERS = 10_000;
/** After its exit a process's output may be held open by what it started, but not for longer than this. */
const MILLISECONDS_TO_CLOSE = 1000;

/** @type {Set<Process>} */
const running = new Set();

export class Process {
  /**
   * In a group of its own: an interrupt from the keyboard reaches the benchmark alone, which then ends the whole group.
   *
   * @param {string} program
   * @param {string[]} args
   * @param {{ folder?: string, env?: Record<string, string>, stdio?: import('node:child_process').StdioOptions }} [options]
   * where its temporary files go, those of its libraries too; what its environment has beside this process's own
   */
  constructor(program, args, { folder, env, stdio = ['pipe', 'pipe', 'pipe'] } = {}) {
    const whole = { ...process.env, ...(folder && { TMPDIR: folder }), ...env };
    this.child = spawn(program, args, { env: whole, stdio, detached: true });
    this.errors = '';
    this.child.stderr?.on('data', (text) => (this.errors = (this.errors + text).slice(-CHARACTERS)));
    // What is written to a process that has ended is lost; that it has ended is said elsewhere.
    this.child.stdin?.on('error', () => {});
    /** @type {Promise<number | null>} its exit code; null where it was ended, or never began */
    this.ended = new Promise((resolve) => {
      this.child.on('error', ({ message }) => {
        this.errors += message;
        resolve(null);
      });
      this.child.on('exit', (code) => wait(MILLISECONDS_TO_CLOSE).then(() => resolve(code)));
      this.child.on('close', resolve);
    });
    running.add(this);
    void this.ended.then(() => running.delete(this));
  }

  /** Why it failed. */
  lastWords() {
    return lastWords(this.errors);
  }

  /** Ends it at once, and all that it started. */
  kill() {
    try {
      process.kill(-Number(this.child.pid), 'SIGKILL');
    } catch {
      // It has ended already, or never began.
    }
  }
}

/** Ends all processes that are left. */
export function killAll() {
  for (const one of running) one.kill();
}

/**
 * @param {string} what who is said to have failed
 * @param {string} program
 * @param {string[]} args
 * @param {string} [folder] where its temporary files go
 * @returns {Promise<string>} its standard output
 * @throws RunError with its last words, unless it succeeds
 */
export async function outputOf(what, program, args, folder) {
  const one = new Process(program, args, { folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  one.child.stdout?.on('data', (text) => (output += text));
  if ((await one.ended) !== 0) throw new RunError(`${what} failed: ${one.lastWords()}`);
  return output;
}

/** The error on top of the last stack trace of Node or below that of Python, else the last line. @param {string} text */
export function lastWords(text) {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const isError = (/** @type {string} */ line) => /^[\w.]*(Error|Exception)\b[^:]*:/.test(line);
  return lines.findLast(isError) ?? lines.at(-1) ?? 'it ended without a word';
}
