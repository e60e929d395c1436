// @ts-check
/**
 * The user's cache folder: unpacked copies of libtensorflow and built bindings, shared by every checkout. An entry is
 * made beside and renamed, so it is whole or absent, also when two set-ups work at the same time.
 *
 *   <cache>/libtensorflow/<name>/{lib,include,complete.json}
 *   <cache>/cuda/<release>/{tensorflow,nvidia/<part>}/{…,complete.json}
 *   <cache>/bindings/<key>/{tfjs_binding.node,complete.json}
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readJson, remove, sha256, writeJson } from './files.mjs';
import { isAlive } from './lock.mjs';
import { markFinished, markUnfinished } from './processes.mjs';

const COMPLETE = 'complete.json';
const PARTIAL = '.partial-';
const ABANDONED_MS = 24 * 3600 * 1000;

/**
 * @typedef {object} EntryInfo  what complete.json says
 * @property {string} origin where it came from, in words
 * @property {string} platform e.g. `linux-x64`
 * @property {Record<string, string>} checksums hexadecimal SHA-256 by path below the entry
 */
/** @typedef {EntryInfo & { folder: string, madeMs: number }} Entry */

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @param {string} home
 * @returns {string} the folder this program may fill with what can be had again
 */
export function cacheFolder(env, platform, home) {
  const join = platform === 'win32' ? path.win32.join : path.posix.join;
  if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'epochnoise');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'epochnoise');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'epochnoise', 'Cache');
  return join(home, '.cache', 'epochnoise');
}

/**
 * Makes the cache folder, or one inside the checkout where the home folder cannot be written.
 *
 * @param {string} preferred
 * @param {string} fallback
 * @returns {string} the folder that can be written
 */
export function openCache(preferred, fallback) {
  for (const folder of [preferred, fallback]) {
    try {
      fs.mkdirSync(folder, { recursive: true });
      fs.accessSync(folder, fs.constants.W_OK);
      removeAbandoned(folder);
      return folder;
    } catch (error) {
      if (folder === fallback) throw error;
    }
  }
  return fallback;
}

/**
 * Removes what a set-up that was killed left behind. The name carries machine and process, because a home folder may
 * be shared by machines that do not see each other's processes.
 *
 * @param {string} cache
 */
function removeAbandoned(cache) {
  for (const name of fs.readdirSync(cache)) {
    if (!name.startsWith(PARTIAL)) continue;
    const [pid, host] = name.slice(PARTIAL.length).split('@');
    const folder = path.join(cache, name);
    const age = Date.now() - (fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const sameMachine = host?.startsWith(`${os.hostname()}-`);
    if (sameMachine ? !isAlive(Number(pid)) : age > ABANDONED_MS) remove(folder);
  }
}

/**
 * @param {string} cache
 * @returns {string} a new empty folder on the cache's disk, for what is not finished
 */
export function newPartial(cache) {
  const folder = fs.mkdtempSync(path.join(cache, `${PARTIAL}${process.pid}@${os.hostname()}-`));
  markUnfinished(folder);
  return folder;
}

/** @param {string} partial */
export function dropPartial(partial) {
  remove(partial);
  markFinished(partial);
}

/**
 * Turns a finished partial folder into an entry. Where another set-up was faster, its entry is used; what lies in the
 * place without being an entry is removed.
 *
 * @param {string} partial
 * @param {string} folder of the entry
 * @param {EntryInfo} info
 * @returns {Entry}
 */
export function keepEntry(partial, folder, info) {
  writeJson(path.join(partial, COMPLETE), { schema: 1, ...info });
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  try {
    fs.renameSync(partial, folder);
    markFinished(partial);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
    if (readEntry(folder)) dropPartial(partial);
    else {
      remove(folder);
      fs.renameSync(partial, folder);
      markFinished(partial);
    }
  }
  return /** @type {Entry} */ (readEntry(folder));
}

/**
 * @param {string} folder
 * @returns {Entry | null} null where it is absent or not complete
 */
export function readEntry(folder) {
  const info = readJson(path.join(folder, COMPLETE));
  if (info?.schema !== 1) return null;
  const madeMs = fs.statSync(path.join(folder, COMPLETE)).mtimeMs;
  return { ...info, folder, madeMs };
}

/**
 * The copies of libtensorflow for one platform, newest first.
 *
 * @param {string} cache
 * @param {string} platform e.g. `linux-x64`
 * @returns {Entry[]}
 */
export function cachedLibraries(cache, platform) {
  const folder = path.join(cache, 'libtensorflow');
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map((name) => readEntry(path.join(folder, name)))
    .filter((entry) => entry !== null && entry.platform === platform)
    .map((entry) => /** @type {Entry} */ (entry))
    .sort((a, b) => b.madeMs - a.madeMs);
}

/**
 * Hashes every file of an entry again.
 *
 * @param {Entry} entry
 * @returns {Promise<string | null>} the first file that is missing or differs, or null
 */
export async function damagedFile(entry) {
  const names = Object.keys(entry.checksums);
  const wrong = await Promise.all(
    names.map(async (name) => {
      const file = path.join(entry.folder, name);
      if (!fs.existsSync(file)) return name;
      return (await sha256(file)) === entry.checksums[name] ? null : name;
    }),
  );
  return wrong.find((name) => name !== null) ?? null;
}

/** @param {Entry} entry */
export function dropEntry(entry) {
  remove(entry.folder);
}
