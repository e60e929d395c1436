/** Running and reading experiments from another program: silent, and nothing heavy is loaded before it is needed. */
import { silent } from '../progress.ts';
import type { Summary } from '../report/summary.ts';
import { readJson } from '../store/json.ts';
import { RUN_FILES, requireRunDirectory, runPath } from '../store/run-directory.ts';
import type { Voice } from './context.ts';
import type { PipelineOptions, PipelineResult } from './pipeline.ts';
import type { Experiment } from './schema.ts';

/** How an experiment is run; nothing here changes a result. */
export interface RunOptions extends PipelineOptions {
  /** Told what is going on; nobody is unless said otherwise. What must not be overlooked is in the summary's warnings, too. */
  readonly voice?: Voice;
}

const NOBODY: Voice = { begin: () => silent, say: () => {}, warn: () => {} };

/**
 * Runs an experiment in a directory, from the first stage that is not up to date on; what `epochnoise run` does.
 *
 * @param directory the run directory, made where there is none; an earlier run with other settings is kept beside it
 * @param experiment a resolved configuration, of {@link loadExperiment} or {@link resolveExperiment}
 * @throws ConfigurationError for settings that do not go together, DataError for missing or damaged files, RunError where
 * the experiment itself cannot go on; what was finished before stays
 */
export async function runExperiment(
  directory: string,
  experiment: Experiment,
  { voice = NOBODY, ...options }: RunOptions = {},
): Promise<PipelineResult> {
  const pipeline = await import('./pipeline.ts');
  return await pipeline.runExperiment(directory, experiment, voice, options);
}

/**
 * What a run found, range by range: `summary.json`.
 *
 * @throws DataError where there is no run directory, or its runs were not compared yet
 */
export function readSummary(directory: string): Summary {
  return readJson<Summary>(runPath(requireRunDirectory(directory), RUN_FILES.summary));
}
