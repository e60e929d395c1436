/** Several runs in one table. */
import { SAMPLING } from '../figures/words.ts';
import { shortNumber, wholeNumber } from '../numbers.ts';
import type { RangeSummary, Summary } from '../summary.ts';
import { bestRatio, drifts, NOTHING, rangeLabel, rangeTable, type Row, type Table } from '../tables.ts';

/** A run and what it is told by. */
export interface LabelledSummary {
  readonly label: string;
  readonly summary: Summary;
}

/**
 * A column a run, a line a range of λ/λ_cross that any run has, as in the table of one run: measured over predicted, with the
 * error of the median.
 */
export function comparisonTable(runs: readonly LabelledSummary[]): Table {
  const ranges = new Map<number, Pick<RangeSummary, 'low' | 'high'>>();
  for (const { summary } of runs)
    for (const range of summary.ranges) if (range.directions > 0) ranges.set(range.low, range);
  const tables = runs.map(({ summary }) => rangeTable(summary));
  // A range is marked as in the table of the run by itself, and the note on the mark is that table's.
  const markOf = (label: string) =>
    tables.flatMap((table) => table?.rows ?? []).find(({ cells, mark }) => cells[0] === label && mark)?.mark;
  const rows = [...ranges.values()]
    .sort((a, b) => b.low - a.low)
    .map(({ low, high }): Row => {
      const label = rangeLabel({ low, high });
      const mark = markOf(label);
      const cells = runs.map(({ summary }) => ratioOf(summary.ranges.find((range) => range.low === low)));
      return { cells: [label, ...cells], ...(mark ? { mark } : {}) };
    });
  const marks = new Set(rows.flatMap(({ mark }) => mark ?? []));
  const onMarks = tables.flatMap((table) => table?.notes ?? []).filter((note) => marks.has(note[0]));
  return {
    header: [['', 'λ/λ×'], ...runs.map(({ label }) => ['', label] as const)],
    rows,
    notes: [
      'Medians of measured over predicted weight variance by the best theory there is (two components, or where unknown the sampler’s), ± one standard error if directions were independent, and in brackets the number of directions.',
      ...new Set(onMarks),
    ],
  };
}

/** What the runs have apart, a column a run; what they have in common is a note. */
export function differencesTable(runs: readonly LabelledSummary[]): Table {
  const line = (name: string, of: (summary: Summary) => string) => [name, ...runs.map(({ summary }) => of(summary))];
  const settings = [
    line('sampling', ({ sampler }) => SAMPLING[sampler]),
    line('learning rate η', ({ learningRate }) => shortNumber(learningRate)),
    line('momentum β', ({ momentum }) => shortNumber(momentum)),
    line('batch size S', ({ batchSize }) => wholeNumber(batchSize)),
    line('batches an epoch M', ({ batchesPerEpoch }) => wholeNumber(batchesPerEpoch)),
    line('epochs of the window', ({ window }) => wholeNumber(window.epochs)),
  ];
  const isCommon = ([, first, ...others]: readonly string[]) => others.every((other) => other === first);
  const common = settings.filter(isCommon).map(([name, value]) => `${name} ${value}`);
  return {
    header: [['', 'setting'], ...runs.map(({ label }) => ['', label] as const)],
    rows: [
      ...settings.filter((one) => !isCommon(one)),
      line('crossover λ×', ({ crossoverEigenvalue }) => shortNumber(crossoverEigenvalue)),
      line('warnings', ({ warnings }) => String(warnings.length)),
    ].map((cells) => ({ cells })),
    notes: common.length > 0 ? [`The same in all: ${common.join(', ')}.`] : [],
  };
}

/** Of a range that drifts only how many there are: no theory is put to the test there. */
function ratioOf(range: RangeSummary | undefined): string {
  if (!range || range.directions === 0) return NOTHING;
  return `${drifts(range) ? NOTHING : bestRatio(range)} (${wholeNumber(range.directions)})`;
}
