/** What a sweep found as plain text for a terminal. */
import { wrap } from '../plugins/rich-text.ts';
import { aligned, listed } from '../table.ts';
import type { Table } from '../tables.ts';
import type { Collected } from './collected.ts';
import { samplerComparisonsTable, samplerLevelsTable } from './generalisation-tables.ts';
import { binsTable, samplersTable, settingsTable } from './tables.ts';

/** Longest line of words. */
const WIDTH = 100;

/** The tables, verdicts and warnings of a sweep; ends with a line feed. */
export function collectedText(collected: Collected): string {
  const { title, name, points, generalisation, headline, verdicts, warnings } = collected;
  const done = points.filter(({ state }) => state === 'done').length;
  const open = points.filter(({ state }) => state !== 'done');
  const blocks = [
    [title ?? name, `${done} of ${points.length} points done`],
    headline === null ? [] : wrap(headline, WIDTH),
    tableText(settingsTable(collected)),
    tableText(binsTable(collected)),
    tableText(samplersTable(collected)),
    ...(generalisation
      ? [samplerLevelsTable(generalisation), samplerComparisonsTable(generalisation)].map(tableText)
      : []),
    listed('Verdicts', verdicts),
    listed(
      'Warnings',
      warnings.map(({ code, text }) => `${text} [${code}]`),
    ),
    listed(
      'Points that are not done',
      open.map(({ name, state, reason, log }) =>
        [`${name}: ${state}`, ...(reason ? [reason] : []), ...(log ? [`log ${log}`] : [])].join('; '),
      ),
    ),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function tableText(table: Table | null): string[] {
  if (!table) return [];
  const { header, rows } = table;
  return aligned([
    header.map(([first]) => first),
    header.map(([, second]) => second),
    ...rows.map(({ cells }) => cells),
  ]);
}
