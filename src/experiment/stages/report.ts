/** Pictures of a run, from its result files alone. */
import { join } from 'node:path';
import { allFigures } from '../../report/all-figures.ts';
import type { DirectionColumns, ReportInput } from '../../report/input.ts';
import { renderPng } from '../../report/png.ts';
import type { Summary } from '../../report/summary.ts';
import { writeFileAtomic } from '../../store/atomic.ts';
import { readCsv } from '../../store/csv.ts';
import { readJson } from '../../store/json.ts';
import { DIRECTION_COLUMNS, RUN_FILES, runPath } from '../../store/run-directory.ts';
import type { Context } from '../context.ts';
import { measuredCall } from '../profile.ts';
import { readNoise } from '../run-files.ts';
import { readHistory } from '../training-curve.ts';

export async function reportStage({ directory, experiment, voice }: Context): Promise<void> {
  const input = readReportInput(directory, experiment.report.title);
  const figures = allFigures(input);
  const report = voice.begin('pictures');
  for (const [index, { name, figure }] of figures.entries()) {
    const png = measuredCall('drawing', () => renderPng(figure));
    writeFileAtomic(join(runPath(directory, RUN_FILES.figures), `${name}.png`), png);
    await report(index + 1, figures.length);
  }
}

/** summary.json of a run. @throws DataError where it is missing or damaged */
export function readSummary(directory: string): Summary {
  return readJson<Summary>(runPath(directory, RUN_FILES.summary));
}

function readReportInput(directory: string, title: string | null): ReportInput {
  const table = readCsv(runPath(directory, RUN_FILES.directions));
  const columns = Object.fromEntries(
    DIRECTION_COLUMNS.map((name) => [name, name === 'regime' ? table.text(name) : table.numbers(name)]),
  );
  const noise = readNoise(directory);
  const history = [RUN_FILES.training, RUN_FILES.windowCurve].flatMap((file) => readHistory(runPath(directory, file)));
  return {
    title,
    directions: columns as unknown as DirectionColumns,
    run: readSummary(directory),
    noise: {
      lags: noise.lags,
      autocovariance: noise.autocovariance,
      autocovarianceError: noise.autocovarianceError,
      autocovarianceTrajectory: noise.autocovarianceTrajectory,
      autocovarianceTrajectoryError: noise.autocovarianceTrajectoryError,
    },
    training: history.map((row) => ({ ...row, trainLoss: row.trainLoss ?? NaN })),
  };
}
