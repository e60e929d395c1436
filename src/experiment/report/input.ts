/** What pictures and page of a run are made of, read from its result files alone. */
import { join } from 'node:path';
import type {
  ComponentColumns,
  ControlColumns,
  DensityColumns,
  CurvatureColumns,
  DirectionColumns,
  DirectionPath,
  EstimatorColumns,
  PositionColumns,
  ReportInput,
} from '../../report/input.ts';
import { readCsv } from '../../store/csv.ts';
import { DIRECTION_COLUMNS, RUN_FILES, type RunFile, runPath } from '../../store/run-directory.ts';
import { readNoise, readPathsAlong } from '../run-files.ts';
import { readHistory } from '../training-curve.ts';
import { readControlSummary, readSummary } from './summaries.ts';
import { comparedDirections } from '../../statistics/drift.ts';

/** @param title the user's name for the run */
export function readReportInput(directory: string, title: string | null): ReportInput {
  const noise = readNoise(directory);
  const run = readSummary(directory);
  const directions = readDirections(directory);
  const history = [RUN_FILES.training, RUN_FILES.windowCurve].flatMap((file) => readHistory(runPath(directory, file)));
  return {
    title,
    directions,
    run,
    noise: {
      lags: noise.lags,
      autocovariance: noise.autocovariance,
      autocovarianceError: noise.autocovarianceError,
      autocovarianceTrajectory: noise.autocovarianceTrajectory,
      autocovarianceTrajectoryError: noise.autocovarianceTrajectoryError,
    },
    training: history.map((row) => ({ ...row, trainLoss: row.trainLoss ?? NaN })),
    estimators: readEstimators(directory),
    curvatures: readNumbers<CurvatureColumns>(directory, RUN_FILES.curvatures),
    positions: readNumbers<PositionColumns>(directory, RUN_FILES.positions),
    components: readNumbers<ComponentColumns>(directory, RUN_FILES.components),
    density: readNumbers<DensityColumns>(directory, RUN_FILES.density),
    paths: readPaths(directory, directions, run.crossoverEigenvalue),
    controls: readControls(directory),
  };
}

/** directions.csv. @throws DataError where it is missing or damaged */
export function readDirections(directory: string): DirectionColumns {
  const table = readCsv(runPath(directory, RUN_FILES.directions));
  const columns = Object.fromEntries(
    DIRECTION_COLUMNS.map((name) => [name, name === 'regime' ? table.text(name) : table.numbers(name)]),
  );
  return columns as unknown as DirectionColumns;
}

/** estimators.csv. @throws DataError where it is missing or damaged */
export function readEstimators(directory: string): EstimatorColumns {
  return readNumbers<EstimatorColumns>(directory, RUN_FILES.estimators);
}

/** All columns of a table of numbers. */
function readNumbers<Columns>(directory: string, file: RunFile): Columns {
  const table = readCsv(runPath(directory, file));
  return Object.fromEntries(table.names.map((name) => [name, table.numbers(name)])) as Columns;
}

/** Where paths are shown: well above the crossover, at it, and well below; each the nearest direction that is compared. */
const SHOWN_PATHS = [10, 1, 0.1, 0.02];

function readPaths(directory: string, columns: DirectionColumns, crossover: number): DirectionPath[] {
  const { eigenvalue } = columns;
  const compared = comparedDirections(columns, crossover);
  if (compared.length === 0) return [];
  const distance = (i: number, wanted: number) => Math.abs(Math.log(eigenvalue[i] / crossover / wanted));
  const nearest = SHOWN_PATHS.map((wanted) =>
    compared.reduce((best, i) => (distance(i, wanted) < distance(best, wanted) ? i : best)),
  );
  const shown = [...new Set(nearest)];
  const measured = readPathsAlong(directory, RUN_FILES.projections, shown);
  const replayed = readPathsAlong(directory, RUN_FILES.replay, shown);
  return shown.map((direction, at) => ({ direction, measured: measured[at], replayed: replayed[at] }));
}

function readControls(directory: string): ControlColumns[] | undefined {
  const summary = readControlSummary(directory);
  if (!summary) return undefined;
  const { controls } = summary;
  // Seeds of one control are told in numbers; one picture of each is enough.
  const shown = controls.filter(({ name, control }) => name === control);
  return shown.map(({ name, control, folder }) => {
    return { name, sampler: control as ControlColumns['sampler'], ...readDirections(join(directory, folder)) };
  });
}
