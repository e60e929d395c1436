/** Whether a window is stationary: its halves agree, in variance and in mean, where something holds the weights. */
import type { RangeSummary } from '../../report/summary.ts';

/** Below this part of λ_cross nothing holds the weights for the length of a window. */
const HELD_FROM = 0.01;
/** Halves of stationary windows agree in this share of the directions. */
const EXPECTED = 0.95;
/** In fewer directions than this, the halves are not those of a stationary window … */
const STATIONARY_SHARE = 0.85;
/** … unless so few could be left to chance: this many standard errors of the share that is expected. */
const CHANCE = 3;

/** Shares of the directions in which the halves agree. */
export interface Stationarity {
  readonly variance: number;
  readonly mean: number;
  readonly isStationary: boolean;
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
  const byChance = EXPECTED - CHANCE * Math.sqrt((EXPECTED * (1 - EXPECTED)) / count);
  return { variance, mean, isStationary: Math.min(variance, mean) >= Math.min(STATIONARY_SHARE, byChance) };
}
