/** One self-contained HTML page of one run, or of several side by side: words, tables and figures that answer. */
import { allFigures } from '../all-figures.ts';
import { WHITE_THEORY, samplerTheory } from '../figures/words.ts';
import type { ReportInput } from '../input.ts';
import type { ControlSummary, Summary } from '../summary.ts';
import { BLOCKS, type PageFigure, type PageRun, type PageTraces } from './contents.ts';
import { pageDocument, themeChoice } from './document.ts';
import { figurePlace } from './figure-places.ts';
import { foundInOne, foundInSeveral, type HeadRun } from './found.ts';
import { furtherTables } from './further-tables.ts';
import { escaped } from './markup.ts';
import { quantities } from './quantities.ts';
import { onSharedAxes } from './shared-axes.ts';

/** What a page needs of a run. */
export interface PageInput {
  /** What a run without a title is called. */
  readonly name: string;
  /** What tells it from the others of the page; as it is called, unless said otherwise. */
  readonly label?: string;
  readonly input: ReportInput;
  readonly summary: Summary;
  readonly controls?: ControlSummary;
  /** Null where no paths are there to be shown. */
  readonly traces: PageTraces | null;
}

/**
 * The page as one document that needs no network. The same runs give the same bytes.
 *
 * @param inputs at least one
 * @throws Error where the program was not built: the page's script is compiled beside it
 */
export function renderPage(inputs: readonly PageInput[]): string {
  const runs = inputs.map((run) => ({ ...run, title: run.input.title ?? run.name, label: labelOf(run) }));
  const labels = runs.map(({ label }) => label);
  const isAlone = runs.length === 1;
  const title = isAlone ? runs[0].title : `${runs.length} runs side by side`;
  const figures = pageFigures(inputs);
  const data = figures.map((figure) => [BLOCKS.figure(figure.name), figure] as const);
  return pageDocument({
    title,
    header: `${sharedTitle(runs)}<p class="kind">Weight fluctuations against the theory of epoch-based SGD</p>`,
    main: `${isAlone ? foundInOne(runs[0]) : foundInSeveral(runs)}
${controlsBar(runs)}
${PICKED_STRIP}
<div class="figures">
${figures.map((figure) => figurePlace(figure, labels)).join('\n')}
</div>
${directionPanel(labels)}
<section aria-labelledby="tables"><h2 id="tables">Tables</h2>
${furtherTables(runs)}
</section>`,
    source:
      'Every number is in the run directory: <code>summary.json</code>, <code>directions.csv</code>, <code>estimators.csv</code>, <code>curvatures.csv</code>; <code>environment.json</code> says with what they were computed.',
    data: [[BLOCKS.runs, inputs.map(pageRun)], ...data],
  });
}

const labelOf = ({ label, name, input }: PageInput): string => label ?? input.title ?? name;

/** What all runs are called stands once, above everything. */
function sharedTitle(runs: readonly HeadRun[]): string {
  const isShared = runs.length > 1 && runs.every(({ title, label }) => title === runs[0].title && label !== title);
  return isShared ? `<p class="shared-title">${escaped(runs[0].title)}</p>\n` : '';
}

/** Figures by name, in the order of the first run that has them, on shared axes. */
function pageFigures(runs: readonly PageInput[]): PageFigure[] {
  const all = runs.map(({ input }) => new Map(allFigures(input).map(({ name, figure }) => [name, figure])));
  const names = [...new Set(all.flatMap((figures) => [...figures.keys()]))];
  return names.map((name) => ({ name, figures: onSharedAxes(all.map((figures) => figures.get(name) ?? null)) }));
}

function pageRun(run: PageInput): PageRun {
  const { input, summary, traces } = run;
  const { learningRate, momentum, batchesPerEpoch, sampler, crossoverEigenvalue, batchSize, samples } = summary;
  return {
    label: labelOf(run),
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
${themeChoice}
<a href="#direction">one direction ↓</a>
</section>`;
}

/** At the foot of the window while a direction is picked and its panel is elsewhere; the script fills it. */
const PICKED_STRIP = `<section class="strip" aria-label="Picked direction" hidden>
<p><strong></strong> <span></span></p>
<p class="acts"><a href="#direction">all numbers</a> <button type="button" data-step="-1">stiffer</button> <button type="button" data-step="1">flatter</button> <button type="button" data-step="none">none</button></p>
</section>`;

/** Where the numbers of one direction are shown; the script fills it. */
function directionPanel(labels: readonly string[]): string {
  const choice =
    labels.length === 1
      ? ''
      : `<label>run <select id="picked-run">${labels.map((label, i) => `<option value="${i}">${escaped(label)}</option>`).join('')}</select></label>`;
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
