/** A run as the page takes it. */
import type { PageInput } from '../../report/page/page.ts';
import { readReportInput } from './input.ts';
import { readControlSummary, readSummary } from './summaries.ts';
import { readTraces } from './traces.ts';

/**
 * @param name what the run is called where it has no title
 * @throws DataError where a result is missing or damaged
 */
export function readPageInput(directory: string, title: string | null, name: string): PageInput {
  const input = readReportInput(directory, title);
  const summary = readSummary(directory);
  return {
    name,
    input,
    summary,
    controls: readControlSummary(directory),
    traces: readTraces(directory, input.directions.eigenvalue.length, summary.batchesPerEpoch),
  };
}
