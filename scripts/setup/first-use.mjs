// @ts-check
/**
 * The native part of a program that was installed as a package: completed when it is first needed, in the user's cache,
 * because the package itself may lie where nobody may write, and npm runs no script of ours. The program calls this and
 * reads one line of JSON from standard output; everything else goes to standard error.
 *
 *   node first-use.mjs            do what is missing; a tenth of a second when nothing is
 *   node first-use.mjs --retry    look for the native library again although the last try failed
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { INSTALLED } from './advice.mjs';
import { bindingFile } from './binding.mjs';
import { cacheFolder, openCache } from './cache.mjs';
import { SetupError } from './failure.mjs';
import { readJson, remove, writeJson } from './files.mjs';
import { lockFile, takeLock } from './lock.mjs';
import { givenLibrary, nativeStands, prepareNative, sayNothingFound } from './native.mjs';
import { nodeVersionProblem } from './node-version.mjs';
import { cleanUpOnSignals, removeUnfinished } from './processes.mjs';
import { say } from './report.mjs';

/** What of tfjs-node a binding is built from. */
const PACKAGE = fileURLToPath(new URL('../../dist/vendor/tfjs-node/', import.meta.url));
const SOURCES = ['package.json', 'binding.gyp', 'binding', 'scripts'];

/**
 * @typedef {object} Answer  what the program reads
 * @property {string | null} binding the file to load, or null
 * @property {import('./native.mjs').NativeRecord['libtensorflow']} libtensorflow
 * @property {string | null} reason why there is none
 */

/**
 * @param {boolean} retry
 * @returns {Promise<Answer>}
 * @throws SetupError where the path that the user gave cannot be used
 */
async function firstUse(retry) {
  const problem = nodeVersionProblem(process.versions.node);
  if (problem) return { binding: null, libtensorflow: null, reason: problem };
  const spare = path.join(os.tmpdir(), `epochnoise-${process.getuid?.() ?? 'user'}`);
  const cache = openCache(cacheFolder(process.env, process.platform, os.homedir()), spare);
  const abi = process.versions.modules;
  const { version } = readJson(path.join(PACKAGE, 'package.json'));
  const home = path.join(cache, 'installed', `${process.platform}-${process.arch}-abi${abi}-tfjs-node-${version}`);
  const packageFolder = path.join(home, 'tfjs-node');
  const file = path.join(home, 'setup.json');
  const given = givenLibrary(process.env);
  const look = () => {
    const record = readJson(file);
    return nativeStands(record, { given, abi, retry }) ? record : null;
  };
  let record = look();
  if (!record) {
    cleanUpOnSignals();
    const release = await takeLock(lockFile(home));
    try {
      // Another process may have done the work while this one waited.
      record = look();
      if (!record) {
        say(`the native library is looked for, once, and kept in ${cache}`);
        remove(path.join(packageFolder, 'scripts'));
        for (const name of SOURCES)
          fs.cpSync(path.join(PACKAGE, name), path.join(packageFolder, name), { recursive: true });
        record = await prepareNative({ modules: modulesFolder(), given, packageFolder, spare });
        writeJson(file, record);
        if (!record.libtensorflow) sayNothingFound(record.reason, INSTALLED);
      }
    } finally {
      release();
    }
  }
  const { libtensorflow, reason } = record;
  return { binding: libtensorflow && bindingFile(packageFolder), libtensorflow, reason };
}

/** The node_modules folder that holds what builds the binding. */
function modulesFolder() {
  const tool = createRequire(path.join(PACKAGE, 'package.json')).resolve('@mapbox/node-pre-gyp/package.json');
  return path.join(tool, '..', '..', '..');
}

try {
  process.stdout.write(`${JSON.stringify(await firstUse(process.argv.includes('--retry')))}\n`);
} catch (error) {
  removeUnfinished();
  say(error instanceof SetupError ? error.message : `failed: ${error instanceof Error ? error.stack : String(error)}`);
  process.exitCode = error instanceof SetupError ? error.exitCode : 1;
}
