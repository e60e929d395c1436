/** Where the script draws: a place for each figure, with what is to be read beside it. */
import type { Figure } from '../figure.ts';
import type { PageFigure } from './contents.ts';
import { escaped, prose, richText } from './markup.ts';

/** The place of a figure, of one run or of several side by side. @param labels of the runs */
export function figurePlace({ name, figures }: PageFigure, labels: readonly string[]): string {
  const first = figures.find((figure) => figure !== null)!;
  const isAlone = figures.length === 1;
  const there = figures.flatMap((figure) => figure?.detail ?? []);
  // What all have in common stands once, above all; else beside the run that it is of.
  const shared = there.every((detail) => detail === first.detail) ? (first.detail ?? '') : '';
  const plots = figures.map((figure, run) =>
    plotMarkup(figure, run, isAlone ? '' : labels[run], shared === '' ? (figure?.detail ?? '') : ''),
  );
  return `<figure data-figure="${name}"${isAlone ? '' : ' class="side-by-side"'} aria-labelledby="title-${name}">
<h3 id="title-${name}">${escaped(first.title)}</h3>${shared === '' ? '' : `\n<p class="detail">${prose(shared)}</p>`}
<div class="legend"></div>
<div class="plots">${plots.join('')}</div>
<figcaption>${captions(figures, labels)
    .map(({ label, text }) => `<p>${label === '' ? '' : `${escaped(label)}: `}${richText(text)}</p>`)
    .join('')}
<p class="take"><button type="button" data-take="csv">Data (CSV)</button> <button type="button" data-take="png">Picture (PNG)</button></p></figcaption>
</figure>`;
}

/** What is to be known of a figure, or of what only one run's needs. */
export interface Caption {
  /** Of the run; empty where it is of all. */
  readonly label: string;
  readonly text: string;
}

/** Captions of figures side by side: sentences that all have once, the others run by run. */
export function captions(figures: readonly (Figure | null)[], labels: readonly string[]): Caption[] {
  const there = figures.flatMap((figure, run) =>
    figure ? [{ label: labels[run], said: sentences(figure.footnote) }] : [],
  );
  const isShared = (sentence: string) => there.every(({ said }) => said.includes(sentence));
  const shared = there[0].said.filter(isShared);
  const own = there.map(({ label, said }) => ({ label, said: said.filter((sentence) => !isShared(sentence)) }));
  return [{ label: '', said: shared }, ...own]
    .filter(({ said }) => said.length > 0)
    .map(({ label, said }) => ({ label, text: said.join(' ') }));
}

/** A sentence begins with a capital after a full stop. */
const sentences = (text: string): string[] => text.split(/(?<=\.) (?=\p{Lu})/u).filter((one) => one !== '');

function plotMarkup(figure: Figure | null, run: number, label: string, detail: string): string {
  const heading =
    label === ''
      ? ''
      : `<p class="run-title">${escaped(label)}${detail === '' ? '' : ` <span class="detail">· ${prose(detail)}</span>`}</p>`;
  if (!figure) return `<div class="plot">${heading}<p class="quiet">Not part of this run.</p></div>`;
  const words = `${figure.title}: ${figure.y.label.replaceAll('_', '')} against ${figure.x.label.replaceAll('_', '')}; ${figure.series
    .map(({ label }) => label)
    .filter((label) => label !== '')
    .join(', ')}.${figure.message ? ` ${figure.message}.` : ''}`;
  return `<div class="plot" data-run="${run}">${heading}<div class="canvas"><canvas role="img" aria-label="${escaped(words)}"></canvas></div></div>`;
}
