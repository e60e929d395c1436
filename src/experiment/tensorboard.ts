/**
 * TensorBoard's event files of a run, made from its training curve. A command of its own, and no stage: they carry the time
 * and the machine at which they were written, and what a stage writes is the same byte for byte.
 */
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DataError } from '../errors.ts';
import type { HistoryRow } from '../sgd/history.ts';
import { attempt } from '../store/atomic.ts';
import { RUN_FILES, requireRunDirectory, runPath } from '../store/run-directory.ts';
import { openEventWriter } from '../tensor/event-writer.ts';
import { fromHere, typed } from '../typed.ts';
import type { Described } from './result.ts';
import { readHistory } from './training-curve.ts';

/** What TensorBoard shows under each name of a row's numbers, and in which of its two runs. */
const SCALARS = [
  ['train', 'loss', 'trainLoss'],
  ['test', 'loss', 'testLoss'],
  ['train', 'accuracy', 'trainAccuracy'],
  ['test', 'accuracy', 'testAccuracy'],
  ['train', 'batch_loss', 'batchLoss'],
  ['train', 'learning_rate', 'learningRate'],
] as const satisfies readonly (readonly [string, string, keyof HistoryRow])[];

/** Iterations of the polish have no epochs of their own: they are counted. */
function withSteps(rows: readonly HistoryRow[]): (HistoryRow & { readonly step: number })[] {
  let polished = 0;
  return rows.map((row) => ({ ...row, step: row.phase === 'polish' ? polished++ : row.epoch }));
}

/**
 * Writes `tensorboard/train` and `tensorboard/test` into a run directory, in place of what an earlier call wrote. Tags are
 * `<phase>/<number>`, steps are epochs, or iterations of the polish.
 *
 * @throws DataError where there is no run, or its training is not done; ConfigurationError without the native library
 */
export function writeTensorboard(runDirectory: string): Described {
  const run = requireRunDirectory(runDirectory);
  const files = [RUN_FILES.training, RUN_FILES.windowCurve].map((file) => runPath(run, file)).filter(existsSync);
  if (files.length === 0)
    throw new DataError(`${run} has no training curve yet; run \`${typed('train', fromHere(run))}\` first`);
  const rows = withSteps(files.flatMap(readHistory));
  const target = runPath(run, RUN_FILES.tensorboard);
  const made = attempt(target, () => mkdtempSync(join(dirname(target), '.tensorboard-')));
  let scalars = 0;
  try {
    for (const split of ['train', 'test']) {
      const chosen = SCALARS.filter(([of]) => of === split);
      const values = rows.flatMap(({ phase, step, ...row }) =>
        chosen.flatMap(([, name, key]) =>
          row[key] === null ? [] : [{ tag: `${phase}/${name}`, value: row[key], step }],
        ),
      );
      if (values.length === 0) continue;
      const writer = openEventWriter(join(made, split));
      for (const { tag, value, step } of values) writer.scalar(tag, value, step);
      writer.flush();
      scalars += values.length;
    }
    attempt(target, () => {
      rmSync(target, { recursive: true, force: true });
      renameSync(made, target);
    });
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    throw error;
  }
  const shown = relative(process.cwd(), target) || '.';
  const phases = [...new Set(rows.map(({ phase }) => phase))];
  const lines = [
    `${shown}: ${scalars} numbers of ${phases.join(', ')}`,
    `Look at them: tensorboard --logdir ${shown}   (or at those of several runs: the folder that holds the runs)`,
  ];
  return { document: { folder: target, phases, scalars }, text: lines.join('\n') };
}
