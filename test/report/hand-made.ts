/** Inputs of a few directions whose every number a test chooses; what it does not name is empty (NaN). */
import { DIRECTION_COLUMNS } from '../../src/store/run-directory.ts';
import type { DirectionColumns, Regime, ReportInput, RunNumbers } from '../../src/report/input.ts';

type Row = Partial<Record<Exclude<keyof DirectionColumns, 'regime'>, number>> & { readonly regime: Regime };

export const run: RunNumbers = {
  crossoverEigenvalue: 1,
  batchesPerEpoch: 10,
  weightDecay: 0,
  sampler: 'reshuffle',
  learningRate: 0.1,
  momentum: 0.9,
  ranges: [],
  slopes: { stiff: null, suppressed: null, noiseExponent: null },
};

export function columnsOf(rows: readonly Row[]): DirectionColumns {
  const column = (name: string) => rows.map((row) => (row as Record<string, number | string>)[name] ?? NaN);
  return Object.fromEntries(DIRECTION_COLUMNS.map((name) => [name, column(name)])) as unknown as DirectionColumns;
}

export function inputOf(rows: readonly Row[], changes: Partial<RunNumbers> = {}): ReportInput {
  return {
    directions: columnsOf(rows),
    run: { ...run, ...changes },
    noise: { lags: [], autocovariance: [], autocovarianceError: [] },
    training: [],
  };
}
