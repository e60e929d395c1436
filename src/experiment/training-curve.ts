/** Loss and accuracy along a run, as CSV beside the results. */
import { openTogether } from '../disposables.ts';
import { openFullBatch } from '../models/full-batch.ts';
import type { Evaluator, HistoryRow } from '../sgd/history.ts';
import { readCsv, writeCsv } from '../store/csv.ts';
import type { Workbench } from './workbench.ts';

/** At most about this many evaluations of the whole data set in one phase. */
const EVALUATIONS = 50;

const NUMBERS = [
  'epoch',
  'learningRate',
  'batchLoss',
  'trainLoss',
  'trainAccuracy',
  'testLoss',
  'testAccuracy',
] as const;

/** Epochs between two evaluations. */
export const evaluationInterval = (epochs: number): number => Math.max(1, Math.ceil(epochs / EVALUATIONS));

/** Both splits, in the run's precision. */
export function openEvaluator({ problem, dataset }: Workbench): Evaluator & { dispose(): void } {
  return openTogether((held) => ({
    train: held.add(openFullBatch(problem, dataset.train)),
    test: dataset.test && held.add(openFullBatch(problem, dataset.test)),
    dispose: () => held.dispose(),
  }));
}

/** One line a row; names in the style of the other tables. */
export function writeHistory(path: string, rows: readonly HistoryRow[]): void {
  const columns: Record<string, (string | number | null)[]> = { phase: rows.map(({ phase }) => phase) };
  for (const name of NUMBERS) columns[snake(name)] = rows.map((row) => row[name]);
  writeCsv(path, columns);
}

/** @throws DataError where the file is missing or damaged */
export function readHistory(path: string): HistoryRow[] {
  const table = readCsv(path);
  const numbers = NUMBERS.map((name) => [name, table.numbers(snake(name))] as const);
  return table.text('phase').map((phase, row) => {
    const values = numbers.map(([name, column]) => [name, Number.isNaN(column[row]) ? null : column[row]]);
    return { phase, ...Object.fromEntries(values) } as HistoryRow;
  });
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
