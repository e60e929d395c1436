/** The page of a sweep: what its points add up to, in words, figures and tables, with the way to the page of each. */
import type { NamedFigure } from '../all-figures.ts';
import { wholeNumber } from '../numbers.ts';
import { BLOCKS } from '../page/contents.ts';
import { pageDocument, themeChoice } from '../page/document.ts';
import { figurePlace } from '../page/figure-places.ts';
import { escaped, listMarkup, notesMarkup, prose, tableMarkup, warningsMarkup } from '../page/markup.ts';
import type { Table } from '../tables.ts';
import type { Collected, CollectedPoint } from './collected.ts';
import { samplerComparisonsTable, samplerLevelsTable } from './generalisation-tables.ts';
import type { SweepReportInput } from './input.ts';
import { binsTable, samplersTable, settingsTable } from './tables.ts';

/** How the state of a point is told. */
const STATES: Readonly<Record<CollectedPoint['state'], string>> = {
  done: 'done',
  failed: 'failed',
  left: 'not finished',
  missing: 'not begun',
};

/**
 * The page as one document that needs no network; its links go to the pages and logs of the points in the folders beside it.
 * The same sweep gives the same bytes.
 *
 * @throws Error where the program was not built: the page's script is compiled beside it
 */
export function renderSweepPage({ collected }: SweepReportInput, figures: readonly NamedFigure[]): string {
  const title = collected.title ?? collected.name;
  const places = figures.map(({ name, figure }) => ({ name, figures: [figure] }));
  return pageDocument({
    title,
    header: '<p class="kind">A sweep: weight fluctuations against the theory of epoch-based SGD</p>',
    main: `${found(collected)}
<section class="bar" aria-label="How the page looks" hidden>
${themeChoice}
<a href="#points">all points ↓</a>
</section>
<div class="figures">
${places.map((place) => figurePlace(place, [title])).join('\n')}
</div>
${tables(collected)}
<section aria-labelledby="points"><h2 id="points">Points</h2>
${pointsMarkup(collected)}
</section>`,
    source:
      'Every number is in the folder of the sweep: <code>collected.json</code>, <code>sweep.csv</code>, <code>sweep-directions.csv</code>, and the run directories in <code>points/</code>.',
    data: [[BLOCKS.runs, []], ...places.map((place) => [BLOCKS.figure(place.name), place] as const)],
  });
}

function found(collected: Collected): string {
  const { points, settings, axes, headline, verdicts, warnings } = collected;
  const done = points.filter(({ state }) => state === 'done').length;
  const varied = axes.length === 0 ? '' : `; varied: ${axes.join(', ')}`;
  return `<section aria-labelledby="found"><h2 id="found">What was found</h2>
<p class="key">${escaped(`${wholeNumber(done)} of ${wholeNumber(points.length)} points done, ${wholeNumber(settings.length)} ${settings.length === 1 ? 'setting' : 'settings'}${varied}`)}</p>
${headline === null ? '' : `<p class="headline">${prose(headline)}</p>`}
${warningsMarkup(warnings, 'Warnings')}
${openPoints(points)}
${tableWithNotes('Settings', settingsTable(collected))}
<details open><summary>In words</summary>
${listMarkup(verdicts, 'verdicts')}
</details>
</section>`;
}

/** Points that are not done, each with its log. */
function openPoints(points: readonly CollectedPoint[]): string {
  const open = points.filter(({ state }) => state !== 'done');
  if (open.length === 0) return '';
  const items = open.map(({ name, state, reason, log }) => {
    const why = reason === null ? '' : `: ${prose(reason)}`;
    const where = log === null ? '' : ` – ${linkMarkup(log, log)}`;
    return `<li><code>${escaped(name)}</code> ${escaped(STATES[state])}${why}${where}</li>`;
  });
  return `<div class="dissent"><p><strong>Points that are not done</strong></p>\n<ul class="open">${items.join('')}</ul></div>`;
}

function tables(collected: Collected): string {
  const parts = [
    tableWithNotes('Measured over predicted weight variance, all settings together', binsTable(collected)),
    tableWithNotes('Samplers against one another', samplersTable(collected)),
    ...generalisationTables(collected),
    ...collected.settings.map(
      ({ label, verdicts }) =>
        `<details><summary>${escaped(label)}: in words</summary>\n${listMarkup(verdicts, 'verdicts')}\n</details>`,
    ),
  ].filter((part) => part !== '');
  if (parts.length === 0) return '';
  return `<section aria-labelledby="tables"><h2 id="tables">Tables</h2>\n${parts.join('\n')}\n</section>`;
}

function generalisationTables({ generalisation }: Collected): string[] {
  if (!generalisation) return [];
  return [
    tableWithNotes('Networks by sampler', samplerLevelsTable(generalisation)),
    tableWithNotes('Networks of one sampler less those of another', samplerComparisonsTable(generalisation)),
  ];
}

const tableWithNotes = (caption: string, table: Table | null): string =>
  table ? `${tableMarkup(caption, table)}\n${notesMarkup(table.notes)}` : '';

/** Every point with the way to its page and its log. */
function pointsMarkup({ points, settings }: Collected): string {
  const rows = points.map(({ name, state, setting, page, log }) => {
    const cells = [
      setting === null ? '–' : escaped(settings[setting].label),
      escaped(STATES[state]),
      page === null ? '–' : linkMarkup(page, 'page'),
      log === null ? '–' : linkMarkup(log, 'log'),
    ];
    return `<tr><th scope="row"><code>${escaped(name)}</code></th>${cells.map((cell) => `<td class="text">${cell}</td>`).join('')}</tr>`;
  });
  const heads = ['point', 'setting', 'state', 'page', 'log'].map((head) => `<th scope="col" class="text">${head}</th>`);
  return `<div class="wide" tabindex="0" role="region" aria-label="Table of the points"><table>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`;
}

/** @param path from the sweep's folder */
function linkMarkup(path: string, words: string): string {
  const address = path.split('/').map(encodeURIComponent).join('/');
  return `<a href="${escaped(address)}">${escaped(words)}</a>`;
}
