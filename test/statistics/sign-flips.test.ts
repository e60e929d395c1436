/**
 * Channels: scipy 1.17.1 (stats.permutation_test, permutation_type='samples', exact), the plain count of all signs, closed
 * forms, and how often a p value is small where nothing differs.
 */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { EXACT_UP_TO, signFlipTest } from '../../src/statistics/sign-flips.ts';
import { normals } from './draws.ts';

const random = () => randomStream(1, 'test/sign-flips');

/** All signs, one after the other. */
function plainly(differences: readonly number[]): number {
  const found = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  let count = 0;
  for (let signs = 0; signs < 2 ** differences.length; signs++) {
    const sum = differences.reduce((all, value, i) => all + ((signs >> i) & 1 ? value : -value), 0);
    if (Math.abs(sum) >= found - 1e-9) count++;
  }
  return count / 2 ** differences.length;
}

describe('signFlipTest', () => {
  it('is what scipy says', () => {
    expect(signFlipTest([0.31, -0.12, 0.45, 0.27, 0.08, -0.05, 0.62, 0.19], random())).toBe(12 / 256);
    // Ties, and a pair without a difference.
    expect(signFlipTest([3, 1, 1, -2, 2, 2, -1, 4, 0, 1, -1, 2, 3], random())).toBe(456 / 8192);
  });

  it.each([1, 2, 3, 6, 11])('counts all signs of %i differences', (count) => {
    for (let shift = 0; shift < 5; shift++) {
      const differences = normals(count, `flips/${count}/${shift}`).map((value) => value + shift / 3);
      expect(signFlipTest(differences, random())).toBe(plainly(differences));
    }
  });

  it('is 2/2ⁿ where all differ one way, and knows equal sums that rounding tells apart', () => {
    // 0.1 + 0.2 + … is not the same in another order.
    const differences = Array.from({ length: EXACT_UP_TO }, (_, i) => 0.1 * ((i % 7) + 1));
    expect(signFlipTest(differences, random())).toBe(2 / 2 ** EXACT_UP_TO);
    expect(signFlipTest([0.1, 0.2, -0.3], random())).toBe(1);
    expect(signFlipTest([0.3, 0.3, 0.3, -0.3], random())).toBe(10 / 16);
  });

  it('is 1 where nothing differs, and nothing without pairs', () => {
    expect(signFlipTest([0, 0, 0], random())).toBe(1);
    expect(signFlipTest([], random())).toBeNaN();
  });

  it('is near the exact value from random signs, and the same from the same stream', () => {
    // Differences of 0 change no share, but make of 40 one more than is counted.
    const exact = normals(EXACT_UP_TO, 'flips/many').map((value) => value + 0.25);
    const more = [...exact, 0];
    const [p, drawn] = [signFlipTest(exact, random()), signFlipTest(more, random())];
    expect(p).toBeGreaterThan(0.01);
    expect(p).toBeLessThan(0.9);
    // Five standard errors of 20,000 draws.
    expect(Math.abs(drawn - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 20_000));
    expect(drawn).not.toBe(p);
    expect(signFlipTest(more, random())).toBe(drawn);
  });

  it('is below 5 % as often as that says where nothing differs, heavy tails or not', () => {
    const [replicates, pairs] = [4000, 10];
    const all = normals(replicates * pairs, 'flips/null').map((value) => value ** 3);
    let small = 0;
    for (let r = 0; r < replicates; r++)
      if (signFlipTest(all.slice(r * pairs, (r + 1) * pairs), random()) <= 0.05) small++;
    // p comes in steps of 2/1024: 50 of 1024 lie at or below 5 %.
    expect(Math.abs(small / replicates - 50 / 1024)).toBeLessThan(0.017);
  });
});
