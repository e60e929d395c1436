/** The tables at the end of a page. Of several runs each kind stands together, under one heading, with one set of notes. */
import type { ControlSummary, Summary } from '../summary.ts';
import { controlsTable, lossTable, noiseTable, pathTable, rangeTable, type Table, type ValueList } from '../tables.ts';
import { BY_RANGE } from './found.ts';
import { escaped, notesMarkup, tableMarkup, valuesMarkup } from './markup.ts';

/** A run as its tables tell of it. */
export interface TabledRun {
  readonly label: string;
  readonly summary: Summary;
  readonly controls?: ControlSummary;
}

/** All tables but the one at the head. */
export function furtherTables(runs: readonly TabledRun[]): string {
  const isAlone = runs.length === 1;
  const of = <Kind>(make: (run: TabledRun) => Kind | null): Made<Kind>[] =>
    runs.flatMap((run) => {
      const table = make(run);
      return table ? [{ run: isAlone ? '' : run.label, table }] : [];
    });
  return [
    isAlone
      ? ''
      : tables(
          BY_RANGE,
          of<Table>(({ summary }) => rangeTable(summary)),
        ),
    tables(
      'Paths',
      of<Table>(({ summary }) => pathTable(summary)),
    ),
    lists(of<ValueList>(({ summary }) => lossTable(summary))),
    lists(of<ValueList>(({ summary }) => noiseTable(summary))),
    tables(
      'Controls from the same minimum',
      of<Table>(({ controls }) => (controls ? controlsTable(controls) : null)),
    ),
  ].join('\n');
}

interface Made<Kind> {
  /** Empty where there is one. */
  readonly run: string;
  readonly table: Kind;
}

function tables(caption: string, made: readonly Made<Table>[]): string {
  const notes = new Set(made.flatMap(({ table }) => table.notes));
  return together(caption, made, ({ run, table }) => tableMarkup(caption, table, { run })) + notesMarkup([...notes]);
}

function lists(made: readonly Made<ValueList>[]): string {
  return made.length === 0 ? '' : together(made[0].table.title, made, ({ run, table }) => valuesMarkup(table, run));
}

function together<Kind>(heading: string, made: readonly Made<Kind>[], markup: (one: Made<Kind>) => string): string {
  if (made.length === 0) return '';
  if (made[0].run === '') return markup(made[0]);
  return `<h3>${escaped(heading)}</h3>\n<div class="by-run">${made.map(markup).join('\n')}</div>`;
}
