/**
 * Channels: scipy 1.17.1 (stats.ttest_1samp with its confidence_interval; stats.t, stats.nct), the closed form of t with two
 * degrees of freedom, and how often simulated intervals hold the truth, or leave 0 outside.
 */
import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../src/statistics/paired.ts';
import { normals } from './draws.ts';

const DIFFERENCES = [0.31, -0.12, 0.45, 0.27, 0.08, -0.05, 0.62, 0.19];

describe('pairedDifference', () => {
  it('is what scipy says', () => {
    const usual = pairedDifference(DIFFERENCES);
    expect(usual.pairs).toBe(8);
    expect(usual.value).toBeCloseTo(0.21875, 14);
    expect(usual.standardDeviation).toBeCloseTo(0.24856373140791993, 14);
    expect(usual.low).toBeCloseTo(0.01094552018463077, 9);
    expect(usual.high).toBeCloseTo(0.4265544798153692, 9);
    expect(usual.smallestVisible).toBeCloseTo(0.286548057789904, 9);
    // One of three: a level of 1 − 0.05/3.
    const together = pairedDifference(DIFFERENCES, 1 - 0.05 / 3);
    expect(together.low).toBeCloseTo(-0.05610101407014784, 9);
    expect(together.high).toBeCloseTo(0.4936010140701483, 9);
    expect(together.smallestVisible).toBeCloseTo(0.35359459204468296, 9);
  });

  it('is by hand what it is for three', () => {
    // Mean 4, s = 2; with 2 degrees of freedom t at p is (2p−1)·√(2/(4p(1−p))).
    const t = (p: number) => (2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p)));
    const { low, high, smallestVisible } = pairedDifference([2, 4, 6]);
    expect(high - 4).toBeCloseTo((t(0.975) * 2) / Math.sqrt(3), 8);
    expect(4 - low).toBeCloseTo((t(0.975) * 2) / Math.sqrt(3), 8);
    expect(smallestVisible).toBeCloseTo(((t(0.975) + t(0.8)) * 2) / Math.sqrt(3), 8);
  });

  it('has a smallest visible difference near that of the noncentral t', () => {
    // Noncentrality at which stats.nct.sf(t_{0.975}) is 0.8; the approximation of the docstring is off by its percentages.
    const exact = { 5: 3.76106, 10: 3.14964, 30: 2.89875, 40: 2.87298 };
    for (const [pairs, noncentrality] of Object.entries(exact)) {
      const { smallestVisible, standardDeviation } = pairedDifference(normals(Number(pairs), `paired/${pairs}`));
      const found = (smallestVisible / standardDeviation) * Math.sqrt(Number(pairs));
      expect(Math.abs(found / noncentrality - 1)).toBeLessThan(pairs === '5' ? 0.012 : 0.002);
    }
  });

  it('holds the truth 95 times in 100, and sees what it says it would 80 times in 100', () => {
    const [replicates, pairs] = [4000, 12];
    const own = normals(2 * replicates * pairs, 'paired/own');
    const shared = normals(replicates * pairs, 'paired/shared');
    // What both of a pair share is ten times as large as what they do not; √2 is s of a difference, and δ visible for it.
    const visible = (2.2009852 + 0.8755299) * Math.sqrt(2 / pairs);
    let [inside, seen] = [0, 0];
    for (let r = 0; r < replicates; r++) {
      const differences = Array.from({ length: pairs }, (_, i) => {
        const at = r * pairs + i;
        const [of, against] = [10 * shared[at] + own[2 * at] + visible, 10 * shared[at] + own[2 * at + 1]];
        return of - against;
      });
      const { low, high } = pairedDifference(differences);
      if (low <= visible && visible <= high) inside++;
      if (low > 0 || high < 0) seen++;
    }
    // Five standard errors of a share.
    expect(Math.abs(inside / replicates - 0.95)).toBeLessThan(0.017);
    expect(Math.abs(seen / replicates - 0.8)).toBeLessThan(0.032);
  });

  it('says nothing of the scatter of one, and has no mean of none', () => {
    expect(pairedDifference([2])).toMatchObject({ pairs: 1, value: 2, low: NaN, high: NaN, smallestVisible: NaN });
    expect(pairedDifference([]).value).toBeNaN();
  });
});
