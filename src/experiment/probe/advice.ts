/** Which learning rate to take: the crossover at rank 20 to 30, the fluctuating curvature as small there as it can be. */
import { CLEAR } from '../visibility.ts';
import { type Choice, choiceOf, learningRateFor, type Setting } from './choices.ts';

/**
 * With fewer directions above the crossover the plateau is not seen, with more of them m = 3Tr(H)/(2Nλ_cross) grows, and the
 * spectrum has to be computed further down.
 */
const RANKS = { low: 20, high: 30 } as const;
/** Of a small network's directions at most this part is to lie above: the law is to be seen in the others. */
const PART_ABOVE = 1 / 4;
/** Digits of the learning rate that is recommended: η is chosen, not measured. */
const DIGITS = 2;

/** What is recommended. */
export interface Recommendation {
  readonly choice: Choice;
  /** The rank that was aimed at, before the learning rate was rounded. */
  readonly rank: number;
  /** Whether so few pairs have converged that rank 20 is not among them. */
  readonly isLimited: boolean;
}

/**
 * The highest rank from 20 to 30 at which m is at most 0.01; where there is none, rank 20, whose m is the smallest. Ranks at
 * which the stiffest direction would diverge are passed over.
 *
 * @param eigenvalues the known ones, descending, at least one
 * @param size d
 */
export function recommend(eigenvalues: readonly number[], size: number, setting: Setting): Recommendation {
  const most = Math.max(1, Math.floor(size * PART_ABOVE));
  const known = Math.min(eigenvalues.length, most);
  const [low, high] = [Math.min(RANKS.low, known), Math.min(RANKS.high, known)];
  const at = (rank: number) => choiceOf(rounded(learningRateFor(eigenvalues[rank - 1], setting)), setting);
  const isLimited = eigenvalues.length < Math.min(RANKS.low, most);
  for (let rank = high; rank > low; rank--) {
    const choice = at(rank);
    if (choice.isStable && choice.contamination <= CLEAR) return { choice, rank, isLimited };
  }
  // At rank 1 ηλ_max is 3(1−β)/M, which is stable for any β and M.
  let rank = low;
  while (rank > 1 && !at(rank).isStable) rank--;
  return { choice: at(rank), rank, isLimited };
}

const rounded = (value: number) => Number(value.toPrecision(DIGITS));
