// @ts-check
/**
 * tfjs-node's binding: the small native module between Node and libtensorflow. Built once for each Node ABI, release
 * of tfjs-node and release of TensorFlow, then kept in the cache, so that the next checkout needs no compiler.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { damagedFile, dropEntry, keepEntry, newPartial, readEntry } from './cache.mjs';
import { BuildError, NO_BINDING, listed, messageOf } from './failure.mjs';
import { readJson, remove, sha256 } from './files.mjs';
import { lastLines, markFinished, markUnfinished, onPath, run } from './processes.mjs';
import { begin, say } from './report.mjs';

const BINDING = 'tfjs_binding.node';
const NO_HEADERS =
  " (Node's own headers do not lie beside it, so node-gyp downloads them: install them, e.g. libnode-dev, or set npm_config_nodedir)";

/**
 * @typedef {object} Place  where the binding belongs
 * @property {string} modules the checkout's node_modules
 * @property {string} packageFolder of tfjs-node
 * @property {string} cache
 */

/**
 * Where tfjs-node looks for its binding on this Node.
 *
 * @param {string} packageFolder of tfjs-node
 */
export function bindingFile(packageFolder) {
  /** @type {number[]} */
  const versions = readJson(path.join(packageFolder, 'package.json'))?.binary?.napi_versions ?? [8];
  const best = Math.max(...versions.filter((version) => version <= Number(process.versions.napi)));
  return path.join(packageFolder, 'lib', `napi-v${best}`, BINDING);
}

/**
 * What a built binding depends on.
 *
 * @param {string} packageFolder of tfjs-node
 * @param {import('./library.mjs').Library} library
 */
export function bindingKey(packageFolder, library) {
  const { version } = readJson(path.join(packageFolder, 'package.json')) ?? {};
  const abi = `${process.platform}-${process.arch}-abi${process.versions.modules}`;
  return `${abi}-tfjs-node-${version}-${library.main}-${library.version}`.replace(/[^\w.-]/g, '_');
}

/**
 * Puts a binding that loads where tfjs-node looks for it: from the cache, or built. The library must be linked into
 * tfjs-node's `deps` before.
 *
 * @param {Place} place
 * @param {import('./library.mjs').Library} library
 * @returns {Promise<string>} the version of TensorFlow that the binding reports
 * @throws BuildError where it cannot be built
 * @throws Error where it is built but does not load
 */
export async function prepareBinding(place, library) {
  const target = bindingFile(place.packageFolder);
  const folder = path.join(place.cache, 'bindings', bindingKey(place.packageFolder, library));
  const kept = readEntry(folder);
  if (kept) {
    if ((await damagedFile(kept)) === null) {
      copyWhole(path.join(folder, BINDING), target);
      const loaded = await loadBinding(target);
      if (loaded.version) {
        say('binding: taken from the cache');
        return loaded.version;
      }
    }
    // Built on another machine that shares the cache, or damaged: build it here.
    dropEntry(kept);
  }
  await buildBinding(place, target);
  const loaded = await loadBinding(target);
  if (!loaded.version) throw new Error(`libtensorflow was found but does not load: ${loaded.problem}`);
  try {
    await keepBinding(place.cache, folder, target);
  } catch (error) {
    // It is in place and works; the next checkout will build its own.
    say(`binding: could not be kept in ${place.cache}: ${messageOf(error)}`);
  }
  return loaded.version;
}

/**
 * @param {string} cache
 * @param {string} folder of the entry
 * @param {string} file the built binding
 */
export async function keepBinding(cache, folder, file) {
  const partial = newPartial(cache);
  fs.copyFileSync(file, path.join(partial, BINDING));
  const checksums = { [BINDING]: await sha256(file) };
  keepEntry(partial, folder, { origin: 'built', platform: `${process.platform}-${process.arch}`, checksums });
}

/**
 * Loads the binding in a process of its own: a library that does not fit the processor ends the process.
 *
 * @param {string} file
 * @returns {Promise<{ version?: string, problem?: string }>}
 */
export async function loadBinding(file) {
  if (!fs.existsSync(file)) return { problem: `${file} does not exist` };
  const script = 'console.log("version=" + require(process.argv[1]).TF_Version)';
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
  const { ok, output } = await run(process.execPath, ['-e', script, file], { env, limitMs: 120_000 });
  const version = /^version=(\d\S*)$/m.exec(output)?.[1];
  if (ok && version) return { version };
  return { problem: /Error: (.*)/.exec(output)?.[1] ?? lastLines(output, 2) };
}

/**
 * Builds in a temporary folder without spaces, because make's rules cannot quote them: headers, library and Node's own
 * headers are reached through links there. The result finds its library relative to itself and can be moved.
 *
 * @param {Place} place
 * @param {string} target
 */
async function buildBinding({ modules, packageFolder }, target) {
  const missing = missingBuildTools();
  if (missing.length > 0) throw new BuildError(`${NO_BINDING} without ${listed(missing)}`);
  const finish = begin('binding: building it with the C++ compiler (about 10 s)');
  const staging = temporaryFolder();
  try {
    for (const name of ['package.json', 'binding.gyp', 'binding'])
      fs.cpSync(path.join(packageFolder, name), path.join(staging, name), { recursive: true });
    fs.symlinkSync(path.join(packageFolder, 'deps'), path.join(staging, 'deps'));
    const program = path.join(modules, '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp');
    const env = buildEnvironment(staging);
    const built = await run(process.execPath, [program, 'install', '--build-from-source'], { cwd: staging, env });
    const file = path.join(staging, path.relative(packageFolder, target));
    if (!built.ok || !fs.existsSync(file))
      throw new BuildError(
        `${NO_BINDING}${env.npm_config_nodedir ? '' : NO_HEADERS}; the build's last lines were:\n${lastLines(built.output)}`,
      );
    if (process.platform === 'darwin') await pointToLibrary(file);
    copyWhole(file, target);
    finish();
  } finally {
    remove(staging);
    markFinished(staging);
  }
}

/**
 * node-gyp's settings: headers that came with this Node spare a download.
 *
 * @param {string} staging
 * @returns {NodeJS.ProcessEnv}
 */
function buildEnvironment(staging) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, JOBS: 'max', npm_config_devdir: path.join(staging, 'node-gyp') };
  const headers = [process.env.npm_config_nodedir, path.join(path.dirname(process.execPath), '..')]
    .filter((folder) => folder !== undefined)
    .map((folder) => path.resolve(folder, 'include', 'node'))
    .find((folder) => headersFit(folder));
  if (headers) {
    fs.mkdirSync(path.join(staging, 'node', 'include'), { recursive: true });
    fs.symlinkSync(headers, path.join(staging, 'node', 'include', 'node'));
    env.npm_config_nodedir = path.join(staging, 'node');
  }
  return env;
}

/**
 * @param {string} folder
 * @returns {boolean} whether these are headers of the running Node's major version (an older installation may have
 *   left its own)
 */
function headersFit(folder) {
  const header = path.join(folder, 'node_version.h');
  if (!fs.existsSync(header)) return false;
  const major = /#define NODE_MAJOR_VERSION (\d+)/.exec(fs.readFileSync(header, 'utf8'))?.[1];
  return major === process.versions.node.split('.')[0];
}

/**
 * On macOS the wheel's library has another install name than the one binding.gyp rewrites.
 *
 * @param {string} file
 */
async function pointToLibrary(file) {
  const name = 'libtensorflow_cc.2.dylib';
  const change = ['-change', `@rpath/${name}`, `@loader_path/../../deps/lib/${name}`, file];
  await run('install_name_tool', change);
  await run('codesign', ['--force', '--sign', '-', file]);
}

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string[]} in words, what a build needs and this machine lacks
 */
export function missingBuildTools(env = process.env) {
  const missing = [];
  const compilers = [env.CXX?.split(' ')[0], 'g++', 'c++', 'clang++'].filter((name) => name !== undefined);
  if (!compilers.some((name) => path.isAbsolute(name) || onPath(name, env))) missing.push('a C++ compiler');
  if (!onPath('make', env)) missing.push('make');
  if (!['python3', 'python'].some((name) => onPath(name, env)) && !env.PYTHON) missing.push('Python 3');
  return missing;
}

/** A new folder whose path holds no space. */
function temporaryFolder() {
  const parent = [os.tmpdir(), '/tmp', '/var/tmp'].find((folder) => !/\s/.test(folder) && fs.existsSync(folder));
  const folder = fs.mkdtempSync(path.join(parent ?? os.tmpdir(), 'epochnoise-binding-'));
  markUnfinished(folder);
  return folder;
}

/**
 * @param {string} from
 * @param {string} to appears whole
 */
function copyWhole(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, `${to}.${process.pid}`);
  fs.renameSync(`${to}.${process.pid}`, to);
}
