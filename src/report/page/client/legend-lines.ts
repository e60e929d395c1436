/** What the legend of figures side by side names. */
import { legendEntries, legendEntry } from '../../chart.ts';
import type { Figure, Series } from '../../figure.ts';
import { withoutSubscripts } from '../../plugins/rich-text.ts';

/** A figure and the run that it is of. */
export interface LegendFigure {
  /** Empty where there is one run. */
  readonly label: string;
  readonly figure: Pick<Figure, 'series'>;
}

/** A line of the legend. */
export interface LegendLine {
  readonly entry: string;
  readonly series: Series;
  readonly text: string;
}

/**
 * The entries of all figures, each once, the topmost series first. Entries that look alike and are not of the same runs, such as
 * slopes fitted to either, name theirs.
 */
export function legendLines(figures: readonly LegendFigure[]): LegendLine[] {
  const found = new Map<string, { readonly series: Series; readonly runs: string[] }>();
  for (const { label, figure } of figures)
    for (const series of legendEntries(figure.series)) {
      const known = found.get(legendEntry(series));
      if (known) known.runs.push(label);
      else found.set(legendEntry(series), { series, runs: [label] });
    }
  const all = [...found.entries()];
  return all.map(([entry, { series, runs }]) => {
    const isAmbiguous = all.some(
      ([other, { series: another }]) => other !== entry && lookOf(another) === lookOf(series),
    );
    const whose = isAmbiguous && runs.length < figures.length ? ` – ${runs.join(', ')}` : '';
    return { entry, series, text: withoutSubscripts(series.label) + whose };
  });
}

const lookOf = ({ role, kind, emphasis, shape, dashed }: Series): string =>
  [role, kind, emphasis, shape, dashed].join('\n');
