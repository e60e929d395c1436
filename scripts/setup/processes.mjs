// @ts-check
/** Child processes that end with set-up, and what must be removed when it is interrupted. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { remove } from './files.mjs';

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {Set<string>} */
const unfinished = new Set();

/**
 * Names a file or folder that has no worth until it is finished; it is removed when set-up is interrupted.
 *
 * @param {string} target
 */
export function markUnfinished(target) {
  unfinished.add(target);
}

/** @param {string} target */
export function markFinished(target) {
  unfinished.delete(target);
}

/** Removes what is unfinished. */
export function removeUnfinished() {
  for (const target of unfinished) remove(target);
  unfinished.clear();
}

/** On Ctrl-C and the like: end the children, remove what is half done, leave with the usual code. */
export function cleanUpOnSignals() {
  for (const [signal, code] of /** @type {[NodeJS.Signals, number][]} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])) {
    process.once(signal, () => {
      for (const child of children) child.kill('SIGTERM');
      removeUnfinished();
      process.stderr.write('\nset-up: interrupted; run the same command again to go on\n');
      process.exit(code);
    });
  }
}

/**
 * Runs a program without a shell, so that spaces in paths need no care.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {boolean} [options.show] its output goes to standard error as it comes; otherwise it is returned
 * @param {number} [options.limitMs] ended after this long
 * @param {() => void} [options.tick] called twice a second while it runs; throwing ends the program
 * @returns {Promise<{ ok: boolean, output: string }>} output: standard output and error together; never rejects for a
 *   program that is missing or fails
 */
export function run(program, args, { cwd, env = process.env, show = false, limitMs, tick } = {}) {
  return new Promise((resolve) => {
    /** @type {string[]} */
    const chunks = [];
    const child = spawn(program, args, { cwd, env, stdio: show ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    child.stdout?.setEncoding('utf8').on('data', (chunk) => chunks.push(chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk) => chunks.push(chunk));
    /** @param {string} reason */
    const end = (reason) => {
      chunks.push(`\n${reason}\n`);
      child.kill('SIGTERM');
    };
    const limit = limitMs ? setTimeout(() => end(`no end after ${Math.round(limitMs / 1000)} s`), limitMs) : undefined;
    const clock = tick
      ? setInterval(() => {
          try {
            tick();
          } catch (error) {
            end(error instanceof Error ? error.message : String(error));
          }
        }, 500)
      : undefined;
    /** @param {boolean} ok */
    const finish = (ok) => {
      clearTimeout(limit);
      clearInterval(clock);
      children.delete(child);
      resolve({ ok, output: chunks.join('') });
    };
    child.on('error', (error) => {
      chunks.push(error.message);
      finish(false);
    });
    child.on('close', (code, signal) => {
      if (signal) chunks.push(`\nended by ${signal}`);
      finish(code === 0);
    });
  });
}

/**
 * The last lines of an output, for a message.
 *
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 15) {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}

/**
 * @param {string} program
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {boolean} whether a program of this name is on the search path
 */
export function onPath(program, env = process.env) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : [''];
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter(Boolean);
  return folders.some((folder) => endings.some((ending) => isExecutable(path.join(folder, program + ending))));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
