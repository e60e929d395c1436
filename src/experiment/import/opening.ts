/** Where an imported window opens: in place of a training. */
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { writeHistory } from '../training-curve.ts';
import { readOpeningOf } from './recording.ts';
import { recordingOf } from './recording-of-run.ts';

/** Writes the minimum, which is the opening state, and an empty training curve. @throws DataError as `recordingOf` */
export async function importOpening(context: Context): Promise<void> {
  const { directory } = context;
  const { dataset, problem, samples } = await context.workbench();
  const { theta, velocity } = readOpeningOf(recordingOf(context.experiment, problem.model, samples));
  const shape = [problem.size];
  writeHistory(runPath(directory, RUN_FILES.training), []);
  writeSafetensors(
    runPath(directory, RUN_FILES.minimum),
    { theta: { shape, data: theta }, velocity: { shape, data: velocity } },
    { polish: null, sources: dataset.sources },
  );
}
