/** Killing a run at chosen moments, and what it must be like when it has gone on to its end. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { expect } from 'vitest';
import { epochnoise } from './program.ts';

/** A run that nothing happened to. */
export interface Reference {
  /** How long it takes; corrected by every run that takes less. */
  milliseconds: number;
  readonly files: Readonly<Record<string, string>>;
}

/** Checksums of all files of a run, whatever they are called, but of those that tell of machine and time. */
export function filesOf(directory: string): Record<string, string> {
  if (!existsSync(directory)) return {};
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths
      .filter((path) => basename(path) !== 'environment.json')
      .map((path) => [relative(directory, path), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** Runs to the end, undisturbed. */
export async function undisturbed(folder: string, args: readonly string[]): Promise<Reference> {
  const start = performance.now();
  const { code, err } = await epochnoise(folder, ['run', ...args, '--out', 'undisturbed']);
  expect(code, err).toBe(0);
  return { milliseconds: performance.now() - start, files: filesOf(join(folder, 'undisturbed')) };
}

/** Whatever has a result's name is whole. Ledgers grow, and choices are made; what is hidden is unfinished. */
export function expectWhole(directory: string, reference: Reference, when = ''): void {
  const left = Object.entries(filesOf(directory));
  for (const [file, sha256] of left.filter(([file]) => !/(^|\/)\.|(stages|experiment)\.json$/.test(file)))
    expect([file, sha256], when).toEqual([file, reference.files[file]]);
}

/** A run has gone on to its end: the files of one that nothing happened to; no claim, nothing set aside, nothing in the making. */
export function expectTheEnd(folder: string, name: string, reference: Reference, when = ''): void {
  expect(filesOf(join(folder, name)), when).toEqual(reference.files);
  expect(readdirSync(folder).filter((one) => one.includes(`${name}.`))).toEqual([]);
}

/**
 * Kills a run at a part of the time that it takes, and runs it again to the end.
 *
 * @param checkpoints seconds between two saves of unfinished work
 */
export async function killAndGoOn(
  folder: string,
  name: string,
  args: readonly string[],
  reference: Reference,
  part: number,
  checkpoints: string,
): Promise<void> {
  const environment = { EPOCHNOISE_CHECKPOINT_SECONDS: checkpoints };
  const command = ['run', ...args, '--out', name];
  const killAfter = Math.max(1, part * reference.milliseconds);
  const start = performance.now();
  const killed = await epochnoise(folder, command, { environment, killAfter });
  if (killed.code !== null) {
    expect(filesOf(join(folder, name))).toEqual(reference.files);
    reference.milliseconds = Math.min(reference.milliseconds, performance.now() - start);
    return await killAndGoOn(folder, `${name}-again`, args, reference, part, checkpoints);
  }
  const when = `killed after ${killAfter} ms`;
  expectWhole(join(folder, name), reference, when);

  const resumed = await epochnoise(folder, command, { environment });
  expect(resumed.code, `${when}:\n${killed.err}\nthen:\n${resumed.err}`).toBe(0);
  expectTheEnd(folder, name, reference, `${when}:\n${killed.err}`);
  rmSync(join(folder, name), { recursive: true });
}
