/** Inputs of a few directions whose every number a test chooses; what it does not name is empty (NaN). */
import { DIRECTION_COLUMNS } from '../../src/store/run-directory.ts';
import type { RangeSummary } from '../../src/report/summary.ts';
import type { DirectionColumns, Regime, ReportInput, RunNumbers } from '../../src/report/input.ts';

/** A range of which nothing is known but what a test says. */
export function rangeOf(given: Partial<RangeSummary>): RangeSummary {
  const estimator = { ratioSampler: null, ratioTwoComponent: null, coverage: null };
  return {
    low: 1,
    high: 10,
    directions: 1,
    ratioSampler: null,
    ratioWhite: null,
    ratioTwoComponent: null,
    velocityRatioSampler: null,
    medianAbsLog10: null,
    expectedAbsLog10: null,
    coverage: null,
    pooledError: null,
    coverageTwoComponent: null,
    ratioProportional: null,
    withinEpochs: estimator,
    withoutTrend: estimator,
    halvesRatio: null,
    halvesCoverage: null,
    shiftCoverage: null,
    trendFraction: null,
    replayExplained: null,
    replayPredicted: null,
    ...given,
  };
}

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

/** A direction that is called so drifts by every measure; of others nothing is known of the path. */
const pathOf = ({ regime }: Row): Record<string, number | string> =>
  regime === 'drift' ? { trend_fraction: 0.9, drift_ratio: 5 } : {};

export function columnsOf(rows: readonly Row[]): DirectionColumns {
  const column = (name: string) =>
    rows.map((row) => ({ ...pathOf(row), ...(row as Record<string, number | string>) })[name] ?? NaN);
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
