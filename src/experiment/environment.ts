/** environment.json: on what a run was made, and what each stage cost. The only file that differs between equal runs. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DataError } from '../errors.ts';
import { readJson, writeJson } from '../store/json.ts';
import { RUN_FILES, runPath } from '../store/run-directory.ts';
import type { Choices } from './context.ts';
import type { StageName } from './catalogue.ts';
import type { OwnFiles } from './own-files.ts';
import { WRITTEN, type WrittenBackEnds } from './used-back-ends.ts';

/** What one stage cost, and on which back ends it was computed: one, unless it was interrupted and gone on with on another. */
export interface StageCost extends WrittenBackEnds {
  /** Of all processes that worked on it, of those that were interrupted up to what they had saved. */
  readonly seconds: number;
  /** Largest resident memory of the process while the stage ran, what earlier stages left included. */
  readonly peakMemoryBytes: number;
  /** What was said before it began to be the most that this could be. */
  readonly announcedMemoryBytes: number;
}

/** Size and time of a file when its checksum was taken; both unchanged, the checksum is believed without reading. */
export interface Stamp {
  readonly bytes: number;
  readonly modified: number;
  readonly sha256: string;
}

/** What environment.json holds. */
export interface Environment {
  readonly program: string;
  readonly revision: string | null;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly threads: number;
  /** What the back end that came last calls itself; null until a stage needed one. */
  readonly backend: string | null;
  readonly stages: Partial<Record<StageName, StageCost>>;
  /** Sizes and times of the files whose checksums are known. */
  readonly files: Record<string, Stamp>;
  /** SHA-256 of what stages.json holds of each stage: it vouches for that file. Absent from runs of earlier versions. */
  readonly records?: Partial<Record<StageName, string>>;
  /** The user's own files that the run was computed from; absent where there are none, and from runs of earlier versions. */
  readonly ownFiles?: OwnFiles;
  /** The settings that each stage was computed with, to say later what has changed. Absent from runs of earlier versions. */
  readonly settings?: Partial<Record<StageName, unknown>>;
}

/** What other parts of the program rely on; the rest is for people. */
const relied = z.looseObject({
  threads: z.number().int().positive(),
  backend: z.string().nullable(),
  stages: z.record(
    z.string(),
    z.looseObject({
      seconds: z.number(),
      peakMemoryBytes: z.number(),
      ...WRITTEN,
    }),
  ),
  files: z.record(z.string(), z.object({ bytes: z.number(), modified: z.number(), sha256: z.string() })),
  records: z.record(z.string(), z.string()).optional(),
  ownFiles: z.object({ checksum: z.string(), files: z.record(z.string(), z.string()) }).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
});

const PACKAGE = fileURLToPath(new URL('../../package.json', import.meta.url));
const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** Version of this program. */
export const programVersion = (): string => readJson<{ version: string }>(PACKAGE).version;

/** This machine and program, with what is already known of the run's stages and files. */
export function describeEnvironment(
  { threads }: Choices,
  backend: string | null,
  known: Pick<Environment, 'stages' | 'files' | 'records' | 'ownFiles' | 'settings'>,
): Environment {
  return {
    program: `epochnoise ${programVersion()}`,
    revision: gitRevision(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    threads,
    backend,
    ...known,
  };
}

/** What is written in a run directory, or null where there is nothing. @throws DataError where it is damaged */
export function readEnvironment(directory: string): Environment | null {
  const path = runPath(directory, RUN_FILES.environment);
  if (!existsSync(path)) return null;
  const found = readJson(path);
  if (relied.safeParse(found).success) return found as Environment;
  throw new DataError(`${path} is damaged: it does not hold what a run writes there`);
}

/** Writes environment.json. @throws StorageError where it cannot be written */
export function writeEnvironment(directory: string, environment: Environment): void {
  writeJson(runPath(directory, RUN_FILES.environment), environment);
}

/**
 * Runs work and says what it cost.
 *
 * @param announce told how much memory the process has before; says how much it is expected to have at most
 */
export async function measureCost(
  work: () => Promise<void>,
  announce: (memoryBytes: number) => number,
): Promise<StageCost> {
  notePeak();
  resetPeakMemory();
  const before = peakMemory();
  const announcedMemoryBytes = announce(before);
  peaks.push(before);
  const start = performance.now();
  try {
    await work();
    notePeak();
    const seconds = (performance.now() - start) / 1000;
    return { seconds, peakMemoryBytes: peaks[peaks.length - 1], announcedMemoryBytes };
  } finally {
    peaks.pop();
  }
}

/** Largest memory of each piece of work that is being measured, the innermost last: a run within a run begins its own count. */
const peaks: number[] = [];

function notePeak(): void {
  const now = peakMemory();
  for (const at of peaks.keys()) peaks[at] = Math.max(peaks[at], now);
}

/** Linux can start the count of the largest resident memory anew; elsewhere it is that of the whole process. */
function resetPeakMemory(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux, or not allowed: an upper bound is reported.
  }
}

function peakMemory(): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found) return Number(found[1]) * 1024;
  } catch {
    // As above.
  }
  return process.resourceUsage().maxRSS * 1024;
}

function gitRevision(): string | null {
  // An installed program lies in somebody else's repository, if in any.
  if (!existsSync(join(CHECKOUT, '.git'))) return null;
  try {
    const output = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: CHECKOUT, stdio: ['ignore', 'pipe', 'ignore'] });
    return output.toString('utf8').trim() || null;
  } catch {
    return null;
  }
}
