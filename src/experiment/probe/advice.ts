/** Which learning rate to take: the crossover at rank 20 to 30, with directions below it, and as little of the fluctuating curvature as can be. */
import { CLEAR } from '../visibility.ts';
import { type Choice, choiceOf, learningRateFor, type Setting } from './choices.ts';

/**
 * With fewer directions above the crossover the plateau is not seen, with more of them m = 3Tr(H)/(2Nλ_cross) grows, and the
 * spectrum has to be computed further down.
 */
const RANKS = { low: 20, high: 30 } as const;
/** Of a small network's directions at most this part is to lie above: the law is to be seen in the others. */
const PART_ABOVE = 1 / 4;
/** Directions in the decade below that a median needs to say something. */
const FEWEST_BELOW = 20;
/** Digits of the learning rate that is recommended: η is chosen, not measured. */
const DIGITS = 2;

/** What is recommended. */
export interface Recommendation {
  readonly choice: Choice;
  /** The rank that was aimed at, before the learning rate was rounded. */
  readonly rank: number;
  /** Whether so few pairs have converged that rank 20 is not among them. */
  readonly isLimited: boolean;
  /** Whether enough directions lie in the decade below, as far as is known; a quarter of a small network's are enough. */
  readonly hasEnoughBelow: boolean;
}

/**
 * Of the ranks from 20 to 30 at which nothing diverges and enough directions lie in the decade below: the highest with m up to
 * 0.01, else the lowest, whose m is the smallest. Where there are none such, the nearest below rank 20 at which nothing diverges.
 *
 * @param eigenvalues the known ones, descending, at least one
 * @param size d
 */
export function recommend(eigenvalues: readonly number[], size: number, setting: Setting): Recommendation {
  const most = Math.max(1, Math.floor(size * PART_ABOVE));
  const known = Math.min(eigenvalues.length, most);
  const [low, high] = [Math.min(RANKS.low, known), Math.min(RANKS.high, known)];
  const isLimited = eigenvalues.length < Math.min(RANKS.low, most);
  const at = (rank: number): Recommendation => {
    const choice = choiceOf(rounded(learningRateFor(eigenvalues[rank - 1], setting)), setting);
    const below = choice.suppressed?.count ?? Infinity;
    return { choice, rank, isLimited, hasEnoughBelow: below >= Math.min(FEWEST_BELOW, most) };
  };
  const candidates = Array.from({ length: high - low + 1 }, (_, i) => at(low + i)).filter(
    ({ choice, hasEnoughBelow }) => choice.isStable && hasEnoughBelow,
  );
  const best = candidates.findLast(({ choice }) => choice.contamination <= CLEAR) ?? candidates[0];
  if (best) return best;
  // At rank 1 ηλ_max is 3(1−β)/M, which is stable for any β and M.
  let rank = low;
  while (rank > 1 && !at(rank).choice.isStable) rank--;
  return at(rank);
}

const rounded = (value: number) => Number(value.toPrecision(DIGITS));
