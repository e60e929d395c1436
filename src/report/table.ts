/** The result of a run as plain text for a terminal: one line a range of λ/λ×, then what it adds up to. */
import { wrap } from './plugins/rich-text.ts';
import type { ControlSummary, Summary } from './summary.ts';
import {
  controlsTable,
  lossTable,
  noiseTable,
  pathTable,
  rangeTable,
  settingsLines,
  type Table,
  type ValueList,
} from './tables.ts';

/** Longest line. */
const WIDTH = 100;
/** Between two columns. */
const GAP = '  ';

/** Where the result went. */
export interface Places {
  /** Folder of the pictures, if they were drawn. */
  readonly figures?: string;
  /** The page, if it was written. */
  readonly page?: string;
}

/**
 * The summary of a run for reading: settings, the comparison range by range (stiff directions first), the loss
 * fluctuation, verdicts, warnings. At most 100 columns wide where the words allow it, no colours, ends with a line feed.
 */
export function summaryTable(summary: Summary, places: Places = {}, controls?: ControlSummary): string {
  const blocks = [
    ['Weight fluctuations against the theory of epoch-based SGD', ...settingsLines(summary)],
    headline(rangeTable(summary)),
    tableLines(pathTable(summary)),
    valueLines(lossTable(summary)),
    valueLines(noiseTable(summary)),
    tableLines(controls ? controlsTable(controls) : null),
    listed('Verdicts', summary.verdicts),
    listed(
      'Warnings',
      summary.warnings.map(({ code, text }) => `${text} [${code}]`),
    ),
    [
      ...(places.figures === undefined ? [] : [`Pictures: ${places.figures}`]),
      ...(places.page === undefined ? [] : [`Page: ${places.page} (open it in a browser)`]),
    ],
  ];
  return (
    blocks
      .filter((block) => block.length > 0)
      .map((block) => block.join('\n'))
      .join('\n\n') + '\n'
  );
}

/** The table of the comparison, with a rule under its heading. */
function headline(table: Table | null): string[] {
  if (!table) return ['no directions were compared'];
  const [first, second, ...rest] = tableLines(table);
  return [first, second, '─'.repeat(first.length), ...rest];
}

function tableLines(table: Table | null): string[] {
  if (!table) return [];
  const { header, rows, notes } = table;
  const lines = aligned([
    header.map(([first]) => first),
    header.map(([, second]) => second),
    ...rows.map(({ cells }) => cells),
  ]);
  return [
    ...lines.slice(0, 2),
    ...lines.slice(2).map((line, i) => (rows[i].mark ? `${line} ${rows[i].mark}` : line)),
    ...notes.flatMap((note) => wrap(note, WIDTH)),
  ];
}

/** Names to the left, values below one another, to the right where a note follows. */
function valueLines(list: ValueList | null): string[] {
  if (!list) return [];
  const { title, values } = list;
  const width = Math.max(...values.map(({ name }) => name.length));
  const hasNotes = values.some(({ note }) => note !== '');
  const numbers = hasNotes ? Math.max(...values.map(({ value }) => value.length)) : 0;
  return [
    title,
    ...values.map(({ name, value, note }) =>
      ('  ' + name.padEnd(width) + GAP + value.padStart(numbers) + GAP + note).trimEnd(),
    ),
  ];
}

/** Sentences under a title, broken into lines. */
export function listed(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  return [
    title,
    ...sentences.flatMap((sentence) => wrap(sentence, WIDTH - 4).map((line, i) => (i === 0 ? '  – ' : '    ') + line)),
  ];
}

/** Rows of cells as lines of equal length: the first column to the left, numbers to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(GAP),
  );
}
