/** The window of a run for the stages that read it. */
import { existsSync } from 'node:fs';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import type { Context } from '../context.ts';
import type { Workbench } from '../workbench.ts';
import type { RecordedWindow } from './recorded.ts';
import { openReplayedWindow } from './replayed.ts';
import { openStoredWindow } from './stored.ts';

/**
 * Opens the window as it was recorded: from the disk, or to be run again.
 *
 * @throws DataError where it is absent or damaged
 */
export function openWindow(
  context: Pick<Context, 'directory' | 'experiment' | 'choices'>,
  bench: Workbench,
): RecordedWindow {
  const { directory, experiment } = context;
  const isOnDisk = existsSync(runPath(directory, RUN_FILES.trajectory));
  if (!isOnDisk && existsSync(runPath(directory, RUN_FILES.epochs))) return openReplayedWindow(context, bench);
  return openStoredWindow(directory, experiment.record.epochs * bench.batchesPerEpoch, bench.problem.size);
}
