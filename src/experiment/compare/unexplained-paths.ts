/** Ranges whose paths the quadratic model explains less of than it should, and how that is told. */
import { replayFallsShort } from '../../report/replay-shortfall.ts';
import type { RangeSummary } from '../../report/summary.ts';
import { between, TESTED_FROM } from './range-words.ts';

/** A median of fewer directions says nothing. */
const DIRECTIONS = 5;

/** The ranges in which the replay falls short, stiffest first; null where there is none. */
export function unexplainedPathsInWords(ranges: readonly RangeSummary[]): string | null {
  const told = ranges.filter(
    (range) => range.low >= TESTED_FROM && range.directions >= DIRECTIONS && replayFallsShort(range),
  );
  if (told.length === 0) return null;
  return [
    'The window’s own batches do not explain the paths as they should.',
    ...told.toReversed().map(({ low, high, directions, replayExplained, replayPredicted }) => {
      const expected = replayPredicted === null ? '' : `; ${signed(replayPredicted)} expected`;
      return `${between(low, high)}: R² = ${signed(replayExplained!)} (median of ${directions} directions${expected}).`;
    }),
    'Forces that one curvature along each direction leaves out move the weights there: of other directions, where these are approximate, or of a loss that is not quadratic. A variance that agrees with its prediction may do so by chance.',
  ].join(' ');
}

const signed = (value: number): string => value.toFixed(2).replace('-', '−');
