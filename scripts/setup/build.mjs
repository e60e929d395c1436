// @ts-check
/** Step 3: src/ compiled to dist/, when its content has changed. */
import fs from 'node:fs';
import path from 'node:path';
import { bundle, CLIENT, CLIENT_SCRIPT } from './bundle.mjs';
import { SetupError } from './failure.mjs';
import { fingerprint, listFiles, readJson, remove } from './files.mjs';
import { run } from './processes.mjs';
import { begin } from './report.mjs';
import { COPIED, isVendored, vendor, VENDORED } from './vendor.mjs';

const CONFIGURATION = ['tsconfig.json', 'tsconfig.build.json'];
const MAIN = 'cli/main.js';
const BUILD_INFO = '.tsbuildinfo';

/**
 * @param {string} root
 * @returns {string} checksum of everything the build reads
 */
export function buildFingerprint(root) {
  const sources = listFiles(path.join(root, 'src')).map((name) => `src/${name}`);
  const versions = ['typescript', 'rolldown', 'chart.js', ...COPIED].map(
    (name) => readJson(path.join(root, 'node_modules', name, 'package.json'))?.version ?? '',
  );
  return fingerprint(root, [...CONFIGURATION, ...sources], versions);
}

/**
 * @param {string[]} sources files of src/, relative to it
 * @returns {Set<string>} files the build makes of them, relative to dist/
 */
export function expectedOutputs(sources) {
  const outputs = sources.flatMap((name) => {
    if (name.startsWith(CLIENT)) return name === `${CLIENT}main.ts` ? [CLIENT_SCRIPT] : [];
    if (name.endsWith('.json') || name.endsWith('.css')) return [name];
    if (!name.endsWith('.ts') || name.endsWith('.d.ts')) return [];
    const stem = name.slice(0, -'.ts'.length);
    return [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`];
  });
  return new Set(outputs);
}

/**
 * @param {string} root
 * @returns {boolean} whether every compiled program file is there, and nothing that has no source any more
 */
export function outputsMatch(root) {
  const expected = expectedOutputs(listFiles(path.join(root, 'src')));
  const present = compiledFiles(root);
  const there = new Set(present);
  const complete = [...expected].every((name) => !name.endsWith('.js') || there.has(name));
  return complete && isVendored(root) && present.every((name) => name === BUILD_INFO || expected.has(name));
}

/**
 * Files of dist/ that are compiled, or were; not those of other packages that go along.
 *
 * @param {string} root
 */
function compiledFiles(root) {
  return listFiles(path.join(root, 'dist')).filter((name) => !VENDORED.some((folder) => name.startsWith(folder)));
}

/**
 * @param {string} root
 * @throws SetupError where the compiler finds an error
 */
export async function buildProgram(root) {
  const finish = begin('TypeScript: compiling src/ to dist/');
  const dist = path.join(root, 'dist');
  // The compiler's own notes would make it skip files that were deleted from dist/.
  if (!outputsMatch(root)) remove(path.join(dist, BUILD_INFO));
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { ok, output } = await run(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root });
  if (!ok) throw new SetupError(`src/ does not compile:\n${output.trim()}`);
  await bundle(root);
  vendor(root);
  removeStale(root);
  const main = path.join(dist, MAIN);
  if (fs.existsSync(main)) fs.chmodSync(main, 0o755);
  finish();
}

/**
 * Deletes compiled files whose source is gone: they could still be imported.
 *
 * @param {string} root
 */
export function removeStale(root) {
  const dist = path.join(root, 'dist');
  const expected = expectedOutputs(listFiles(path.join(root, 'src')));
  for (const name of compiledFiles(root)) if (name !== BUILD_INFO && !expected.has(name)) remove(path.join(dist, name));
}
