import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/data/dataset.ts';
import { emptyClasses, readTargets } from '../../src/data/targets.ts';
import { copyFinite, indexText, isIntegral, type FileTensor } from '../../src/data/tensors.ts';
import { problemOf } from '../store/scratch.ts';

const tensor = (shape: number[], data: FileTensor['data']): FileTensor => ({ shape, data });
const bytes = (...values: number[]) => tensor([values.length], Uint8Array.from(values));
const longs = (...values: bigint[]) => tensor([values.length], BigInt64Array.from(values));
const reals = (...values: number[]) => tensor([values.length], Float64Array.from(values));
const rows = (columns: number, ...values: number[]) =>
  tensor([values.length / columns, columns], Float32Array.from(values));

describe('the task that is guessed', () => {
  const CASES: [string, FileTensor, Task, number, number[]][] = [
    ['0 and 1 as integers', bytes(0, 1, 1), 'binary', 1, [0, 1, 1]],
    ['0 and 1 as floats', reals(0, 1, 1), 'binary', 1, [0, 1, 1]],
    ['0 and 1 as a column', tensor([2, 1], Int32Array.of(1, 0)), 'binary', 1, [1, 0]],
    ['other integers', longs(2n, 0n, 1n), 'classes', 3, [0, 0, 1, 1, 0, 0, 0, 1, 0]],
    ['other integers as a column', tensor([3, 1], Int32Array.of(1, 2, 0)), 'classes', 3, [0, 1, 0, 0, 0, 1, 1, 0, 0]],
    ['whole floats', reals(2, 0, 1), 'regression', 1, [2, 0, 1]],
    ['floats', reals(0.5, 0, 1), 'regression', 1, [0.5, 0, 1]],
    ['one-hot rows of floats', rows(2, 0, 1, 1, 0), 'classes', 2, [0, 1, 1, 0]],
    ['one-hot rows of integers', tensor([2, 2], Int8Array.of(1, 0, 1, 0)), 'classes', 2, [1, 0, 1, 0]],
    ['rows with two ones', rows(2, 1, 1, 1, 0), 'regression', 2, [1, 1, 1, 0]],
    ['rows with none', rows(2, 0, 0, 1, 0), 'regression', 2, [0, 0, 1, 0]],
    ['rows of integers', tensor([2, 2], Int32Array.of(3, -4, 5, 6)), 'regression', 2, [3, -4, 5, 6]],
  ];
  it.each(CASES)('%s', (_name, given, task, outputs, y) => {
    expect(readTargets(given, null, 'y')).toEqual({ task, outputs, y: Float32Array.from(y) });
  });
});

describe('the task that is given', () => {
  it('takes what it can stand for', () => {
    expect(readTargets(bytes(0, 1), 'classes', 'y')).toMatchObject({ task: 'classes', outputs: 2 });
    expect(readTargets(reals(2, 0, 1), 'classes', 'y')).toMatchObject({ task: 'classes', outputs: 3 });
    expect(readTargets(bytes(0, 1), 'regression', 'y')).toMatchObject({ task: 'regression', outputs: 1 });
    expect(readTargets(longs(-5n, 40n), 'regression', 'y').y).toEqual(Float32Array.of(-5, 40));
    expect(readTargets(rows(2, 0, 1, 1, 0), 'regression', 'y')).toMatchObject({ task: 'regression', outputs: 2 });
    expect(readTargets(tensor([3, 1], Float64Array.of(0, 1, 0)), 'binary', 'y').outputs).toBe(1);
  });

  const numbers = 'expected class numbers from 0 to 2 (for real targets give data.task: regression)';
  const REFUSED: [string, FileTensor, Task | null, string][] = [
    ['binary of 2', bytes(0, 1, 2), 'binary', 'y is 2 at index [2]; a binary task expects 0 or 1'],
    ['binary of ½', reals(0, 0.5), 'binary', 'y is 0.5 at index [1]; a binary task expects 0 or 1'],
    ['binary of two columns', rows(2, 0, 1), 'binary', 'y has 2 columns; a binary task has one, of 0 and 1'],
    ['classes of −1', longs(0n, -1n, 1n), null, `y is -1 at index [1]; ${numbers}`],
    ['classes of ½', reals(0, 1, 0.5), 'classes', `y is 0.5 at index [2]; ${numbers}`],
    ['classes as far as no sample reaches', bytes(0, 1, 3), null, `y is 3 at index [2]; ${numbers}`],
    ['classes as a column', tensor([3, 1], Int32Array.of(0, 9, 1)), null, `y is 9 at index [1, 0]; ${numbers}`],
    [
      'classes of nothing but 0',
      bytes(0, 0),
      'classes',
      'y is 0 everywhere; a classes task expects at least two classes',
    ],
    [
      'classes of rows that are not one-hot',
      rows(3, 0, 1, 0, 1, 1, 0),
      'classes',
      'y is [1, 1, 0] at index 1; a classes task expects one 1 and else 0, or class numbers',
    ],
    [
      'classes of long rows that are not one-hot',
      rows(7, 0, 0.5, 0.5, 0, 0, 0, 0),
      'classes',
      'y is [0, 0.5, 0.5, 0, 0, 0, …] at index 0; a classes task expects one 1 and else 0, or class numbers',
    ],
    ['NaN', reals(0, NaN), null, 'y is NaN at index [1]; expected a finite number'],
    ['beyond float32', reals(0, 1e39), null, 'y is 1e+39 at index [1]; expected a number that float32 can hold'],
  ];
  it.each(REFUSED)('refuses %s', async (_name, given, task, expected) => {
    expect(await problemOf(() => readTargets(given, task, 'y'))).toBe(`exit 3: ${expected}`);
  });

  it("holds the test split to training's task and columns", async () => {
    const training = readTargets(bytes(0, 2, 1), null, 'y');
    expect(readTargets(bytes(1), null, 'y', training)).toEqual({
      task: 'classes',
      outputs: 3,
      y: Float32Array.of(0, 1, 0),
    });
    expect(await problemOf(() => readTargets(rows(2, 0, 1), null, 'y', training))).toBe(
      'exit 3: y has 2 columns; the training targets have 3',
    );
    expect(await problemOf(() => readTargets(bytes(2), null, 'y', readTargets(bytes(0, 1), null, 'y')))).toBe(
      'exit 3: y is 2 at index [0]; a binary task expects 0 or 1',
    );
  });
});

describe('emptyClasses', () => {
  it('is silent where every class has a sample, and for other tasks', () => {
    expect(emptyClasses(readTargets(bytes(0, 2, 1), null, 'y'), 'y')).toEqual([]);
    expect(emptyClasses(readTargets(reals(0, 7), null, 'y'), 'y')).toEqual([]);
  });

  it('lists at most five', () => {
    const targets = readTargets(
      tensor(
        [10],
        Int32Array.from({ length: 10 }, () => 9),
      ),
      null,
      'y',
    );
    expect(emptyClasses(targets, 'y')).toEqual([
      {
        code: 'empty-class',
        text: 'y has 10 classes, of which 9 have no sample (0, 1, 2, 3, 4, …): class numbers count from 0',
      },
    ]);
  });
});

describe('tensors', () => {
  it('an index is written as NumPy writes it', () => {
    expect(indexText(23, [2, 3, 4])).toBe('[1, 2, 3]');
    expect(indexText(0, [5])).toBe('[0]');
  });

  it('everything but the float arrays is integral', () => {
    expect([bytes(1), longs(1n), reals(1), rows(1, 1)].map(isIntegral)).toEqual([true, true, false, false]);
  });

  it('copies into what is given, which may be the tensor itself', () => {
    const data = Float32Array.of(1, 2);
    expect(copyFinite({ shape: [2], data }, data, 'x')).toBe(data);
    expect(data).toEqual(Float32Array.of(1, 2));
  });
});
