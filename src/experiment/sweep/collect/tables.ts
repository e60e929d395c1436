/** The tables of a sweep: a line a point, and a line a direction of each point. */
import { join } from 'node:path';
import type { MeasuredScale, Plateau } from '../../../report/sweep/collected.ts';
import type { Estimate } from '../../../statistics/estimate.ts';
import { RANGE_EDGES } from '../../../statistics/ranges.ts';
import { type CsvValue, writeCsv } from '../../../store/csv.ts';
import { universalSuppression } from '../../../theory/index.ts';
import { leaves } from '../../leaves.ts';
import type { ComparedRun, ReadPoint } from './points.ts';

/** Names of the tables in a sweep's folder. */
export const SWEEP_TABLES = { points: 'sweep.csv', directions: 'sweep-directions.csv' } as const;

/** What was fitted to one run by itself. */
export interface RunFits {
  readonly scale: MeasuredScale | null;
  readonly scaleTwoComponent: MeasuredScale | null;
  readonly plateau: Plateau | null;
}

type Columns = Record<string, (point: ReadPoint, fits: RunFits | undefined) => CsvValue>;

/**
 * Writes sweep.csv: every point in the order of the sweep, also those that are not done.
 *
 * @param axes keys that vary: columns of their own, under their dotted names
 */
export function writePointTable(
  folder: string,
  points: readonly ReadPoint[],
  axes: readonly string[],
  fitsOf: ReadonlyMap<string, RunFits>,
): void {
  const columns: Columns = {
    name: ({ name }) => name,
    state: ({ state }) => state,
    ...Object.fromEntries(axes.map((key) => [key, (point: ReadPoint) => axisValue(point, key)])),
    ...SETTING_COLUMNS,
    ...FIT_COLUMNS,
    ...rangeColumns(),
    ...END_COLUMNS,
  };
  const cells = Object.entries(columns).map(
    ([name, of]) => [name, points.map((point) => of(point, fitsOf.get(point.name)))] as const,
  );
  writeCsv(join(folder, SWEEP_TABLES.points), Object.fromEntries(cells));
}

function axisValue({ set, experiment }: ReadPoint, key: string): CsvValue {
  const value = Object.hasOwn(set, key) ? set[key] : new Map(leaves(experiment)).get(key);
  if (value === undefined || value === null) return null;
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
}

/** Settings under names of their own, whatever the axes are; of points that are not done those that are known before. */
const SETTING_COLUMNS: Columns = {
  learning_rate: ({ experiment }) => experiment.sgd.learningRate,
  momentum: ({ experiment }) => experiment.sgd.momentum,
  batch_size: ({ experiment }) => experiment.sgd.batchSize,
  batches_per_epoch: ({ run }) => run?.summary.batchesPerEpoch,
  sampler: ({ experiment }) => experiment.sgd.sampler,
  run_seed: ({ experiment }) => experiment.seed,
  batch_seed: ({ experiment }) => experiment.sgd.seed,
  crossover_eigenvalue: ({ run }) => run?.summary.crossoverEigenvalue,
};

const FIT_COLUMNS: Columns = {
  ...estimateColumns('scale', (fits) => fits?.scale?.scale),
  ...estimateColumns('scale_two_component', (fits) => fits?.scaleTwoComponent?.scale),
  ...estimateColumns('plateau_measured', (fits) => fits?.plateau?.measured),
  plateau_exact: (_, fits) => fits?.plateau?.exact,
  plateau_leading: (_, fits) => fits?.plateau?.leading,
  plateau_limit: (_, fits) => fits?.plateau?.limit,
  ...estimateColumns('plateau_ratio', (fits) => fits?.plateau?.ratio),
  ...estimateColumns('plateau_ratio_two_component', (fits) => fits?.plateau?.ratioTwoComponent),
};

function estimateColumns(name: string, of: (fits: RunFits | undefined) => Estimate | null | undefined): Columns {
  return {
    [name]: (_, fits) => of(fits)?.value,
    [`${name}_low`]: (_, fits) => of(fits)?.low,
    [`${name}_high`]: (_, fits) => of(fits)?.high,
  };
}

/** Ranges of λ/λ_cross, flattest first, by their upper ends: medians of all directions, as in summary.json. */
function rangeColumns(): Columns {
  const of = (low: number) => (point: ReadPoint) => point.run?.summary.ranges.find((range) => range.low === low);
  return Object.fromEntries(
    RANGE_EDGES.slice(0, -1).flatMap((low, at) => {
      const high = RANGE_EDGES[at + 1];
      const name = Number.isFinite(high) ? `upto_${high}` : `above_${low}`;
      const range = of(low);
      return [
        [`directions_${name}`, (point: ReadPoint) => range(point)?.directions],
        [`ratio_sampler_${name}`, (point: ReadPoint) => range(point)?.ratioSampler],
        [`ratio_two_component_${name}`, (point: ReadPoint) => range(point)?.ratioTwoComponent],
        [`coverage_${name}`, (point: ReadPoint) => range(point)?.coverage],
        [`coverage_two_component_${name}`, (point: ReadPoint) => range(point)?.coverageTwoComponent],
      ];
    }),
  );
}

const END_COLUMNS: Columns = {
  multiplicative_share: ({ run }) => run?.summary.noise.multiplicativeShare,
  expected_share: ({ run }) => run?.summary.noise.expectedShare,
  train_loss: ({ end }) => end?.trainLoss,
  train_accuracy: ({ end }) => end?.trainAccuracy,
  test_loss: ({ end }) => end?.testLoss,
  test_accuracy: ({ end }) => end?.testAccuracy,
  seconds: ({ cost }) => cost?.seconds,
  peak_memory_bytes: ({ cost }) => cost?.peakMemoryBytes,
};

/** Writes sweep-directions.csv: what the panels show, direction by direction. Only directions with λ > 0 are in it. */
export function writeDirectionTable(folder: string, runs: readonly ComparedRun[]): void {
  const rows = runs.flatMap(({ name, measures }) =>
    Array.from(measures.eigenvalue, (_, i) => ({ name, measures, i })).filter(
      ({ measures: { eigenvalue }, i }) => eigenvalue[i] > 0,
    ),
  );
  type Row = (typeof rows)[number];
  const column = (of: (row: Row) => CsvValue) => rows.map(of);
  const measure = (key: MeasureColumn) => column(({ measures, i }) => measures[key][i]);
  writeCsv(join(folder, SWEEP_TABLES.directions), {
    point: column(({ name }) => name),
    index: column(({ i }) => i),
    eigenvalue: measure('eigenvalue'),
    eigenvalue_over_crossover: measure('relative'),
    x: measure('x'),
    regime: column(({ measures, i }) => measures.regime[i]),
    compared: column(({ measures, i }) => Number(measures.compared.includes(i))),
    theta_variance_over_white: measure('toWhite'),
    exact_over_white: measure('exactToWhite'),
    two_component_over_white: measure('twoToWhite'),
    universal: column(({ measures, i }) => universalSuppression(measures.x[i])),
    theta_dof: measure('dof'),
    theta_dof_two_component: measure('dofTwo'),
    ratio_sampler: measure('ratio'),
    ratio_two_component: measure('ratioTwo'),
    correlation_time: measure('time'),
    correlation_time_sampler: measure('timeExact'),
    correlation_time_two_component: measure('timeTwo'),
  });
}

type MeasureColumn = {
  [Key in keyof ComparedRun['measures']]: ComparedRun['measures'][Key] extends Float64Array ? Key : never;
}[keyof ComparedRun['measures']];
