/** Running and reading experiments from another program: silent, and nothing heavy is loaded before it is needed. */
import { silent } from '../progress.ts';
import type { Summary } from '../report/summary.ts';
import { requireRunDirectory } from '../store/run-directory.ts';
import type { BackendName } from '../tensor/types.ts';
import type { ChooserOptions } from './back-ends/choose.ts';
import type { Voice } from './context.ts';
import type { PipelineOptions, PipelineResult } from './pipeline.ts';
import { readSummary as readSummaryOf } from './report/summaries.ts';
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

/** Where an experiment is to be run, and who is told what was chosen for it. */
export interface BackendOptions extends Pick<ChooserOptions, 'directory'> {
  readonly voice?: Voice;
}

/**
 * The fastest back end of this machine that passes its self-test, for an experiment; what `--backend auto` does. Each is tried
 * in a process of its own; where the directory holds a run, its back end is taken if it works.
 *
 * @returns a name for the experiment's key `backend`
 * @throws ConfigurationError where no back end works, with the reasons; DataError where the experiment's files are missing or damaged
 */
export async function chooseBackend(
  experiment: Experiment,
  { directory, voice = NOBODY }: BackendOptions = {},
): Promise<BackendName> {
  const chooser = await import('./back-ends/choose.ts');
  return await chooser.chooseBackend(experiment, voice, { directory });
}

/**
 * What a run found, range by range: `summary.json`, with the warnings that its controls add.
 *
 * @throws DataError where there is no run directory, or its runs were not compared yet
 */
export function readSummary(directory: string): Summary {
  return readSummaryOf(requireRunDirectory(directory));
}
