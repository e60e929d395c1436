/** Tables of directions made by hand: what a test does not say is unknown. */
import type { DirectionTable, Regime } from '../../../src/experiment/compare/directions.ts';
import type { EstimatorTable } from '../../../src/experiment/compare/estimators.ts';
import { DIRECTION_COLUMNS, ESTIMATOR_COLUMNS, type EstimatorColumn } from '../../../src/store/run-directory.ts';

type Given = Partial<Record<Exclude<keyof DirectionTable, 'regime'>, readonly number[]>>;

export function tableOf(
  columns: Given & { eigenvalue: readonly number[] },
  regime?: readonly Regime[],
): DirectionTable {
  const count = columns.eigenvalue.length;
  // A direction that is called so drifts by every measure; of others nothing is known of the path.
  const path = (ofDrift: number) => regime?.map((one) => (one === 'drift' ? ofDrift : NaN));
  const given: Given = { trend_fraction: path(0.9), drift_ratio: path(5), ...columns };
  const numbers = DIRECTION_COLUMNS.filter((name) => name !== 'regime').map((name) => [
    name,
    Float64Array.from(given[name] ?? Array<number>(count).fill(NaN)),
  ]);
  return { ...Object.fromEntries(numbers), regime: regime ?? Array<Regime>(count).fill('stiff') } as DirectionTable;
}

/** Tables of estimators likewise, for as many directions. */
export function estimatorsOf(
  count: number,
  columns: Partial<Record<EstimatorColumn, readonly number[]>> = {},
): EstimatorTable {
  return Object.fromEntries(
    ESTIMATOR_COLUMNS.map((name) => [name, Float64Array.from(columns[name] ?? Array<number>(count).fill(NaN))]),
  ) as EstimatorTable;
}
