/**
 * A checkout in which everything set-up calls is a stand-in: pip, the compiler, npm, TypeScript, tfjs-node's installer and
 * its binding. The scripts under test are copies of the real ones, run as a user runs them; nothing reaches the network.
 */
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWheel } from './archives.ts';
import { fill } from './temporary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Bindings are text here: this makes every Node below set-up load them as such; and the disk has 41 GB free, or 4 MB. */
const PRELOAD = `
const fs = require('fs');
require.extensions['.node'] = (module, file) => module._compile(fs.readFileSync(file, 'utf8'), file);
fs.statfsSync = () => ({ bavail: process.env.FAKE_DISK === 'full' ? 1000 : 1e7, bsize: 4096 });
`;
const TSC = `
const fs = require('fs');
const source = fs.readFileSync('src/cli/main.ts', 'utf8');
if (source.includes('ERROR')) { console.log('src/cli/main.ts(1,1): error TS1: wrong'); process.exit(1); }
fs.mkdirSync('dist/cli', { recursive: true });
fs.writeFileSync('dist/cli/main.js', source);
`;
const ROLLDOWN = `
import fs from 'node:fs';
import path from 'node:path';
export const rolldown = async ({ input }) => ({
  async write({ file }) {
    const source = fs.readFileSync(input, 'utf8');
    if (source.includes('ERROR')) throw new Error('client/main.ts: wrong');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, source);
  },
  async close() {},
});
`;
const NODE_PRE_GYP = `
const fs = require('fs');
if (!fs.existsSync('deps/lib/libtensorflow.so') && !fs.existsSync('deps/lib/libtensorflow.dylib')) process.exit(1);
if (process.env.FAKE_BUILD === 'fails') { console.error('a.cc:1: error: expected ;'); process.exit(1); }
fs.mkdirSync('lib/napi-v8', { recursive: true });
fs.writeFileSync('lib/napi-v8/tfjs_binding.node', 'exports.TF_Version = "2.15.1"');
`;
const PIP = `
const fs = require('fs');
const { FAKE_PIP, FAKE_WHEEL, FAKE_WHEELS, FAKE_LOG } = process.env;
const args = process.argv.slice(2);
if (args[0] !== '-m' || FAKE_PIP === 'none') process.exit(1);
if (args[2] === '--version') { console.log('pip 24.0 from x (python 3.11)'); process.exit(0); }
const own = FAKE_WHEELS && FAKE_WHEELS + '/' + args.at(-1) + '.whl';
fs.appendFileSync(FAKE_LOG, FAKE_WHEELS ? args.at(-1) + ' ' : 'pip ');
if (FAKE_PIP === 'fails' || (own && !fs.existsSync(own))) { console.error('ERROR: No matching distribution found'); process.exit(1); }
const dest = args[args.indexOf('--dest') + 1];
fs.mkdirSync(dest);
if (FAKE_PIP === 'hangs') { fs.writeFileSync(dest + '/half', ''); setInterval(() => {}, 1000); }
else if (own) fs.copyFileSync(own, dest + '/' + args.at(-1).replace('==', '-') + '.whl');
else fs.copyFileSync(FAKE_WHEEL, dest + '/tensorflow_cpu-2.15.1.whl');
`;
const INSTALLER = `
require('fs').appendFileSync(process.env.FAKE_LOG, 'installer ');
console.error('Error: getaddrinfo ENOTFOUND');
process.exit(1);
`;

const PROGRAM = "#!/usr/bin/env node\nconsole.log('ran', ...process.argv.slice(2));\n";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Checkout {
  readonly root: string;
  readonly cache: string;
  readonly wheel: string;
  /** Its folder for temporary files. */
  readonly temporary: string;
  /** What was called, in order. */
  log(): string;
  record(): { libtensorflow: { version: string; origin: string } | null; reason: string | null };
  /** Starts `node scripts/setup.mjs`. */
  setUp(args?: string[], env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Starts another program in the checkout; `started` gets its process. */
  start(program: string, args: string[], env?: NodeJS.ProcessEnv, started?: Started): Promise<Ended>;
}

type Started = (child: { kill(signal: NodeJS.Signals): void }) => void | Promise<void>;

/**
 * @param newFolder makes folders that are removed after the tests
 * @param cache of the user, shared where two checkouts are to share it
 * @param tools names of programs on the search path
 */
export function makeCheckout(
  newFolder: () => string,
  { cache = newFolder(), tools = ['g++', 'make', 'python3'] }: { cache?: string; tools?: string[] } = {},
): Checkout {
  const root = newFolder();
  const real = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // Hooks that would spoil everything if npm ran them: it does not where scripts are ignored.
  const hooks = { prestart: 'exit 7', poststart: 'exit 7', pretest: 'exit 7' };
  fill(root, {
    'package.json': JSON.stringify({ ...real, scripts: { ...real.scripts, ...hooks } }),
    'package-lock.json': JSON.stringify({ name: 'epochnoise', lockfileVersion: 3, packages: { '': {} } }),
    'tsconfig.json': '{}',
    'tsconfig.build.json': '{}',
    'src/cli/main.ts': PROGRAM,
    'node_modules/.package-lock.json': JSON.stringify({ packages: {} }),
    'src/report/page/page.css': 'p {}',
    'src/report/page/client/main.ts': '',
    'node_modules/typescript/package.json': '{"version": "5.9.3"}',
    'node_modules/rolldown/dist/index.mjs': ROLLDOWN,
    'node_modules/typescript/bin/tsc': TSC,
    'node_modules/@mapbox/node-pre-gyp/package.json': '{"version": "1.0.9"}',
    'node_modules/@mapbox/node-pre-gyp/bin/node-pre-gyp': NODE_PRE_GYP,
    'node_modules/@tensorflow/tfjs-node/package.json': '{"version": "4.22.0", "binary": {"napi_versions": [3, 8]}}',
    'node_modules/@tensorflow/tfjs-node/binding.gyp': '',
    'node_modules/@tensorflow/tfjs-node/binding/a.cc': '',
    'node_modules/@tensorflow/tfjs-node/scripts/install.js': INSTALLER,
    'node_modules/chartjs-node-canvas/package.json': '{"version": "5.0.0"}',
  });
  cpSync(join(ROOT, 'scripts'), join(root, 'scripts'), { recursive: true });
  cpSync(join(ROOT, '.npmrc'), join(root, '.npmrc'));

  const outside = fill(newFolder(), { 'preload.cjs': PRELOAD });
  const wheel = join(outside, 'tensorflow_cpu-2.15.1.whl');
  writeWheel(wheel);
  const bin = join(outside, 'bin');
  mkdirSync(bin);
  const temporary = join(outside, 'tmp');
  mkdirSync(temporary);
  for (const tool of tools) writeFileSync(join(bin, tool), `#!${process.execPath}\n${tool === 'python3' ? PIP : ''}`);
  for (const tool of tools) chmodSync(join(bin, tool), 0o755);
  const log = join(outside, 'log');
  const base = {
    PATH: bin,
    HOME: outside,
    TMPDIR: temporary,
    XDG_CACHE_HOME: cache,
    NODE_OPTIONS: `--require "${join(outside, 'preload.cjs')}"`,
    FAKE_LOG: log,
    FAKE_WHEEL: wheel,
  };

  const start: Checkout['start'] = (program, args, env = {}, started = () => {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: root, env: { ...base, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk) => (stdout += chunk));
      child.stderr.on('data', (chunk) => (stderr += chunk));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
      Promise.resolve(started(child)).catch(reject);
    });
  return {
    root,
    cache: join(cache, 'epochnoise'),
    wheel,
    temporary,
    log: () => (existsSync(log) ? readFileSync(log, 'utf8').trim() : ''),
    record: () => JSON.parse(readFileSync(join(root, 'node_modules/.epochnoise/setup.json'), 'utf8')),
    setUp: (args = [], env) => start(process.execPath, ['scripts/setup.mjs', ...args], env),
    start,
  };
}
