// @ts-check
/**
 * A contestant: a process that has its work ready and does it on demand. It prints one line of JSON once it is ready
 * (`{"version": …}`); for a line with a number it does the work so many times and prints `{"seconds": …}`; for a line
 * with a path it writes its result there as safetensors and prints `{}`.
 */
import { spawn } from 'node:child_process';
import readline from 'node:readline';

export class Contestant {
  /**
   * @param {string} name
   * @param {string} program
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [env]
   */
  constructor(name, program, args, env = process.env) {
    this.name = name;
    this.process = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.errors = '';
    this.process.stderr.on('data', (text) => (this.errors = (this.errors + text).slice(-2000)));
    this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** @returns {Promise<any>} the next line of JSON; null where the process has ended */
  async answer() {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) return null;
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }

  /** @param {string | number} line @throws Error where the process has ended instead of answering */
  async ask(line) {
    this.process.stdin.write(`${line}\n`);
    const answer = await this.answer();
    if (answer === null) throw new Error(`${this.name} failed: ${this.lastWords()}`);
    return answer;
  }

  /** The last line on standard error: why it failed. */
  lastWords() {
    return this.errors.trim().split('\n').pop() || 'it ended without a word';
  }

  end() {
    this.process.stdin.end();
    this.process.kill();
  }
}
