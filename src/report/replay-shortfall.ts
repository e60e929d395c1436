/** Whether the replay of the paths explains less of them than it should, in a range of λ/λ_cross. */
import type { RangeSummary } from './summary.ts';

/** Runs that follow the theory miss at most half of this part of the path: what two components leave of it is known to that. */
const SHORTFALL = 0.2;

/** Where two components are unknown: whether the replay is no better than a weight at rest. */
export const replayFallsShort = ({
  replayExplained,
  replayPredicted,
}: Pick<RangeSummary, 'replayExplained' | 'replayPredicted'>): boolean =>
  replayExplained !== null && (replayPredicted ?? SHORTFALL) - replayExplained > SHORTFALL;
