/** The program as a user runs it: a process of its own, in a folder of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What was compiled may be older than src/. Set-up compiles only what changed, and one process at a time. */
export function compile(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'setup.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`set-up failed:\n${stderr}`);
}

const folders: string[] = [];
// Of those that a test makes while it runs, too, for which it would be too late to ask then.
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new empty folder that goes when the tests of the file have ended. */
export function workingFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'epochnoise-cli-')));
  folders.push(folder);
  return folder;
}

/** How a process ended, `code` null where it was killed; its folder is written as `~`. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  /** Told everything on standard error so far; may send a signal. */
  readonly onProgress?: (err: string, send: (signal: NodeJS.Signals) => void) => void;
  /** A command of the shell that comes before, such as a limit. */
  readonly before?: string;
  /** Killed after so many milliseconds, if it has not ended. */
  readonly killAfter?: number;
}

const surroundingsOf = (folder: string) => ({
  EPOCHNOISE_DATA: join(folder, 'data'),
  EPOCHNOISE_THREADS: '1',
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
});

/** Runs `epochnoise <args>` in a folder. What this machine's environment says of data and threads does not matter. */
export function epochnoise(folder: string, args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const { environment = {}, onProgress, before = ':', killAfter } = surroundings;
  const command = [process.execPath, join(ROOT, 'dist', 'cli', 'main.js'), ...args];
  const child = spawn('/bin/sh', ['-c', `${before}; exec "$0" "$@"`, ...command], {
    cwd: folder,
    env: { ...process.env, ...surroundingsOf(folder), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    onProgress?.(err, (signal) => child.kill(signal));
  });
  const killing = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(killing);
      const shown = (text: string) => text.replaceAll(folder, '~');
      resolve({ code, out: shown(out), err: shown(err) });
    });
  });
}

/**
 * What a command says that is refused: `2: <the one line on standard error>`. Anything else that it writes, a stack above
 * all, shows in the result too.
 */
export async function refusal(folder: string, args: readonly string[], surroundings?: Surroundings): Promise<string> {
  return refusalIn(await epochnoise(folder, args, surroundings));
}

/**
 * The same command line in this process, from the source, which takes a tenth of the time: for what it says, where how a
 * process ends is not the matter.
 */
export async function here(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const before = { folder: process.cwd(), exitCode: process.exitCode };
  const said = { out: '', err: '' };
  const kept = (stream: keyof typeof said) => (text: string | Uint8Array) => {
    said[stream] += stripVTControlCharacters(String(text)).replaceAll(folder, '~');
    return true;
  };
  const streams = [
    vi.spyOn(process.stdout, 'write').mockImplementation(kept('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(kept('err')),
  ];
  for (const [name, value] of Object.entries({ ...surroundingsOf(folder), ...environment })) vi.stubEnv(name, value);
  try {
    process.chdir(folder);
    process.exitCode = undefined;
    await runProgram([process.execPath, 'epochnoise', ...args]);
    return { code: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.exitCode = before.exitCode;
    process.chdir(before.folder);
    vi.unstubAllEnvs();
    for (const stream of streams) stream.mockRestore();
  }
}

/** `refusal`, in this process. */
export async function refusalHere(
  folder: string,
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<string> {
  return refusalIn(await here(folder, args, environment));
}

function refusalIn({ code, out, err }: Ended): string {
  const oneLine = /^error: (.*)\n$/.exec(err);
  return out === '' && oneLine ? `${code}: ${oneLine[1]}` : JSON.stringify({ code, out, err });
}

/** Teacher–student regression with 31 parameters: a whole run takes about two seconds. */
const TINY = `
data: { name: teacher, samples: 400, testSamples: 0, inputs: 4, hidden: [5], noise: 0.2 }
model: { name: mlp, hidden: [5], initialisation: { from: teacher } }
sgd: { learningRate: 0.05, batchSize: 20 }
record: { burnInEpochs: 4, epochs: 10 }
`;

/** Writes the experiment `tiny.yaml`. */
export function writeTiny(folder: string): void {
  writeFileSync(join(folder, 'tiny.yaml'), TINY);
}
