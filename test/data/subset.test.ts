import { describe, expect, it } from 'vitest';
import { chooseSubset } from '../../src/data/subset.ts';
import { problemOf } from '../store/scratch.ts';

/** Which sample of the file is in each slot. */
function chosen(samples: number, seed = 1, dataset = 'mnist'): number[] {
  const { slots } = chooseSubset(100, samples, seed, dataset);
  return Array.from({ length: samples }, (_, slot) => slots.indexOf(slot));
}

describe('chooseSubset', () => {
  it('null is all, in order', () => {
    expect(chooseSubset(5, null, 1, 'mnist')).toEqual({ samples: 5, slots: Int32Array.of(0, 1, 2, 3, 4) });
    expect(chooseSubset(0, null, 1, 'mnist').samples).toBe(0);
  });

  it('fills each slot once, the rest unused', () => {
    const { samples, slots } = chooseSubset(100, 30, 1, 'mnist');
    expect(samples).toBe(30);
    expect([...slots].filter((slot) => slot >= 0).sort((a, b) => a - b)).toEqual([...Array(30).keys()]);
    expect([...slots].filter((slot) => slot === -1)).toHaveLength(70);
  });

  it('a smaller one is the beginning of a larger one', () => {
    expect(chosen(10)).toEqual(chosen(100).slice(0, 10));
    expect(chosen(100).sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
  });

  it('depends on seed and dataset alone', () => {
    expect(chosen(10)).toEqual(chosen(10));
    expect(chosen(10, 2)).not.toEqual(chosen(10));
    expect(chosen(10, 1, 'cifar10')).not.toEqual(chosen(10));
  });

  it.each([0, -1, 2.5, 101, NaN])('refuses %d of 100', async (samples) => {
    expect(await problemOf(() => chooseSubset(100, samples, 1, 'file', 'my.npy'))).toBe(
      `exit 2: data.samples is ${samples}; my.npy has 100: expected 1 to 100, or null for all`,
    );
  });
});
