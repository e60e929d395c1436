/** The workbench that some stages of a run need. */
import type { Voice } from './context.ts';
import { refuseNotFinite } from './import/finite.ts';
import { refuseUnsoundModel } from './model-doctor/examine-model.ts';
import { refuseMemoryBeyondReachOf } from './memory.ts';
import { inSection, OPENING } from './profile.ts';
import type { StoredExperiment } from './run-directory.ts';
import { requireSameData } from './same-data.ts';
import { refuseStagesThatDoNotFit } from './stage-memory.ts';
import { hasStage, stageAt, type StageName, STAGES } from './stages.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** A workbench for some stages, from the first to the last of them. @throws as `openWorkbench`; DataError for an import that holds NaN */
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
  if (runs('train')) await refuseNotFinite(experiment, voice);
  const bench = await inSection(OPENING, () => openWorkbench(experiment, choices, voice, options));
  await refuseMemoryBeyondReachOf(bench.problem.backend, memoryBytes);
  const names = STAGES.filter((stage) => hasStage(experiment, stage) && runs(stage.name)).map(({ name }) => name);
  refuseStagesThatDoNotFit(names, experiment, bench);
  // Later stages compute with a minimum whose making was allowed.
  if (runs('train')) await inSection(OPENING, () => refuseUnsoundModel(experiment, bench, voice));
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
