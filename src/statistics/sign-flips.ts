/** The sign-flip test (Fisher's permutation test of pairs): whether a mean difference may be chance, whatever its distribution. */
import type { RandomStream } from '../random.ts';

/** Up to so many pairs all assignments of signs are counted. */
export const EXACT_UP_TO = 40;
/** Random assignments for more. */
const DRAWS = 20_000;
/** Sums that are equal but for rounding are equal: differences of accuracies are often the same. */
const ROUNDING = 1e-12;

/**
 * Share of all 2ⁿ assignments of signs to the differences whose sum is at least as far from 0 as the one that was found: the
 * two-sided p value, if each pair is as likely to differ one way as the other. It cannot fall below 2^{1−n}.
 *
 * Exact for up to {@link EXACT_UP_TO} differences: the sums of both halves are sorted, and pairs of them counted (Horowitz and
 * Sahni 1974), 2^{n/2} steps. Beyond that from random signs, with the one that was found among them.
 *
 * @param random drawn from for more differences than that
 * @returns NaN without differences
 */
export function signFlipTest(differences: readonly number[], random: RandomStream): number {
  if (differences.length === 0) return NaN;
  const sizes = differences.map(Math.abs);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const found = Math.abs(differences.reduce((sum, difference) => sum + difference, 0)) - ROUNDING * total;
  if (found <= 0) return 1;
  return differences.length <= EXACT_UP_TO ? counted(sizes, found) : drawn(sizes, found, random);
}

function counted(sizes: readonly number[], found: number): number {
  const middle = sizes.length >> 1;
  const [first, second] = [sortedSums(sizes.slice(0, middle)), sortedSums(sizes.slice(middle))];
  let count = 0;
  // As one sum grows, ever smaller ones of the other half do.
  let from = second.length;
  for (const sum of first) {
    while (from > 0 && sum + second[from - 1] >= found) from--;
    count += second.length - from;
  }
  // As many lie as far below 0.
  return (2 * count) / 2 ** sizes.length;
}

/** The sums of all 2ⁿ assignments of signs, ascending: those with one more size added, and taken off, are merged. */
function sortedSums(sizes: readonly number[]): Float64Array {
  return sizes.reduce((sums, size) => {
    const merged = new Float64Array(2 * sums.length);
    for (let at = 0, below = 0, above = 0; at < merged.length; at++) {
      const isBelow = below < sums.length && sums[below] - size <= sums[above] + size;
      merged[at] = isBelow ? sums[below++] - size : sums[above++] + size;
    }
    return merged;
  }, new Float64Array(1));
}

function drawn(sizes: readonly number[], found: number, random: RandomStream): number {
  let count = 1;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    for (const size of sizes) sum += random.uniform() < 0.5 ? size : -size;
    if (Math.abs(sum) >= found) count++;
  }
  return count / (DRAWS + 1);
}
