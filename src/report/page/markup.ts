/** Pieces of HTML. Everything that comes from a run goes through {@link escaped}. */
import type { Table, ValueList } from '../tables.ts';

/** Text for any place in a document, attributes included. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** The same with `_` making the next character a subscript: `σ²_θ`. */
export function richText(text: string): string {
  return escaped(text).replace(/_(.)/gu, '<sub>$1</sub>');
}

/** A place for a table that scrolls where it is too wide. @param title of the run that it is of, where there are several */
const wide = (caption: string, title: string, table: string): string =>
  `<div class="wide" tabindex="0" role="region" aria-label="${escaped(title === '' ? caption : `${title}: ${caption}`)}">${table}</div>`;

/** A table with its caption; the first column heads its line. @param title of the run, where there are several */
export function tableMarkup(caption: string, { header, rows, notes }: Table, title = ''): string {
  // The first heading's first line is the caption's; a word may be broken between the two.
  const heads = header.map(([first, second], i) => {
    const words = i === 0 ? second : first.endsWith('-') ? first.slice(0, -1) + second : `${first} ${second}`.trim();
    return `<th scope="col">${escaped(words)}</th>`;
  });
  const lines = rows.map(({ cells: [first, ...cells], mark }) => {
    const about = `<th scope="row">${escaped(first)}${mark ? ` <abbr title="see below">${escaped(mark)}</abbr>` : ''}</th>`;
    return `<tr>${about}${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  const table = `<table><caption>${escaped(caption)}</caption>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>${lines.join('\n')}</tbody></table>`;
  return [wide(caption, title, table), ...notes.map((note) => `<p class="note">${escaped(note)}</p>`)].join('\n');
}

/** Named values as a table of two or three columns. @param run its title, where there are several */
export function valuesMarkup({ title, values }: ValueList, run = ''): string {
  const hasNotes = values.some(({ note }) => note !== '');
  const lines = values.map(
    ({ name, value, note }) =>
      `<tr><th scope="row">${escaped(name)}</th><td class="text">${escaped(value)}</td>${hasNotes ? `<td class="text">${escaped(note)}</td>` : ''}</tr>`,
  );
  const table = `<table class="values"><caption>${escaped(title)}</caption>\n<tbody>${lines.join('\n')}</tbody></table>`;
  return wide(title, run, table);
}

/** A list of sentences; nothing where there are none. */
export function listMarkup(sentences: readonly string[], className: string): string {
  if (sentences.length === 0) return '';
  return `<ul class="${className}">${sentences.map((sentence) => `<li>${escaped(sentence)}</li>`).join('')}</ul>`;
}
