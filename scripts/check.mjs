// @ts-check
/**
 * Formatting, lint, types, and the comments that the API reference is made of: one line each, the whole output of what
 * fails. Called by `npm test`.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './setup/processes.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const MODULES = path.join(ROOT, 'node_modules');

/** @type {[name: string, script: string, args: string[], remedy: string][]} */
const CHECKS = [
  ['prettier', 'prettier/bin/prettier.cjs', ['--check', '.'], 'npm run format'],
  ['eslint', 'eslint/bin/eslint.js', ['.'], 'npm run lint'],
  ['tsc', 'typescript/bin/tsc', ['--noEmit'], 'npm run typecheck'],
  ['tsc of the page', 'typescript/bin/tsc', ['--noEmit', '-p', 'src/report/page/client'], 'npm run typecheck'],
  ['typedoc', 'typedoc/bin/typedoc', ['--emit', 'none', '--logLevel', 'Warn'], 'npm run docs:api'],
];

const results = await Promise.all(
  CHECKS.map(async ([name, script, args, remedy]) => {
    const start = performance.now();
    const { ok, output } = await run(process.execPath, [path.join(MODULES, script), ...args], { cwd: ROOT });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stderr.write(`check: ${name} ${ok ? 'passed' : 'failed'} (${seconds} s)\n`);
    if (!ok) process.stderr.write(`${output.trim()}\ncheck: ${name} alone: ${remedy}\n`);
    return ok;
  }),
);
process.exitCode = results.every(Boolean) ? 0 : 1;
