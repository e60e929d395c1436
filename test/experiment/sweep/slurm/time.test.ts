/** Channel: the forms and their meanings as sbatch(1) lists them. */
import { expect, it } from 'vitest';
import { elapsed, timeLimit } from '../../../../src/experiment/sweep/slurm/time.ts';

it.each([
  ['90', 90 * 60],
  ['1:30', 90],
  ['12:00:00', 12 * 3600],
  ['2-12', 60 * 3600],
  ['2-12:30', 60 * 3600 + 30 * 60],
  ['1-00:00:05', 86405],
  ['UNLIMITED', null],
  ['infinite', null],
])('a time limit of %s', (text, seconds) => expect(timeLimit(text)).toBe(seconds));

it.each(['', 'abc', '1h', '1:2:3:4', '-5', '1.5'])('%j is no time limit', (text) =>
  expect(() => timeLimit(text)).toThrow(
    `the time limit ${JSON.stringify(text)} is none that SLURM knows: give minutes, hours:minutes:seconds or days-hours, such as 90, 12:00:00 or 2-12`,
  ),
);

it.each([
  ['0:06', 6],
  ['1:12', 72],
  ['00:00:18', 18],
  ['2-03:04:05', 2 * 86400 + 3 * 3600 + 4 * 60 + 5],
  ['INVALID', null],
  ['', null],
])('%j has passed', (text, seconds) => expect(elapsed(text)).toBe(seconds));
