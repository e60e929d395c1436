/** Whether ratios in bins are 1 all along. */
import chiSquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import { LEVEL } from './chi-square.ts';
import { holds } from './estimate.ts';
import { ratioBins, type RatioBin, type RunRatios } from './ratio-bins.ts';
import { ratioScatter } from './ratio-scatter.ts';

/** More intervals that miss 1 than chance leaves in this share of all cases: not flat. */
const CHANCE = 0.05;

/** What the bins of measured over predicted say together. */
export interface Flatness {
  readonly bins: readonly RatioBin[];
  readonly directions: number;
  /** Bins with an interval, and those of them whose interval does not hold 1. */
  readonly tested: number;
  readonly outside: number;
  /** Chance that so many or more of the intervals miss 1 if each does so in 5 % of all cases. */
  readonly chance: number;
  /** Σ (log mean)²/error² over the tested bins, the errors as if directions were independent, and where these
   * scatter more than ν lets expect, by their scatter; and the chance of more. */
  readonly chiSquare: number;
  readonly probability: number;
  /** Median of |log₁₀(measured/predicted)| over the directions, found, and expected from the degrees of freedom alone. */
  readonly medianAbsLog10: number;
  readonly expectedAbsLog10: number;
  readonly judgement: 'flat' | 'flat within chance' | 'not flat';
}

/** @returns null where no bin holds enough directions, or none has an interval */
export function flatnessOf(runs: readonly RunRatios[]): Flatness | null {
  const bins = ratioBins(runs);
  const tested = bins.filter(({ ratio }) => holds(ratio, 1) !== undefined);
  if (tested.length === 0) return null;
  const outside = tested.filter(({ ratio }) => !holds(ratio, 1)).length;
  const chance = atLeast(outside, tested.length);
  const chiSquare = tested.reduce((sum, { ratio, error }) => sum + (Math.log(ratio.value) / error) ** 2, 0);
  const { found, expected } = ratioScatter(
    runs.flatMap(({ ratio }) => Array.from(ratio)),
    runs.flatMap(({ degreesOfFreedom }) => Array.from(degreesOfFreedom)),
  );
  return {
    bins,
    directions: bins.reduce((sum, { directions }) => sum + directions, 0),
    tested: tested.length,
    outside,
    chance,
    chiSquare,
    probability: 1 - chiSquareCdf(chiSquare, tested.length),
    medianAbsLog10: found,
    expectedAbsLog10: expected,
    judgement: outside === 0 ? 'flat' : chance > CHANCE ? 'flat within chance' : 'not flat',
  };
}

/** Binomial distribution: chance of `count` or more misses among n intervals. */
function atLeast(count: number, n: number): number {
  let term = LEVEL ** n;
  let below = 0;
  for (let k = 0; k < count; k++) {
    below += term;
    term *= ((n - k) / (k + 1)) * ((1 - LEVEL) / LEVEL);
  }
  return Math.max(0, 1 - below);
}
