/** One page of several runs. */
import { relative, resolve } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { renderPage } from '../../report/page/page.ts';
import { writeFileAtomic } from '../../store/atomic.ts';
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
 * @throws DataError where there is no run, or one is not compared yet; ConfigurationError where one is named twice
 */
export async function reportSideBySide(directories: readonly string[], out: string, voice: Voice): Promise<Described> {
  const paths = directories.map((directory) => resolve(directory));
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw new ConfigurationError(`${twice} is named twice; name each run once`);
  const runs = paths.map((path) => ({ path, experiment: readFinished(path, 'compare').experiment }));
  const labels = labelsOf(runs);
  const report = voice.begin('page');
  const inputs = [];
  for (const [i, { path, experiment }] of runs.entries()) {
    const input = readPageInput(path, experiment.report.title, calledOf(experiment));
    inputs.push({ ...input, label: labels[i] });
    await report(i + 1, paths.length);
  }
  const page = resolve(out);
  writeFileAtomic(page, renderPage(inputs));
  return { document: { page, runs: paths }, text: `Page: ${relative(process.cwd(), page)}` };
}
