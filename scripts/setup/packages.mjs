// @ts-check
/** Step 1: the npm packages, exactly as package-lock.json lists them, with all install scripts off. */
import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './failure.mjs';
import { fingerprint, readJson } from './files.mjs';
import { run } from './processes.mjs';
import { begin } from './report.mjs';

/**
 * What the packages depend on: the lock file, and the platform for packages with native parts.
 *
 * @param {string} root
 */
export function packagesFingerprint(root) {
  return fingerprint(root, ['package-lock.json'], [process.platform, process.arch]);
}

/**
 * Whether someone else's `npm ci` or `npm install` has already put the locked packages there: npm writes down what it
 * installed in node_modules/.package-lock.json, at the very end.
 *
 * @param {any} wanted parsed package-lock.json
 * @param {any} installed parsed node_modules/.package-lock.json
 * @returns {boolean} whether every package is there in the locked version; of optional ones those that the program itself names,
 *   because others may be for other platforms
 */
export function packagesInstalled(wanted, installed) {
  if (!wanted?.packages || !installed?.packages) return false;
  const own = new Set(
    Object.keys(wanted.packages['']?.optionalDependencies ?? {}).map((name) => `node_modules/${name}`),
  );
  return Object.entries(wanted.packages).every(([name, locked]) => {
    if (name === '' || ((locked.optional || locked.devOptional) && !own.has(name))) return true;
    const there = installed.packages[name];
    return there?.version === locked.version && there?.integrity === locked.integrity;
  });
}

/**
 * @param {string} root
 * @throws SetupError where npm fails
 */
export async function preparePackages(root) {
  const modules = path.join(root, 'node_modules');
  const wanted = readJson(path.join(root, 'package-lock.json'));
  if (packagesInstalled(wanted, readJson(path.join(modules, '.package-lock.json')))) return;
  const why = fs.existsSync(modules) ? 'package-lock.json has changed' : 'node_modules is missing';
  const finish = begin(`npm packages: npm ci --ignore-scripts (${why})`);
  const [program, first] = npmProgram();
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { ok } = await run(program, [...first, ...args], { cwd: root, show: true });
  if (!ok)
    throw new SetupError(
      'npm could not install the packages (its reason stands above): check the network connection, or name a mirror with `npm config set registry <url>`, and run the same command again',
    );
  finish();
}

/**
 * The npm that runs this script, where one does; it need not be on the search path.
 *
 * @returns {[string, string[]]} program and first arguments
 */
function npmProgram() {
  const script = process.env.npm_execpath;
  if (script && /^npm-cli\.c?js$/.test(path.basename(script)) && fs.existsSync(script))
    return [process.execPath, [script]];
  const beside = path.join(path.dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  return process.platform === 'win32' && fs.existsSync(beside) ? [process.execPath, [beside]] : ['npm', []];
}
