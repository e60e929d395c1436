// @ts-check
/**
 * A contestant: a process that has its work ready and does it on demand. It prints one line of JSON once it is ready
 * (`{"version": …}`); for a line with a number it does the work so many times and prints `{"seconds": …}`; for a line
 * with a path it writes its result there as safetensors and prints `{}`. Where its input ends it tidies up and ends too.
 */
import readline from 'node:readline';
import { RunError } from '../dist/errors.js';
import { Process } from './processes.mjs';

/**
 * @typedef {object} Conditions
 * @property {Record<string, string>} [env] beside the environment that all have
 * @property {number} [seconds] how long an answer may take; for ever unless said otherwise
 */

/** So long a contestant may take to end by itself. */
const MILLISECONDS_TO_END = 10_000;

export class Contestant extends Process {
  /**
   * @param {string} name
   * @param {string} program
   * @param {string[]} args
   * @param {string} folder where its temporary files go
   * @param {Conditions} [conditions]
   */
  constructor(name, program, args, folder, { env, seconds } = {}) {
    super(program, args, { folder, env });
    this.name = name;
    this.seconds = seconds;
    const output = /** @type {import('node:stream').Readable} */ (this.child.stdout);
    this.lines = readline.createInterface({ input: output })[Symbol.asyncIterator]();
  }

  /**
   * @returns {Promise<any>} the next line of JSON: first its greeting
   * @throws RunError, its last words, where it has ended instead, or was ended because it took too long
   */
  async answer() {
    const { seconds } = this;
    let isLate = false;
    const late =
      seconds &&
      setTimeout(() => {
        isLate = true;
        this.kill();
      }, 1000 * seconds);
    const end = this.ended.then(() => ({ value: '', done: true }));
    try {
      for (;;) {
        const { value, done } = await Promise.race([this.lines.next(), end]);
        if (done) {
          await this.ended;
          throw new RunError(isLate ? `no answer within ${seconds} s` : this.lastWords());
        }
        if (value.startsWith('{')) return JSON.parse(value);
      }
    } finally {
      clearTimeout(late);
    }
  }

  /** @param {string | number} line @returns {Promise<any>} @throws RunError as {@link answer} does */
  ask(line) {
    this.child.stdin?.write(`${line}\n`);
    return this.answer();
  }

  /** Lets it end, and makes it where it does not. */
  async end() {
    this.child.stdin?.end();
    const late = setTimeout(() => this.kill(), MILLISECONDS_TO_END);
    await this.ended;
    clearTimeout(late);
  }
}
