/** The head of a page: what was found, in words and in one table. */
import type { Summary } from '../summary.ts';
import { SAMPLING } from '../figures/words.ts';
import { shortNumber, wholeNumber } from '../numbers.ts';
import { rangeTable, settingsLines } from '../tables.ts';
import { comparisonTable, differencesTable } from './comparison.ts';
import { glossary } from './glossary.ts';
import { escaped, listMarkup, notesMarkup, prose, tableMarkup, warningsMarkup } from './markup.ts';
import { dissent, headline } from './story.ts';

/** A run as its head tells of it. */
export interface HeadRun {
  readonly label: string;
  readonly title: string;
  readonly summary: Summary;
}

/** Heading of the table of ranges, of one run. */
export const BY_RANGE = 'Measured over predicted weight variance, by range of curvature';

/** Of one run. */
export function foundInOne({ summary, label }: HeadRun): string {
  const table = rangeTable(summary);
  return `<section aria-labelledby="found"><h2 id="found">What was found</h2>
<p class="key">${escaped(keySettings(summary))}</p>
<p class="headline">${prose(headline(summary))}</p>
${dissentMarkup(summary)}
${warnings(summary)}
${table ? tableMarkup(BY_RANGE, table) + notesMarkup(table.notes) : '<p>No directions were compared.</p>'}
${glossary([{ label, summary }])}
<details open><summary>In words</summary>
${listMarkup(summary.verdicts, 'verdicts')}
</details>
<details><summary>Settings</summary>
${listMarkup(settingsLines(summary), 'settings')}
</details>
</section>`;
}

/** Of several: one table of all, then run by run. */
export function foundInSeveral(runs: readonly HeadRun[]): string {
  const ratios = comparisonTable(runs);
  const differences = differencesTable(runs);
  return `<section aria-labelledby="found"><h2 id="found">What was found</h2>
${tableMarkup('Measured over predicted weight variance, run by run', ratios, { className: 'comparison' })}
${notesMarkup(ratios.notes)}
${tableMarkup('Settings and warnings', differences, { className: 'comparison' })}
${notesMarkup(differences.notes)}
${glossary(runs)}
<div class="runs">
${runs.map((run, i) => runMarkup(run, i, runs)).join('\n')}
</div>
</section>`;
}

function runMarkup({ label, title, summary }: HeadRun, i: number, runs: readonly HeadRun[]): string {
  // What all are called stands at the top of the page.
  const isSaid = label.includes(title) || runs.every((run) => run.title === title);
  return `<section class="run" aria-labelledby="run-${i}">
<h3 id="run-${i}">${escaped(label)}</h3>
${isSaid ? '' : `<p class="quiet">${escaped(title)}</p>`}
<p class="headline">${prose(headline(summary))}</p>
${dissentMarkup(summary)}
${warnings(summary, label)}
<details><summary>Settings</summary>
${listMarkup(settingsLines(summary), 'settings')}
</details>
</section>`;
}

/** What a run is known by, on one line. */
const keySettings = ({ sampler, learningRate, momentum, batchSize, batchesPerEpoch }: Summary): string =>
  `η = ${shortNumber(learningRate)}, β = ${shortNumber(momentum)}, S = ${wholeNumber(batchSize)}, M = ${wholeNumber(batchesPerEpoch)}; ${SAMPLING[sampler]}`;

/** What a reader of the headline alone would not know. */
function dissentMarkup(summary: Summary): string {
  const ranges = dissent(summary);
  if (ranges.length === 0) return '';
  return `<div class="dissent"><p><strong>The ranges below do not all say so</strong></p>\n${listMarkup(ranges, 'ranges')}</div>`;
}

const warnings = ({ warnings: list }: Summary, label = ''): string =>
  warningsMarkup(list, label === '' ? 'Warnings' : `${label}: warnings`);
