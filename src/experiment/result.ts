/** What a call of the pipeline tells its user at the end. */
import { existsSync } from 'node:fs';
import { summaryTable } from '../report/table.ts';
import { RUN_FILES, runPath } from '../store/run-directory.ts';
import { fromHere, typed } from '../typed.ts';
import { LedgerBook } from './ledger.ts';
import type { PipelineResult } from './pipeline.ts';
import { runAgain } from './run-again.ts';
import { STAGES } from './stages.ts';
import { readControlSummary, readSummary } from './report/summaries.ts';

/** A result as a document for programs and as text for people. */
export interface Described {
  readonly document: unknown;
  readonly text: string;
}

export function describeResult({ directory, ran, previous }: PipelineResult): Described {
  const summary = existsSync(runPath(directory, RUN_FILES.summary)) ? readSummary(directory) : null;
  const figures = runPath(directory, RUN_FILES.figures);
  const page = runPath(directory, RUN_FILES.report);
  const drawn = existsSync(page);
  const controls = readControlSummary(directory);
  const document = {
    directory,
    ran,
    previous,
    figures: drawn ? figures : null,
    page: drawn ? page : null,
    summary,
    controls: controls ?? null,
  };
  if (summary)
    return {
      document,
      text: summaryTable(summary, drawn ? { figures: fromHere(figures), page: fromHere(page) } : {}, controls),
    };
  const book = new LedgerBook(directory, {});
  const done = STAGES.filter(({ name }) => book.has(name));
  const next = STAGES[done.length];
  const state = `${fromHere(directory)}: done ${done.map(({ name }) => name).join(', ') || 'nothing'}`;
  return {
    document,
    text: `${state}; next \`${typed(next.name, fromHere(directory))}\`, or all that is left: \`${runAgain(directory)}\``,
  };
}
