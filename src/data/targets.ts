/**
 * What a user's `y` means. Where no task is given, it is guessed from the values:
 *
 * | y | task |
 * | --- | --- |
 * | one column of nothing but 0 and 1, in any format | binary |
 * | one column of other integers or booleans | classes |
 * | several columns, each row one 1 and else 0 | classes |
 * | anything else | regression |
 *
 * One column is [samples] or [samples, 1]. Class numbers count from 0, and there are as many classes as the largest number
 * says: the training file decides, also for a subset and for the test split.
 */
import { DataError } from '../errors.ts';
import { oneHot, type DataWarning, type Task } from './dataset.ts';
import { copyFinite, indexText, isIntegral, type FileTensor } from './tensors.ts';

/** Targets, ready for the loss. */
export interface Targets {
  readonly task: Task;
  readonly outputs: number;
  /** [samples, outputs] */
  readonly y: Float32Array;
}

/**
 * Reads targets as this task has them.
 *
 * @param task null to guess
 * @param where names file and tensor in errors
 * @param training the training split's, where this is the test split: task and columns are then the same
 * @throws DataError for values that contradict the task or the training split, naming the index
 */
export function readTargets(
  tensor: FileTensor,
  task: Task | null,
  where: string,
  training: Targets | null = null,
): Targets {
  const [samples, columns = 1] = tensor.shape;
  const values = copyFinite(tensor, new Float64Array(samples * columns), where);
  const chosen = training?.task ?? task ?? guessTask(values, columns, isIntegral(tensor));
  const targets = READERS[chosen]({ tensor, values, samples, columns, where, classes: training?.outputs ?? null });
  if (training === null || targets.outputs === training.outputs) return targets;
  throw new DataError(`${where} has ${targets.outputs} columns; the training targets have ${training.outputs}`);
}

/** The table at the head of this file. */
function guessTask(values: Float64Array, columns: number, integral: boolean): Task {
  if (columns > 1) return brokenRow(values, columns) < 0 ? 'classes' : 'regression';
  if (values.every(isBit)) return 'binary';
  return integral ? 'classes' : 'regression';
}

interface Given {
  readonly tensor: FileTensor;
  /** [samples, columns], all finite */
  readonly values: Float64Array;
  readonly samples: number;
  readonly columns: number;
  readonly where: string;
  /** Number of classes where the training split has decided it. */
  readonly classes: number | null;
}

const READERS: Readonly<Record<Task, (given: Given) => Targets>> = {
  regression({ tensor, columns, where, values }) {
    return { task: 'regression', outputs: columns, y: copyFinite(tensor, new Float32Array(values.length), where) };
  },

  binary({ tensor, values, columns, where }) {
    if (columns > 1) throw new DataError(`${where} has ${columns} columns; a binary task has one, of 0 and 1`);
    const wrong = values.findIndex((value) => !isBit(value));
    if (wrong < 0) return { task: 'binary', outputs: 1, y: Float32Array.from(values) };
    const index = indexText(wrong, tensor.shape);
    throw new DataError(`${where} is ${values[wrong]} at index ${index}; a binary task expects 0 or 1`);
  },

  classes(given) {
    return given.columns > 1 ? readRows(given) : readNumbers(given);
  },
};

/** One-hot rows. */
function readRows({ values, columns, where }: Given): Targets {
  const row = brokenRow(values, columns);
  if (row < 0) return { task: 'classes', outputs: columns, y: Float32Array.from(values) };
  const shown = Array.from(values.subarray(row * columns, row * columns + Math.min(columns, 6))).join(', ');
  throw new DataError(
    `${where} is [${shown}${columns > 6 ? ', …' : ''}] at index ${row}; a classes task expects one 1 and else 0, or class numbers`,
  );
}

/** Class numbers. */
function readNumbers({ tensor, values, samples, where, classes }: Given): Targets {
  // Beyond the number of samples some class would have none: a number that high is no class number.
  const most = classes ?? samples;
  const wrong = values.findIndex((value) => !Number.isInteger(value) || value < 0 || value >= most);
  if (wrong >= 0) {
    const wayOut = classes === null ? ' (for real targets give data.task: regression)' : ', as in training';
    throw new DataError(
      `${where} is ${values[wrong]} at index ${indexText(wrong, tensor.shape)}; ` +
        `expected class numbers from 0 to ${most - 1}${wayOut}`,
    );
  }
  const outputs = classes ?? values.reduce((largest, value) => Math.max(largest, value), 0) + 1;
  if (outputs < 2) throw new DataError(`${where} is 0 everywhere; a classes task expects at least two classes`);
  return { task: 'classes', outputs, y: oneHot(values, outputs) };
}

/** A warning where classes have no sample, as when the numbers were counted from 1; at most one. */
export function emptyClasses({ task, outputs, y }: Targets, where: string): DataWarning[] {
  if (task !== 'classes') return [];
  const counts = new Float64Array(outputs);
  y.forEach((value, index) => (counts[index % outputs] += value));
  const empty = Array.from(counts.keys()).filter((label) => counts[label] === 0);
  if (empty.length === 0) return [];
  const listed = `${empty.slice(0, 5).join(', ')}${empty.length > 5 ? ', …' : ''}`;
  const text = `${where} has ${outputs} classes, of which ${empty.length} have no sample (${listed}): class numbers count from 0`;
  return [{ code: 'empty-class', text }];
}

/** The first row that is not one 1 and else 0; −1 where all are. */
function brokenRow(values: Float64Array, columns: number): number {
  for (let start = 0; start < values.length; start += columns) {
    let ones = 0;
    let zeros = 0;
    for (let index = start; index < start + columns; index++) {
      if (values[index] === 1) ones++;
      else if (values[index] === 0) zeros++;
    }
    if (ones !== 1 || zeros !== columns - 1) return start / columns;
  }
  return -1;
}

function isBit(value: number): boolean {
  return value === 0 || value === 1;
}
