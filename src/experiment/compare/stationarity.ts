/** Whether a window is stationary: its halves agree, in variance and in mean, where something holds the weights. */
import type { RangeSummary } from '../../report/summary.ts';

/** Below this part of λ_cross nothing holds the weights for the length of a window. */
const HELD_FROM = 0.01;
/** Halves of stationary windows agree in this share of the directions. */
const EXPECTED = 0.95;
/** In fewer directions than this, the halves are not those of a stationary window … */
const STATIONARY_SHARE = 0.85;
/** … unless it happens by chance more often than this, as with few directions it does. */
const CHANCE = 1e-3;

/** Shares of the directions in which the halves agree, and what they say. */
export interface Stationarity {
  readonly variance: number;
  readonly mean: number;
  /** Undecided where too few agree, but of so few directions that this may be chance. */
  readonly judgement: 'stationary' | 'undecided' | 'not stationary';
}

/** @returns null where no direction above λ_cross/100 has both */
export function measureStationarity(ranges: readonly RangeSummary[]): Stationarity | null {
  const held = ranges.filter(
    ({ low, directions, halvesCoverage, shiftCoverage }) =>
      low >= HELD_FROM && directions > 0 && halvesCoverage !== null && shiftCoverage !== null,
  );
  const count = held.reduce((sum, { directions }) => sum + directions, 0);
  if (count === 0) return null;
  const share = (of: (range: RangeSummary) => number) =>
    held.reduce((sum, range) => sum + range.directions * of(range), 0) / count;
  const variance = share(({ halvesCoverage }) => halvesCoverage!);
  const mean = share(({ shiftCoverage }) => shiftCoverage!);
  const least = Math.min(variance, mean);
  const undecided = atMost(Math.round(least * count), count) > CHANCE ? 'undecided' : 'not stationary';
  return { variance, mean, judgement: least >= STATIONARY_SHARE ? 'stationary' : undecided };
}

/**
 * Chance that no more of `count` directions agree than these, if each did so alone: the binomial distribution. Its terms
 * vanish from about 240 directions on, where a share of 85 % is long beyond chance.
 */
function atMost(agreeing: number, count: number): number {
  let term = (1 - EXPECTED) ** count;
  let sum = term;
  for (let k = 1; k <= agreeing; k++) {
    term *= ((count - k + 1) / k) * (EXPECTED / (1 - EXPECTED));
    sum += term;
  }
  return sum;
}
