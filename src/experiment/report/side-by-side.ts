/** One page of several runs. */
import { closeSync, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { renderPage } from '../../report/page/page.ts';
import { isPage, MARKER_WITHIN } from '../../report/page/marker.ts';
import { openForReading, writeFileAtomic } from '../../store/atomic.ts';
import { readFully } from '../../store/descriptor.ts';
import { fromHere } from '../../typed.ts';
import type { Voice } from '../context.ts';
import { readFinished } from '../pipeline.ts';
import type { Described } from '../result.ts';
import { calledOf, labelsOf } from './called.ts';
import { readPageInput } from './page-input.ts';

/**
 * Writes a page that shows runs side by side. The runs themselves are only read.
 *
 * @param directories run directories, at least two, each once
 * @param out path of the page
 * @throws DataError where there is no run, or one is not compared yet; ConfigurationError where one is named twice, or the page
 * would take the place of a file that is none
 */
export async function reportSideBySide(directories: readonly string[], out: string, voice: Voice): Promise<Described> {
  const page = resolve(out);
  refuseOtherFile(page, out);
  const paths = directories.map((directory) => resolve(directory));
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw new ConfigurationError(`${twice} is named twice; name each run once`);
  const runs = paths.map((path) => ({
    path,
    experiment: readFinished(path, 'compare', { drawing: true }).experiment,
  }));
  const labels = labelsOf(runs);
  const report = voice.begin('page');
  const inputs = [];
  for (const [i, { path, experiment }] of runs.entries()) {
    const input = readPageInput(path, experiment.report.title, calledOf(experiment));
    inputs.push({ ...input, label: labels[i] });
    await report(i + 1, paths.length);
  }
  writeFileAtomic(page, renderPage(inputs));
  return { document: { page, runs: paths }, text: `Page: ${fromHere(page)}` };
}

/** @throws ConfigurationError where there is something that is no page of this program: it may be all that someone has of it */
function refuseOtherFile(path: string, given: string): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) throw new ConfigurationError(`${given} is a folder; give --out the name of a file`);
  const descriptor = openForReading(path);
  const beginning = Buffer.alloc(MARKER_WITHIN);
  try {
    readFully(descriptor, beginning, 0);
  } finally {
    closeSync(descriptor);
  }
  if (isPage(beginning.toString('utf8'))) return;
  throw new ConfigurationError(
    `${given} is there already and is no page of this program, so it is left as it is; give --out another name, such as comparison.html`,
  );
}
