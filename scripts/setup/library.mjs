// @ts-check
/** A libtensorflow on disk: finding its parts, and linking them to where tfjs-node's binding looks for them. */
import fs from 'node:fs';
import path from 'node:path';
import { remove } from './files.mjs';

const FILE = /^libtensorflow(_cc|_framework)?(\.so(\.\d+)*|(\.\d+)*\.dylib)$/;

/**
 * @typedef {object} Library
 * @property {string} folder as the user or the cache knows it
 * @property {string} libFolder where the shared objects lie
 * @property {string} include holds `tensorflow/c/c_api.h`
 * @property {string[]} files names of the shared objects
 * @property {string} main the one with the C interface
 * @property {string} framework
 * @property {string} version of TensorFlow, or `unknown`
 * @property {string} origin where it came from, in words
 */

/**
 * Understands `site-packages/tensorflow` of a Python installation (objects on top) and the layout of the C library's
 * archives (objects in `lib/`).
 *
 * @param {string} folder
 * @param {string} origin
 * @returns {Library}
 * @throws Error that says what is missing
 */
export function describeLibrary(folder, origin) {
  const include = path.join(folder, 'include');
  for (const libFolder of [path.join(folder, 'lib'), folder]) {
    const files = fs.existsSync(libFolder) ? fs.readdirSync(libFolder).filter((name) => FILE.test(name)) : [];
    const main = pick(files, /^libtensorflow_cc\./) ?? pick(files, /^libtensorflow\./);
    const framework = pick(files, /^libtensorflow_framework\./);
    if (!main) continue;
    if (!framework) throw new Error(`${libFolder} holds ${main} but no libtensorflow_framework beside it`);
    if (!fs.existsSync(path.join(include, 'tensorflow', 'c', 'c_api.h')))
      throw new Error(`${folder} holds ${main} but not its headers: include/tensorflow/c/c_api.h is missing`);
    return { folder, libFolder, include, files, main, framework, version: versionOf(include, files), origin };
  }
  throw new Error(`${folder} holds neither libtensorflow_cc.so.2 nor libtensorflow.so.2 (on top or in lib/)`);
}

/**
 * The folder of a library one of whose shared objects was named.
 *
 * @param {string} file
 * @returns {string | null} null where this is no part of libtensorflow
 */
export function folderOfLibraryFile(file) {
  if (!FILE.test(path.basename(file))) return null;
  const folder = path.dirname(file);
  return path.basename(folder) === 'lib' ? path.dirname(folder) : folder;
}

/**
 * The name programs are linked against: the one with the major version alone, where several are links to one file.
 *
 * @param {string[]} files
 * @param {RegExp} pattern
 */
function pick(files, pattern) {
  const fitting = files.filter((name) => pattern.test(name));
  return fitting.find((name) => /(\.so\.\d+|[a-z]\.\d+\.dylib)$/.test(name)) ?? fitting.sort()[0];
}

/**
 * @param {string} include
 * @param {string[]} files
 */
function versionOf(include, files) {
  const header = path.join(include, 'tensorflow', 'core', 'public', 'version.h');
  if (fs.existsSync(header)) {
    const text = fs.readFileSync(header, 'utf8');
    const parts = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => new RegExp(`#define TF_${part}_VERSION\\s+(\\d+)`).exec(text)?.[1],
    );
    if (parts.every((part) => part !== undefined)) return parts.join('.');
  }
  const named = files.map((name) => /\.(\d+\.\d+\.\d+)(\.dylib)?$/.exec(name)?.[1]).find(Boolean);
  return named ?? 'unknown';
}

/**
 * The links that tfjs-node's build and its run-time search path (`$ORIGIN/../../deps/lib`) expect.
 *
 * @param {Pick<Library, 'files' | 'main' | 'framework'>} library
 * @param {NodeJS.Platform} platform
 * @returns {Record<string, string>} name in deps/lib → name in the library's folder
 */
export function linksFor({ files, main, framework }, platform) {
  const links = Object.fromEntries(files.map((name) => [name, name]));
  const endings = platform === 'darwin' ? ['.2.dylib', '.dylib'] : ['.so'];
  for (const ending of endings) {
    links[`libtensorflow${ending}`] ??= main;
    links[`libtensorflow_framework${ending}`] ??= framework;
  }
  return links;
}

/**
 * Links a library into tfjs-node's `deps` folder; what was there is replaced at once.
 *
 * @param {Library} library
 * @param {string} packageFolder of tfjs-node
 * @returns {string[]} the files the binding will load, as paths in `deps/lib`
 */
export function placeLibrary(library, packageFolder) {
  const deps = path.join(packageFolder, 'deps');
  const beside = path.join(packageFolder, `deps.${process.pid}`);
  remove(beside);
  fs.mkdirSync(path.join(beside, 'lib'), { recursive: true });
  const links = linksFor(library, process.platform);
  for (const [name, file] of Object.entries(links))
    link(path.join(library.libFolder, file), path.join(beside, 'lib', name));
  link(library.include, path.join(beside, 'include'));
  // The CUDA builds look for NVIDIA's libraries at $ORIGIN/../nvidia, as Python installations have them.
  const nvidia = path.join(library.folder, '..', 'nvidia');
  if (fs.existsSync(nvidia)) link(nvidia, path.join(beside, 'nvidia'));
  remove(deps);
  fs.renameSync(beside, deps);
  return Object.keys(links).map((name) => path.join(deps, 'lib', name));
}

/**
 * A symbolic link, or a copy where the system allows none.
 *
 * @param {string} target
 * @param {string} name
 */
function link(target, name) {
  try {
    fs.symlinkSync(fs.realpathSync(target), name);
  } catch (error) {
    if (!['EPERM', 'ENOSYS'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) throw error;
    fs.cpSync(target, name, { recursive: true, dereference: true });
  }
}
