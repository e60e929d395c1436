/** Pictures and page of a run, from its result files alone. */
import { join } from 'node:path';
import { allFigures } from '../../report/all-figures.ts';
import { renderPage } from '../../report/page/page.ts';
import { renderPdf } from '../../report/pdf.ts';
import { renderPng } from '../../report/png.ts';
import { writeFileAtomic } from '../../store/atomic.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import type { Context } from '../context.ts';
import { measuredCall } from '../profile.ts';
import { calledOf } from '../report/called.ts';
import { readPageInput } from '../report/page-input.ts';

/** Writes the figures and the page. @throws DataError where a result is missing or damaged */
export async function reportStage({ directory, experiment, voice }: Context): Promise<void> {
  const run = readPageInput(directory, experiment.report.title, calledOf(experiment));
  const figures = allFigures(run.input);
  const report = voice.begin('pictures');
  for (const [index, { name, figure }] of figures.entries()) {
    const [png, pdf] = measuredCall('drawing', () => [renderPng(figure), renderPdf(figure)]);
    const path = join(runPath(directory, RUN_FILES.figures), name);
    writeFileAtomic(`${path}.png`, png);
    writeFileAtomic(`${path}.pdf`, pdf);
    await report(index + 1, figures.length + 1);
  }
  const page = measuredCall('page', () => renderPage([run]));
  writeFileAtomic(runPath(directory, RUN_FILES.report), page);
  await report(figures.length + 1, figures.length + 1);
}
