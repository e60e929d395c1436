import { expect, it } from 'vitest';
import { readIndices, writeIndices } from '../../../../src/experiment/sweep/slurm/indices.ts';

it.each([
  [[0], '0'],
  [[0, 1, 2, 3], '0-3'],
  [[11, 9, 10, 2, 2, 5], '2,5,9-11'],
  [[0, 1, 3, 4], '0-1,3-4'],
])('%j is written %s', (indices, text) => expect(writeIndices(indices)).toBe(text));

it.each([
  ['7', [7]],
  ['2-5%2', [2, 3, 4, 5]],
  ['0,2-3,9', [0, 2, 3, 9]],
  ['0-8:4', [0, 4, 8]],
  ['0-7:4%1', [0, 4]],
  ['N/A', []],
  ['', []],
])('%s is read', (text, indices) => expect(readIndices(text)).toEqual(indices));

it('what is written is read as it was, whatever the gaps', () => {
  for (let bits = 1; bits < 256; bits++) {
    const indices = Array.from({ length: 8 }, (_, i) => i).filter((i) => bits & (1 << i));
    expect(readIndices(writeIndices(indices))).toEqual(indices);
  }
});
