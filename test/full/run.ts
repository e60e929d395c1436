/** Runs the built program as a user does. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControlSummary, Summary } from '../../src/report/summary.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What a run prints as JSON, in part. */
export interface Printed {
  readonly summary: Summary;
  readonly controls: ControlSummary | null;
}

/** The summary of an experiment that is run with these settings in a folder of its own, which is then removed. */
export const summaryOf = (experiment: string, settings: readonly string[]): Summary =>
  resultOf(experiment, settings).summary;

/** All that it prints. */
export function resultOf(experiment: string, settings: readonly string[]): Printed {
  const parent = mkdtempSync(join(tmpdir(), 'epochnoise-full-'));
  try {
    const options = settings.flatMap((setting) => ['--set', setting]);
    const args = [MAIN, 'run', experiment, '--out', join(parent, 'run'), '--json', ...options];
    const output = execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
    return JSON.parse(output) as Printed;
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

/** Ranges of λ/λ_cross by their lower edge. */
export function rangeFrom(summary: Summary, low: number) {
  const range = summary.ranges.find((one) => one.low === low);
  if (!range) throw new Error(`no range from ${low} on`);
  return range;
}
