/**
 * Whether there is a graphics device at all, asked in a process of its own: where no driver is found, Dawn writes to the
 * error output, past Node, what looks like a crash.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { FASTEST } from './adapters.ts';

const require = createRequire(import.meta.url);

/** What the process ends with where there is none; whatever else becomes of it says nothing of devices. */
const NONE = 3;

const ASK = `
  const [, dawn, options] = process.argv;
  const { create } = await import(dawn);
  const adapter = await create([]).requestAdapter(JSON.parse(options));
  process.exit(adapter ? 0 : ${NONE});`;

/** A process that a driver has hang is not to be left behind where the one that asks is ended. */
const LIMIT_MS = 30_000;

/** False where there surely is none. Needs Dawn's package; the driver is looked for as in this process. */
export function mayHaveDevice(): Promise<boolean> {
  const dawn = pathToFileURL(require.resolve('webgpu')).href;
  return new Promise((resolve) => {
    const given = ['--input-type=module', '-e', ASK, dawn, JSON.stringify(FASTEST)];
    const child = spawn(process.execPath, given, { stdio: 'ignore', timeout: LIMIT_MS, killSignal: 'SIGKILL' });
    child.on('error', () => resolve(true));
    child.on('close', (code) => resolve(code !== NONE));
  });
}
