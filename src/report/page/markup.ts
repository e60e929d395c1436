/** Pieces of HTML. Everything that comes from a run goes through {@link escaped}. */
import type { SummaryWarning } from '../summary.ts';
import type { Row, Table, ValueList } from '../tables.ts';

/** Text for any place in a document, attributes included. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const NUMBER = String.raw`[−-]?\d[\d.,]*(?:e[+-]?\d+|×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?`;
/** Numbers that are read as one, with what they are counted in. */
const TOGETHER = new RegExp(`${NUMBER}(?: [±…] ${NUMBER})*(?: %)?`, 'g');

/** Escaped text in which no line ends within a number: `0.989 ± 0.014`, `95 %`, `1.8e-5`. */
export function prose(text: string): string {
  return escaped(text).replace(TOGETHER, (found) =>
    / |e-/.test(found) ? `<span class="number">${found}</span>` : found,
  );
}

/** The same with `_` making the next character a subscript: `σ²_θ`. */
export function richText(text: string): string {
  return prose(text).replace(/_(.)/gu, '<sub>$1</sub>');
}

/** The same where `_` makes a whole word a subscript, `^` the next character a superscript: `C_mult`, `(λ−μ)^γ`. */
function mathText(text: string): string {
  return prose(text)
    .replace(/_(\p{L}+)/gu, '<sub>$1</sub>')
    .replace(/\^(.)/gu, '<sup>$1</sup>');
}

/** A place for a table that scrolls where it is too wide. @param title of the run that it is of, where there are several */
const wide = (caption: string, title: string, table: string): string =>
  `<div class="wide" tabindex="0" role="region" aria-label="${escaped(title === '' ? caption : `${title}: ${caption}`)}">${table}</div>`;

/** Above a table; in a place that scrolls it stays, as wide as the page. */
const captionMarkup = (caption: string): string => `<caption><span>${escaped(caption)}</span></caption>`;

/** How a table stands among others. */
export interface TablePlace {
  /** The run that it is of, where there are several: what the table is called then; all have the same heading above. */
  readonly run?: string;
  /** For the style. */
  readonly className?: string;
}

/** A table with its caption; the first column heads its line. Its notes: {@link notesMarkup}. */
export function tableMarkup(
  caption: string,
  { header, rows }: Pick<Table, 'header' | 'rows'>,
  { run = '', className = '' }: TablePlace = {},
): string {
  // The first heading's first line is the caption's; a word may be broken between the two.
  const heads = header.map(([first, second], i) => {
    const lines =
      i === 0 || first === '' ? [second] : first.endsWith('-') ? [first.slice(0, -1) + second] : [first, second];
    return `<th scope="col">${lines.map(escaped).join('<br>')}</th>`;
  });
  const table = `<table${className === '' ? '' : ` class="${className}"`}>${captionMarkup(run === '' ? caption : run)}
<thead><tr>${heads.join('')}</tr></thead>
<tbody>${rows.map(rowMarkup).join('\n')}</tbody></table>`;
  return wide(caption, run, table);
}

function rowMarkup({ cells: [first, ...cells], mark }: Row): string {
  const about = `<th scope="row">${prose(first)}${mark ? ` <abbr title="see below">${escaped(mark)}</abbr>` : ''}</th>`;
  return `<tr>${about}${cells.map((cell) => `<td>${prose(cell)}</td>`).join('')}</tr>`;
}

/** What there is to know of a table, below it. */
export function notesMarkup(notes: readonly string[]): string {
  return notes.map((note) => `<p class="note">${prose(note)}</p>`).join('\n');
}

/** Named values as a table of two or three columns. @param run its title, where there are several: see {@link TablePlace} */
export function valuesMarkup({ title, values }: ValueList, run = ''): string {
  const hasNotes = values.some(({ note }) => note !== '');
  const lines = values.map(
    ({ name, value, note }) =>
      `<tr><th scope="row">${mathText(name)}</th><td class="text">${prose(value)}</td>${hasNotes ? `<td class="text">${prose(note)}</td>` : ''}</tr>`,
  );
  const table = `<table class="values">${captionMarkup(run === '' ? title : run)}\n<tbody>${lines.join('\n')}</tbody></table>`;
  return wide(title, run, table);
}

/** A list of sentences; nothing where there are none. */
export function listMarkup(sentences: readonly string[], className: string): string {
  if (sentences.length === 0) return '';
  return `<ul class="${className}">${sentences.map((sentence) => `<li>${prose(sentence)}</li>`).join('')}</ul>`;
}

/** All warnings with their codes, or that there are none. @param label what the region is called */
export function warningsMarkup(list: readonly SummaryWarning[], label: string): string {
  if (list.length === 0) return '<p class="quiet">No warnings.</p>';
  const items = list.map(({ code, text }) => `<li>${prose(text)} <code>${escaped(code)}</code></li>`);
  return `<section class="warnings" aria-label="${escaped(label)}"><p><strong>${list.length === 1 ? 'One warning' : `${list.length} warnings`}</strong></p><ul>${items.join('')}</ul></section>`;
}
