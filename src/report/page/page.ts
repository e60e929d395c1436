/** One self-contained HTML page of one run, or of several side by side: words, tables and figures that answer. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allFigures } from '../all-figures.ts';
import type { Figure } from '../figure.ts';
import { WHITE_THEORY, samplerTheory } from '../figures/words.ts';
import type { ReportInput } from '../input.ts';
import type { ControlSummary, Summary } from '../summary.ts';
import { controlsTable, lossTable, noiseTable, pathTable, rangeTable, settingsLines } from '../tables.ts';
import { comparisonTable } from './comparison.ts';
import { BLOCKS, type PageFigure, type PageRun, type PageTraces } from './contents.ts';
import { MARKER } from './marker.ts';
import { escaped, listMarkup, richText, tableMarkup, valuesMarkup } from './markup.ts';
import { packedJson } from './packing.ts';
import { quantities } from './quantities.ts';
import { onSharedAxes } from './shared-axes.ts';
import { headline } from './story.ts';

/** What a page needs of a run. */
export interface PageInput {
  /** What a run without a title is called. */
  readonly name: string;
  readonly input: ReportInput;
  readonly summary: Summary;
  readonly controls?: ControlSummary;
  /** Null where no paths are there to be shown. */
  readonly traces: PageTraces | null;
}

/**
 * The page as one document that needs no network. The same runs give the same bytes.
 *
 * @param runs at least one
 * @throws Error where the program was not built: the page's script is compiled beside it
 */
export function renderPage(runs: readonly PageInput[]): string {
  const titles = runs.map(({ name, input }) => input.title ?? name);
  const title = runs.length === 1 ? titles[0] : `${runs.length} runs side by side`;
  const figures = pageFigures(runs);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${MARKER}
<link rel="icon" href="data:,">
<title>${escaped(title)} – epochnoise</title>
<style>
${asset('page.css')}
</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p class="kind">Weight fluctuations against the theory of epoch-based SGD</p>
</header>
<main>
${runs.length === 1 ? single(runs[0]) : several(runs, titles)}
${controlsBar(runs)}
<div class="figures">
${figures.map(figureMarkup(titles)).join('\n')}
</div>
${directionPanel(titles)}
<section aria-labelledby="tables"><h2 id="tables">Tables</h2>
${runs.map((run, i) => furtherTables(run, runs.length === 1 ? '' : titles[i])).join('\n')}
</section>
</main>
<footer>
<p>Every number is in the run directory: <code>summary.json</code>, <code>directions.csv</code>, <code>estimators.csv</code>, <code>curvatures.csv</code>; <code>environment.json</code> says with what they were computed. Theory: M. Kühn and B. Rosenow, <cite>Correlated Noise in Epoch-Based Stochastic Gradient Descent</cite>, arXiv:2306.05300.</p>
</footer>
<script type="application/json" id="${BLOCKS.runs}">${packedJson(runs.map(pageRun))}</script>
${figures.map((figure) => `<script type="application/json" id="${BLOCKS.figure(figure.name)}">${packedJson(figure)}</script>`).join('\n')}
<script>
${asset('client.js').replaceAll('</script', '<\\/script')}
</script>
</body>
</html>
`;
}

/** Figures by name, in the order of the first run that has them, on shared axes. */
function pageFigures(runs: readonly PageInput[]): PageFigure[] {
  const all = runs.map(({ input }) => new Map(allFigures(input).map(({ name, figure }) => [name, figure])));
  const names = [...new Set(all.flatMap((figures) => [...figures.keys()]))];
  return names.map((name) => ({ name, figures: onSharedAxes(all.map((figures) => figures.get(name) ?? null)) }));
}

function pageRun({ name, input, summary, traces }: PageInput): PageRun {
  const { learningRate, momentum, batchesPerEpoch, sampler, crossoverEigenvalue, batchSize, samples } = summary;
  return {
    title: input.title ?? name,
    learningRate,
    momentum,
    batchesPerEpoch,
    sampler,
    crossoverEigenvalue,
    usesAllData: batchSize * batchesPerEpoch === samples,
    directions: input.directions.eigenvalue.length,
    regime: Array.from(input.directions.regime),
    quantities: quantities(input),
    traces,
  };
}

function single({ summary }: PageInput): string {
  const table = rangeTable(summary);
  return `<section aria-labelledby="found"><h2 id="found">What was found</h2>
<p class="headline">${escaped(headline(summary))}</p>
${warnings(summary)}
${table ? tableMarkup('Measured over predicted weight variance, by range of curvature', table) : '<p>No directions were compared.</p>'}
<details open><summary>In words</summary>
${listMarkup(summary.verdicts, 'verdicts')}
</details>
<details><summary>Settings</summary>
${listMarkup(settingsLines(summary), 'settings')}
</details>
</section>`;
}

function several(runs: readonly PageInput[], titles: readonly string[]): string {
  const one = ({ summary }: PageInput, i: number) => `<section class="run" aria-labelledby="run-${i}">
<h3 id="run-${i}">${escaped(titles[i])}</h3>
<p class="headline">${escaped(headline(summary))}</p>
${warnings(summary, titles[i])}
<details><summary>Settings</summary>
${listMarkup(settingsLines(summary), 'settings')}
</details>
</section>`;
  const table = comparisonTable(runs.map(({ summary }, i) => ({ title: titles[i], summary })));
  return `<section aria-labelledby="found"><h2 id="found">What was found</h2>
${tableMarkup('Measured over predicted weight variance, run by run', table)}
<div class="runs">
${runs.map(one).join('\n')}
</div>
</section>`;
}

function warnings({ warnings: list }: Summary, title = ''): string {
  if (list.length === 0) return '<p class="quiet">No warnings.</p>';
  const items = list.map(({ code, text }) => `<li>${escaped(text)} <code>${escaped(code)}</code></li>`);
  return `<section class="warnings" aria-label="${escaped(title === '' ? 'Warnings' : `${title}: warnings`)}"><p><strong>${list.length === 1 ? 'One warning' : `${list.length} warnings`}</strong></p><ul>${items.join('')}</ul></section>`;
}

/** Switches for what all figures show; the script makes them work, and shows them. */
function controlsBar(runs: readonly PageInput[]): string {
  const samplers = new Set(runs.map(({ summary }) => summary.sampler));
  const theories: [string, string][] = [
    ['sampler-theory', samplers.size === 1 ? samplerTheory([...samplers][0]) : 'theory of the sampler used'],
    ['two-component-theory', 'two-component theory'],
    ['white-theory', WHITE_THEORY],
    ['left-out', 'drifting directions'],
  ];
  const boxes = theories.map(
    ([role, label]) => `<label><input type="checkbox" data-role="${role}" checked> ${escaped(label)}</label>`,
  );
  return `<section class="bar" aria-label="What the figures show" hidden>
<fieldset><legend>Show</legend>${boxes.join('')}</fieldset>
<fieldset><legend>Theme</legend><label>colours <select id="theme"><option value="auto">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label></fieldset>
</section>`;
}

function figureMarkup(titles: readonly string[]) {
  return ({ name, figures }: PageFigure): string => {
    const first = figures.find((figure) => figure !== null)!;
    const plots = figures.map((figure, run) => plotMarkup(figure, run, figures.length === 1 ? '' : titles[run]));
    const footnotes = [...new Set(figures.flatMap((figure) => (figure ? [figure.footnote] : [])))];
    return `<figure data-figure="${name}"${figures.length > 1 ? ' class="side-by-side"' : ''} aria-labelledby="title-${name}">
<h3 id="title-${name}">${escaped(first.title)}</h3>
<div class="legend"></div>
<div class="plots">${plots.join('')}</div>
<figcaption>${footnotes.map((note) => `<p>${richText(note)}</p>`).join('')}
<p class="take"><button type="button" data-take="csv">Data (CSV)</button> <button type="button" data-take="png">Picture (PNG)</button></p></figcaption>
</figure>`;
  };
}

function plotMarkup(figure: Figure | null, run: number, title: string): string {
  const heading = title === '' ? '' : `<p class="run-title">${escaped(title)}</p>`;
  if (!figure) return `<div class="plot">${heading}<p class="quiet">Not part of this run.</p></div>`;
  const words = `${figure.title}: ${figure.y.label.replaceAll('_', '')} against ${figure.x.label.replaceAll('_', '')}; ${figure.series
    .map(({ label }) => label)
    .filter((label) => label !== '')
    .join(', ')}.${figure.message ? ` ${figure.message}.` : ''}`;
  return `<div class="plot" data-run="${run}">${heading}<div class="canvas"><canvas role="img" aria-label="${escaped(words)}"></canvas></div></div>`;
}

/** Where the numbers of one direction are shown; the script fills it. */
function directionPanel(titles: readonly string[]): string {
  const choice =
    titles.length === 1
      ? ''
      : `<label>run <select id="picked-run">${titles.map((title, i) => `<option value="${i}">${escaped(title)}</option>`).join('')}</select></label>`;
  return `<section class="direction" aria-labelledby="direction" hidden><h2 id="direction">One direction</h2>
<p class="quiet">A click on a point picks its direction: it is marked in every figure, and told of here. Directions are counted from 0, by falling eigenvalue, as in <code>directions.csv</code>.</p>
<p class="pick">${choice} <label>direction <input id="picked" type="number" min="0" step="1" inputmode="numeric"></label> <button type="button" id="stiffer">stiffer</button> <button type="button" id="flatter">flatter</button> <button type="button" id="unpick">none</button> <span id="picked-words" role="status"></span></p>
<div class="picked" hidden>
<div class="numbers"></div>
<div class="plots">
<figure><h3>Path</h3><div class="legend"></div><div class="canvas"><canvas id="path" role="img" aria-label="Path of the weights along the picked direction, measured and replayed"></canvas></div></figure>
<figure><h3>Autocorrelation</h3><div class="legend"></div><div class="canvas"><canvas id="autocorrelation" role="img" aria-label="Autocorrelation of the path along the picked direction, measured and predicted"></canvas></div></figure>
</div>
</div>
</section>`;
}

function furtherTables({ summary, controls }: PageInput, title: string): string {
  const lists = [lossTable(summary), noiseTable(summary)].filter((list) => list !== null);
  const path = pathTable(summary);
  const ranges = rangeTable(summary);
  return [
    title === '' ? '' : `<h3>${escaped(title)}</h3>`,
    title === '' || !ranges
      ? ''
      : tableMarkup('Measured over predicted weight variance, by range of curvature', ranges, title),
    path ? tableMarkup('Paths', path, title) : '',
    ...lists.map((list) => valuesMarkup(list, title)),
    controls ? tableMarkup('Controls from the same minimum', controlsTable(controls), title) : '',
  ].join('\n');
}

/** Where the build puts what a page is made of: beside this file, or, when the sources themselves run, in dist/. */
const PLACES = ['./', '../../../dist/report/page/'];

function asset(name: 'page.css' | 'client.js'): string {
  const paths = PLACES.map((place) => fileURLToPath(new URL(place + name, import.meta.url)));
  const path = paths.find((one) => existsSync(one));
  if (!path) throw new Error(`the page's ${name} is missing: build the program (npm run build)`);
  return readFileSync(path, 'utf8').trim();
}
