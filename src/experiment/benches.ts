/** The workbench that some stages of a run need. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { requireOwnFiles } from '../data/file.ts';
import { sha256File } from '../store/atomic.ts';
import type { Voice } from './context.ts';
import { inspectRecording } from './import/recording.ts';
import { inSection, OPENING } from './profile.ts';
import type { StoredExperiment } from './run-directory.ts';
import { requireSameData } from './same-data.ts';
import type { Experiment } from './schema.ts';
import { refuseStagesThatDoNotFit } from './stage-memory.ts';
import { hasStage, stageAt, type StageName, STAGES } from './stages.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** A workbench for some stages, from the first to the last of them. @throws as `openWorkbench` */
export async function openFor(
  { experiment, choices }: StoredExperiment,
  voice: Voice,
  [first, last]: readonly [number, number],
  memoryBytes?: number,
): Promise<Workbench> {
  const runs = (name: StageName) => first <= stageAt(name) && stageAt(name) <= last;
  // Controls find spectra of their own.
  const spectrum = runs('spectrum') || (runs('controls') && experiment.controls.run.length > 0);
  const options = { memoryBytes, spectrum };
  const bench = await inSection(OPENING, () => openWorkbench(experiment, choices, voice, options));
  const names = STAGES.filter((stage) => hasStage(experiment, stage) && runs(stage.name)).map(({ name }) => name);
  refuseStagesThatDoNotFit(names, experiment, bench);
  return bench;
}

/** The workbench of a run that goes on from a stage; the data are those of the stages before. @throws DataError where they are not */
export async function benchFor(
  directory: string,
  stored: StoredExperiment,
  voice: Voice,
  range: readonly [number, number],
  memoryBytes?: number,
): Promise<Workbench> {
  const bench = await openFor(stored, voice, range, memoryBytes);
  if (range[0] > stageAt('train')) requireSameData(directory, bench.dataset.sources);
  return bench;
}

/** A user's own files may change under the same name: their content belongs to the settings. */
export function dataFingerprint({ data, import: imported }: Experiment): string {
  if (data.name === 'file') requireOwnFiles(data);
  const ownData = data.name === 'file' ? [data.path, data.labels, data.testPath, data.testLabels] : [];
  const recorded = imported ? [...inspectRecording(imported.recording).files, imported.eigenpairs] : [];
  const files = [...ownData, ...recorded].filter((file) => file !== null);
  if (files.length === 0) return '';
  return createHash('sha256')
    .update(files.map((file) => sha256File(resolve(file))).join())
    .digest('hex');
}
