// @ts-check
/** One set-up at a time in one folder: two would take each other's node_modules away. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readJson, remove } from './files.mjs';
import { markFinished, markUnfinished } from './processes.mjs';
import { say } from './report.mjs';

/**
 * The lock lies in the temporary folder, not in the checkout: `npm ci` empties node_modules, and git should not see it.
 *
 * @param {string} root the checkout
 */
export function lockFile(root) {
  const name = createHash('sha256').update(path.resolve(root)).digest('hex').slice(0, 16);
  return path.join(os.tmpdir(), `epochnoise-setup-${process.getuid?.() ?? 'user'}-${name}.lock`);
}

/**
 * Waits until no other living process holds the lock, then takes it.
 *
 * @param {string} file
 * @returns {Promise<() => void>} releases it
 */
export async function takeLock(file) {
  for (let said = false; ;) {
    if (tryLock(file)) break;
    const holder = readJson(file)?.pid;
    // An unreadable lock is one that is being written at this moment, unless it stays so.
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (holder ? !isAlive(holder) : age > 10_000) {
      removeStale(file, holder);
      continue;
    }
    if (!said && holder) {
      say(`another set-up works in this folder (process ${holder}); waiting for it`);
      said = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  markUnfinished(file);
  return () => {
    remove(file);
    markFinished(file);
  };
}

/**
 * Renames before it removes: of two that wait, the slower one may find the faster one's fresh lock in place of the
 * stale one, and gives it back.
 *
 * @param {string} file
 * @param {number | undefined} holder the process that was found dead
 */
function removeStale(file, holder) {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  if (readJson(aside)?.pid !== holder && !fs.existsSync(file)) fs.renameSync(aside, file);
  else remove(aside);
}

/** @param {string} file */
function tryLock(file) {
  try {
    fs.writeFileSync(file, JSON.stringify({ pid: process.pid }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {number} pid
 * @returns {boolean} whether such a process runs on this machine
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
