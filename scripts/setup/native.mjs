// @ts-check
/** Step 2: libtensorflow and tfjs-node's binding to it, from the first route that leads to a pair that loads. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { adviceFor, CHECKOUT } from './advice.mjs';
import { bindingFile, loadBinding, missingBuildTools, prepareBinding } from './binding.mjs';
import { cacheFolder, cachedLibraries, openCache } from './cache.mjs';
import { BuildError, NO_BINDING, SetupError, messageOf } from './failure.mjs';
import { stampHolds, stampOf } from './files.mjs';
import { describeLibrary, placeLibrary } from './library.mjs';
import { NO_PIP } from './pip.mjs';
import { onPath } from './processes.mjs';
import { begin, say } from './report.mjs';
import { routesFor, sayFailure } from './routes.mjs';

/** A failed search is repeated after this long, or at once when something on the machine has changed. */
const RETRY_MS = 3600 * 1000;

/**
 * @typedef {object} NativeRecord  the part of setup.json that the program may read
 * @property {{ version: string, origin: string, path: string } | null} libtensorflow null: only `cpu` can be used
 * @property {string | null} reason why it is null
 */
/**
 * @typedef {object} NativeStamp  how the next set-up sees that nothing is to be done
 * @property {string} request what EPOCHNOISE_LIBTENSORFLOW said
 * @property {string} abi of Node
 * @property {import('./files.mjs').FileStamp[]} files
 * @property {{ atMs: number, circumstances: string }} [failure]
 */
/** @typedef {NativeRecord & { native: NativeStamp }} NativeResult */

/**
 * The library the user asked for: one of two words, or a path, made absolute from where the command was typed.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} `cpu`, `cuda`, a path, or empty
 */
export function givenLibrary(env) {
  const given = env.EPOCHNOISE_LIBTENSORFLOW;
  if (!given || given === 'cpu' || given === 'cuda') return given ?? '';
  return path.resolve(env.INIT_CWD ?? process.cwd(), given);
}

/**
 * @param {Partial<NativeResult> | null} record what the last set-up wrote
 * @param {{ given: string, abi: string, retry: boolean }} now
 * @returns {boolean} whether the last result still stands
 */
export function nativeStands(record, { given, abi, retry }) {
  const stamp = record?.native;
  if (!record || !stamp || stamp.abi !== abi) return false;
  if (given && given !== stamp.request) return false;
  if (record.libtensorflow) return stamp.files.length > 0 && stamp.files.every((file) => stampHolds(file));
  if (!stamp.failure || retry || given !== stamp.request) return false;
  return stamp.failure.circumstances === circumstances() && Date.now() - stamp.failure.atMs < RETRY_MS;
}

/** What a failed search depended on, as far as it can be seen cheaply. */
function circumstances() {
  const tools = ['g++', 'c++', 'clang++', 'make', 'python3', 'pip3', 'pip'].filter((name) => onPath(name));
  const cache = cacheFolder(process.env, process.platform, os.homedir());
  const kept = cachedLibraries(cache, `${process.platform}-${process.arch}`).map((entry) => entry.folder);
  return [...tools, ...kept].join(' ');
}

/**
 * @param {object} place
 * @param {string} place.modules the node_modules folder that holds what builds a binding
 * @param {string} place.given
 * @param {string} [place.packageFolder] of tfjs-node, into which library and binding go
 * @param {string} [place.spare] the cache where the user's cannot be written
 * @returns {Promise<NativeResult>} never fails for want of a library
 * @throws SetupError where what the user asked for cannot be used
 */
export async function prepareNative({
  modules,
  given,
  packageFolder = path.join(modules, '@tensorflow', 'tfjs-node'),
  spare = path.join(modules, '.epochnoise', 'cache'),
}) {
  const platform = `${process.platform}-${process.arch}`;
  if (!given) {
    const found = await alreadyInPlace(packageFolder);
    if (found) return found;
  }
  const preferred = cacheFolder(process.env, process.platform, os.homedir());
  const cache = openCache(preferred, spare);
  if (cache !== preferred) say(`${preferred} cannot be written; using ${cache}`);
  const place = { modules, packageFolder, cache };

  let routes = routesFor({ ...place, platform, given });
  const reasons = [];
  while (routes.length > 0) {
    const route = routes[0];
    routes = routes.slice(1);
    try {
      const library = await route.find();
      if (!library) continue;
      if (route.ownBinding) return resultFor(library, given, [bindingFile(packageFolder)]);
      const files = placeLibrary(library, packageFolder);
      const version = await prepareBinding(place, library);
      say(`libtensorflow: ${version} from ${library.origin} is in place`);
      return resultFor({ ...library, version }, given, [...files, bindingFile(packageFolder)]);
    } catch (error) {
      if (error instanceof SetupError) throw error;
      if (route.id === 'given' && !(error instanceof BuildError))
        throw new SetupError(`EPOCHNOISE_LIBTENSORFLOW=${given} cannot be used: ${messageOf(error)}`, 3);
      // Where a library was found but no binding can be built, another copy of it would end in the same place.
      if (error instanceof BuildError) routes = routes.filter((other) => other.ownBinding);
      sayFailure(route, error, routes[0]);
      reasons.push(`${route.name}: ${messageOf(error)}`);
    }
  }
  return nothingFound(reasons, given);
}

/**
 * @param {string} packageFolder of tfjs-node
 * @returns {Promise<NativeResult | null>} what the user, or a set-up that was interrupted later, has put there
 */
async function alreadyInPlace(packageFolder) {
  const deps = path.join(packageFolder, 'deps');
  const binding = bindingFile(packageFolder);
  if (!fs.existsSync(binding) || !fs.existsSync(deps)) return null;
  const finish = begin('libtensorflow: trying what is already in place');
  const { version, problem } = await loadBinding(binding);
  finish(version ? `${version} works` : `it does not load: ${problem}`);
  if (!version) return null;
  const library = { ...describeLibrary(deps, 'already in place'), version };
  return resultFor(library, '', [...library.files.map((name) => path.join(library.libFolder, name)), binding]);
}

/**
 * @param {import('./library.mjs').Library} library
 * @param {string} request
 * @param {string[]} files
 * @returns {NativeResult}
 */
function resultFor({ version, origin, folder }, request, files) {
  const stamps = files.map(stampOf).filter((stamp) => stamp !== null);
  return {
    libtensorflow: { version, origin, path: folder },
    reason: null,
    native: { request, abi: process.versions.modules, files: /** @type {any} */ (stamps) },
  };
}

/**
 * The last words of a set-up without a library. It is no failure of set-up, because one back end needs none: whoever
 * asks for that one can have it, and the program itself stops for the others.
 *
 * @param {string | null} reason what each route said
 * @param {import('./advice.mjs').Ways} [ways]
 */
export function sayNothingFound(reason, ways = CHECKOUT) {
  const missing = missingBuildTools();
  if (reason?.includes(NO_PIP) && !missing.includes('Python 3')) missing.push('pip');
  say('libtensorflow: no library that works was found, so the back end `tensorflow` cannot be used');
  if (reason) say(`  tried: ${reason}`);
  const needsLibrary = !reason?.includes(NO_BINDING);
  for (const line of adviceFor({ missing, needsLibrary }, process.platform, process.env, ways)) say(`  ${line}`);
}

/**
 * @param {string[]} reasons
 * @param {string} request
 * @returns {NativeResult}
 */
function nothingFound(reasons, request) {
  return {
    libtensorflow: null,
    reason: reasons.join('; '),
    native: {
      request,
      abi: process.versions.modules,
      files: [],
      failure: { atMs: Date.now(), circumstances: circumstances() },
    },
  };
}
