/** The experiment that an import is. */
import { readGiven, resolveExperiment } from '../load.ts';
import type { Experiment } from '../schema.ts';
import { importSettings } from './settings.ts';

/** What is known beside the recording. */
export interface ImportOptions {
  /** Experiment with the model, the loss and the data that were trained. */
  readonly file: string | null;
  /** Eigenpairs and noise, where there is no such model. */
  readonly eigenpairs: string | null;
  /** `key.path=value` */
  readonly assignments: readonly string[];
}

/** @throws ConfigurationError for settings that are missing, contradict one another or are wrong; DataError for a recording that cannot be read */
export function loadImport(recording: string, { file, eigenpairs, assignments }: ImportOptions): Experiment {
  const { given } = readGiven(file, assignments);
  return resolveExperiment(importSettings({ recording, eigenpairs, given }));
}
