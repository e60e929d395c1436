// @ts-check
/**
 * The ways to a libtensorflow. Each returns a library on disk; which come into question, and in what order, is
 * `routesFor`. A library that had to be unpacked stays in the cache, under the name and checksum of its archive.
 */
import fs from 'node:fs';
import path from 'node:path';
import { cachedLibraries, damagedFile, dropEntry, dropPartial, keepEntry, newPartial, readEntry } from './cache.mjs';
import { fromCuda } from './cuda.mjs';
import { SetupError, messageOf } from './failure.mjs';
import { listFiles, remove, sha256 } from './files.mjs';
import { describeLibrary, folderOfLibraryFile } from './library.mjs';
import { downloadWheel, wheelFor } from './pip.mjs';
import { lastLines, run } from './processes.mjs';
import { begin, say } from './report.mjs';
import { downloadByTfjsNode } from './tfjs-node-download.mjs';
import { unpackWheel } from './wheel.mjs';

/** @typedef {import('./library.mjs').Library} Library */

/**
 * @typedef {object} Search
 * @property {string} cache
 * @property {string} modules the checkout's node_modules
 * @property {string} packageFolder of tfjs-node
 * @property {string} platform e.g. `linux-x64`
 * @property {string} [given] what `EPOCHNOISE_LIBTENSORFLOW` says: `cpu`, `cuda`, or a path
 */

/**
 * @typedef {object} Route
 * @property {'given' | 'cache' | 'wheel' | 'tfjs-node'} id
 * @property {string} name in words
 * @property {boolean} ownBinding it brings a binding that was built elsewhere
 * @property {() => Promise<Library | null>} find null where it has nothing to offer
 */

/**
 * What the user named is the only route: silently taking something else would hide a mistake. `cpu` names the usual ones.
 *
 * @param {Search} search
 * @returns {Route[]} in the order to try
 */
export function routesFor(search) {
  const { given } = search;
  if (given && given !== 'cpu')
    return [
      {
        id: 'given',
        name: `EPOCHNOISE_LIBTENSORFLOW=${given}`,
        ownBinding: false,
        find: () => (given === 'cuda' ? fromCuda(search) : fromPath(given, search)),
      },
    ];
  /** @type {Route[]} */
  const routes = [{ id: 'cache', name: `the cache ${search.cache}`, ownBinding: false, find: () => fromCache(search) }];
  if (wheelFor(search.platform))
    routes.push({ id: 'wheel', name: 'the TensorFlow wheel by pip', ownBinding: false, find: () => fromPip(search) });
  routes.push({
    id: 'tfjs-node',
    name: "tfjs-node's own download",
    ownBinding: true,
    find: () => downloadByTfjsNode(search),
  });
  return routes;
}

/**
 * What the user's path holds: a wheel, an archive of the C library, a folder with the library, or one of its files.
 *
 * @param {string} given
 * @param {Search} search
 * @returns {Promise<Library>}
 * @throws SetupError with exit code 3 where it is missing, damaged or something else
 */
async function fromPath(given, search) {
  const stat = fs.statSync(given, { throwIfNoEntry: false });
  const expected =
    'expected is a TensorFlow wheel (.whl), an archive of the C library (.tar.gz), a folder with libtensorflow_cc.so.2 and include/ (or that file in it), or one of the words cpu and cuda';
  if (!stat) throw new SetupError(`EPOCHNOISE_LIBTENSORFLOW names ${given}, which does not exist; ${expected}`, 3);
  try {
    if (stat.isDirectory()) return describeLibrary(given, given);
    const folder = folderOfLibraryFile(given);
    if (folder) return describeLibrary(folder, given);
    if (given.endsWith('.whl') || /\.(tar\.gz|tgz)$/.test(given)) return await fromArchive(given, given, search);
  } catch (error) {
    throw new SetupError(`EPOCHNOISE_LIBTENSORFLOW cannot be used: ${messageOf(error)}`, 3);
  }
  throw new SetupError(`EPOCHNOISE_LIBTENSORFLOW names ${given}, which is of no known kind; ${expected}`, 3);
}

/**
 * @param {Search} search
 * @returns {Promise<Library | null>} the newest copy whose files still have the checksums they were kept with
 */
async function fromCache({ cache, platform }) {
  for (const entry of cachedLibraries(cache, platform)) {
    const finish = begin(`libtensorflow: checking the copy in ${cache}`);
    const damaged = await damagedFile(entry);
    if (damaged === null) {
      finish('its checksums are right');
      return describeLibrary(entry.folder, entry.origin);
    }
    finish(`${damaged} is missing or was changed, so this copy is removed`);
    dropEntry(entry);
  }
  return null;
}

/**
 * @param {Search} search
 * @returns {Promise<Library>}
 */
async function fromPip(search) {
  const source = wheelFor(search.platform);
  if (!source) throw new Error(`there is no wheel for ${search.platform}`);
  const folder = newPartial(search.cache);
  try {
    const wheel = await downloadWheel(source, folder);
    return await fromArchive(wheel, source.requirement, search);
  } finally {
    dropPartial(folder);
  }
}

/**
 * @param {string} archive
 * @param {string} origin in words
 * @param {Search} search
 * @returns {Promise<Library>} the unpacked copy in the cache
 */
async function fromArchive(archive, origin, { cache, platform }) {
  const tag = (await sha256(archive)).slice(0, 12);
  const stem = path.basename(archive).replace(/\.(whl|tar\.gz|tgz)$/, '');
  const folder = path.join(cache, 'libtensorflow', `${stem}-${tag}`);
  const kept = readEntry(folder);
  if (kept && (await damagedFile(kept)) === null) return describeLibrary(folder, origin);
  remove(folder);

  const finish = begin(`libtensorflow: unpacking ${path.basename(archive)} into ${cache}`);
  const partial = newPartial(cache);
  try {
    const checksums = archive.endsWith('.whl')
      ? await unpackWheel(archive, partial)
      : await unpackTar(archive, partial);
    describeLibrary(partial, origin);
    keepEntry(partial, folder, { origin, platform, checksums });
  } catch (error) {
    dropPartial(partial);
    throw error;
  }
  finish();
  return describeLibrary(folder, origin);
}

/**
 * @param {string} archive
 * @param {string} target
 * @returns {Promise<Record<string, string>>} hexadecimal SHA-256 by path
 */
async function unpackTar(archive, target) {
  const { ok, output } = await run('tar', ['-xzf', archive, '-C', target]);
  if (!ok) throw new Error(`${archive} could not be unpacked: ${lastLines(output, 1)}`);
  return checksumsBelow(target);
}

/**
 * @param {string} folder
 * @returns {Promise<Record<string, string>>} hexadecimal SHA-256 by path
 */
export async function checksumsBelow(folder) {
  /** @type {Record<string, string>} */
  const checksums = {};
  for (const name of listFiles(folder)) checksums[name] = await sha256(path.join(folder, name));
  return checksums;
}

/** @param {Route} route @param {unknown} error @param {Route | undefined} next */
export function sayFailure(route, error, next) {
  say(`libtensorflow: ${route.name} failed: ${error instanceof Error ? error.message.trim() : String(error)}`);
  if (next) say(`libtensorflow: next, ${next.name}`);
}
