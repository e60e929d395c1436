/** TensorBoard's event files. Channel: the file format, read by hand with its checksums. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeTensorboard } from '../../src/experiment/tensorboard.ts';
import { writeHistory } from '../../src/experiment/training-curve.ts';
import type { HistoryRow, Phase } from '../../src/sgd/history.ts';
import { listing, problemOf, scratchFolder } from '../store/scratch.ts';
import { readScalars, type Scalar } from './event-file.ts';
import { run } from './run/tiny.ts';

/** All scalars of a run's event files, by split. */
function scalars(directory: string): Record<string, Scalar[]> {
  const folder = join(directory, 'tensorboard');
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((split) => {
        const files = readdirSync(join(folder, split));
        expect(files).toHaveLength(1);
        return [split, readScalars(join(folder, split, files[0]))];
      }),
  );
}

const row = (phase: Phase, epoch: number, values: Partial<HistoryRow>): HistoryRow => ({
  ...{ learningRate: null, batchLoss: null, trainLoss: null, trainAccuracy: null, testLoss: null, testAccuracy: null },
  ...{ phase, epoch },
  ...values,
});

/** A run directory with nothing but a training curve. */
function withCurve(training: readonly HistoryRow[], window: readonly HistoryRow[] = []): string {
  const directory = join(scratchFolder(), 'run');
  mkdirSync(directory);
  writeFileSync(join(directory, 'experiment.json'), '{}');
  writeHistory(join(directory, 'training.csv'), training);
  if (window.length > 0) writeHistory(join(directory, 'window.csv'), window);
  return directory;
}

describe('writeTensorboard', () => {
  it('puts every number under its phase, its name and its split, at its epoch', () => {
    const directory = withCurve(
      [
        row('train', 1, { learningRate: 0.5, batchLoss: 2.5, trainLoss: 2.25, trainAccuracy: 0.5, testLoss: 3 }),
        row('train', 2, { learningRate: 0.25, batchLoss: 1.5 }),
        row('polish', 2, { trainLoss: 1, testLoss: 2, testAccuracy: 0.75 }),
        row('polish', 2, { trainLoss: 0.5, testLoss: 1.75 }),
      ],
      [row('burn-in', 3, { trainLoss: 0.625 }), row('window', 300, { trainLoss: 1e-9, testLoss: 0.1 })],
    );
    const { document } = writeTensorboard(directory);
    expect(document).toMatchObject({ phases: ['train', 'polish', 'burn-in', 'window'], scalars: 15 });
    expect(scalars(directory)).toEqual({
      train: [
        { tag: 'train/loss', step: 1, value: 2.25 },
        { tag: 'train/accuracy', step: 1, value: 0.5 },
        { tag: 'train/batch_loss', step: 1, value: 2.5 },
        { tag: 'train/learning_rate', step: 1, value: 0.5 },
        { tag: 'train/batch_loss', step: 2, value: 1.5 },
        { tag: 'train/learning_rate', step: 2, value: 0.25 },
        // Iterations, which share an epoch, are counted.
        { tag: 'polish/loss', step: 0, value: 1 },
        { tag: 'polish/loss', step: 1, value: 0.5 },
        { tag: 'burn-in/loss', step: 3, value: 0.625 },
        { tag: 'window/loss', step: 300, value: Math.fround(1e-9) },
      ],
      test: [
        { tag: 'train/loss', step: 1, value: 3 },
        { tag: 'polish/loss', step: 0, value: 2 },
        { tag: 'polish/accuracy', step: 0, value: 0.75 },
        { tag: 'polish/loss', step: 1, value: 1.75 },
        { tag: 'window/loss', step: 300, value: Math.fround(0.1) },
      ],
    });
  });

  it('replaces what an earlier call wrote, and leaves nothing else', () => {
    const directory = withCurve([row('train', 1, { trainLoss: 1 })]);
    writeTensorboard(directory);
    writeHistory(join(directory, 'training.csv'), [row('train', 1, { trainLoss: 2 })]);
    writeTensorboard(directory);
    expect(scalars(directory)).toEqual({ train: [{ tag: 'train/loss', step: 1, value: 2 }] });
    expect(listing(directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('leaves a run up to date', async () => {
    const directory = join(scratchFolder(), 'run');
    await run(directory, { train: { epochs: 2, initialLearningRate: 0.1 } }, 'record');
    writeTensorboard(directory);
    const { train } = scalars(directory);
    expect([...new Set(train.map(({ tag }) => tag.split('/')[0]))]).toEqual(['train', 'polish', 'burn-in', 'window']);
    expect((await run(directory, { train: { epochs: 2, initialLearningRate: 0.1 } }, 'record')).ran).toEqual([]);
  });

  it('refuses what is no run, and a run that has no curve yet', async () => {
    const folder = scratchFolder();
    expect(await problemOf(() => writeTensorboard(join(folder, 'none')))).toMatch(/^exit 3: no run directory ~\/none/);
    const directory = join(folder, 'run');
    mkdirSync(directory);
    writeFileSync(join(directory, 'experiment.json'), '{}');
    expect(await problemOf(() => writeTensorboard(directory))).toBe(
      'exit 3: ~/run has no training curve yet; run `epochnoise train ~/run` first',
    );
  });
});
