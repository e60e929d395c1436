// @ts-check
/**
 * A contestant: a process that has its work ready and does it on demand. It prints one line of JSON once it is ready
 * (`{"version": …}`); for a line with a number it does the work so many times and prints `{"seconds": …}`; for a line
 * with a path it writes its result there as safetensors and prints `{}`. Where its input ends it tidies up and ends too.
 */
import readline from 'node:readline';
import { RunError } from '../dist/errors.js';
import { Process } from './processes.mjs';

/** So long a contestant may take to end by itself. */
const MILLISECONDS_TO_END = 10_000;

export class Contestant extends Process {
  /**
   * @param {string} name
   * @param {string} program
   * @param {string[]} args
   * @param {string} folder where its temporary files go
   */
  constructor(name, program, args, folder) {
    super(program, args, { folder });
    this.name = name;
    const output = /** @type {import('node:stream').Readable} */ (this.child.stdout);
    this.lines = readline.createInterface({ input: output })[Symbol.asyncIterator]();
  }

  /** @returns {Promise<any>} the next line of JSON: first its greeting @throws RunError, its last words, where it has ended instead */
  async answer() {
    const end = this.ended.then(() => ({ value: '', done: true }));
    for (;;) {
      const { value, done } = await Promise.race([this.lines.next(), end]);
      if (done) {
        await this.ended;
        throw new RunError(this.lastWords());
      }
      if (value.startsWith('{')) return JSON.parse(value);
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
