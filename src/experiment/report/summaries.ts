/** Reading what a run and its controls add up to. */
import { existsSync } from 'node:fs';
import type { ControlSummary, Summary } from '../../report/summary.ts';
import { readJson } from '../../store/json.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';

/**
 * summary.json of a run, with the warnings that its controls, which are computed later, put in the place of its own.
 *
 * @throws DataError where it is missing or damaged
 */
export function readSummary(directory: string): Summary {
  const summary = readJson<Summary>(runPath(directory, RUN_FILES.summary));
  const { warnings: later = [] } = readControlSummary(directory) ?? {};
  if (later.length === 0) return summary;
  const replaced = new Set(later.map(({ code }) => code));
  return { ...summary, warnings: [...summary.warnings.filter(({ code }) => !replaced.has(code)), ...later] };
}

/** controls.json of a run that has controls. */
export function readControlSummary(directory: string): ControlSummary | undefined {
  const path = runPath(directory, RUN_FILES.controlSummary);
  return existsSync(path) ? readJson<ControlSummary>(path) : undefined;
}
