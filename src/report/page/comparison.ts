/** Several runs in one table. */
import type { RangeSummary, Summary } from '../summary.ts';
import { NOTHING, type Table, rangeLabel } from '../tables.ts';
import { shortNumber } from '../numbers.ts';

/** A run and its name. */
export interface NamedSummary {
  readonly title: string;
  readonly summary: Summary;
}

/** A line a run: its settings, and measured over predicted, with the error of the median, in each range of λ/λ_cross that any run has. */
export function comparisonTable(runs: readonly NamedSummary[]): Table {
  const ranges = new Map<number, Pick<RangeSummary, 'low' | 'high'>>();
  for (const { summary } of runs)
    for (const range of summary.ranges) if (range.directions > 0) ranges.set(range.low, range);
  const shown = [...ranges.values()].sort((a, b) => b.low - a.low);
  return {
    header: [
      ['', 'run'],
      ['', 'sampler'],
      ['', 'η'],
      ['', 'β'],
      ['', 'M'],
      ['', 'λ×'],
      ...shown.map((range) => ['λ/λ×', rangeLabel(range)] as const),
      ['', 'warnings'],
    ],
    rows: runs.map(({ title, summary }) => ({
      cells: [
        title,
        summary.sampler,
        shortNumber(summary.learningRate),
        shortNumber(summary.momentum),
        shortNumber(summary.batchesPerEpoch),
        shortNumber(summary.crossoverEigenvalue),
        ...shown.map(({ low }) => ratioOf(summary.ranges.find((range) => range.low === low))),
        String(summary.warnings.length),
      ],
    })),
    notes: [
      'Medians of measured over predicted weight variance by the best theory there is (two components, or where unknown the sampler’s), ± one standard error if directions were independent, and in brackets the number of directions.',
    ],
  };
}

function ratioOf(range: RangeSummary | undefined): string {
  const ratio = range?.ratioTwoComponent ?? range?.ratioSampler;
  if (!range || ratio === null || ratio === undefined) return NOTHING;
  const error = range.pooledError === null ? '' : ` ± ${(ratio * range.pooledError).toFixed(3)}`;
  return `${ratio.toFixed(3)}${error} (${range.directions})`;
}
