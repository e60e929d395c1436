/** Channels: a mean by hand, and how often simulated intervals hold the truth. */
import { describe, expect, it } from 'vitest';
import { meanOverGroups } from '../../src/statistics/mean.ts';
import { normals } from './draws.ts';

describe('meanOverGroups', () => {
  it('is a mean by hand, the interval from the scatter of the groups', () => {
    // Groups (1, 3), (2, 6), (8, 4): means 2, 4, 6, mean 4, standard deviation 2, standard error 2/√3. With 2 degrees of
    // freedom t at p = 0.975 is (2p−1)·√(2/(4p(1−p))), in closed form.
    const t = 0.95 * Math.sqrt(2 / (4 * 0.975 * 0.025));
    const { value, low, high } = meanOverGroups([1, 3, 2, 6, 8, 4], 3);
    expect(value).toBe(4);
    expect(low).toBeCloseTo(4 - (t * 2) / Math.sqrt(3), 8);
    expect(high).toBeCloseTo(4 + (t * 2) / Math.sqrt(3), 8);
  });

  it('does not let values within a group count as independent', () => {
    const twice = meanOverGroups([1, 1, 1, 1, 3, 3, 3, 3], 2);
    expect(twice).toEqual(meanOverGroups([1, 3], 2));
  });

  it('holds the true mean 95 times in 100 where the members of a group move together', () => {
    const [replicates, groups, members] = [3000, 6, 5];
    const shared = normals(replicates * groups, 'mean/shared');
    const own = normals(replicates * groups * members, 'mean/own');
    let inside = 0;
    for (let r = 0; r < replicates; r++) {
      const values = Array.from({ length: groups * members }, (_, at) => {
        const group = r * groups + Math.floor(at / members);
        return 7 + shared[group] + own[r * groups * members + at];
      });
      const { low, high } = meanOverGroups(values, groups);
      if (low <= 7 && 7 <= high) inside++;
    }
    expect(Math.abs(inside / replicates - 0.95)).toBeLessThan(0.016);
  });

  it('has no interval from one group', () => {
    expect(meanOverGroups([1, 2], 1)).toEqual({ value: 1.5, low: NaN, high: NaN });
  });
});
