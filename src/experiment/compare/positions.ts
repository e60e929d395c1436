/** positions.csv: the variance at each position in the epoch, range by range of λ/λ_cross, measured and predicted. */
import { positionProfile } from '../../statistics/position-profile.ts';
import { directionsByRange } from '../../statistics/ranges.ts';
import { positionPredictor } from '../../theory/index.ts';
import type { NoiseResults } from '../run-files.ts';
import { type DirectionTable, ownWindow, type WindowSettings } from './directions.ts';
import { isDrifting } from '../../statistics/drift.ts';

/** Columns of equal length, a line a range and position. Variances are over the sampler's prediction for the whole window. */
export interface PositionTable {
  readonly low: number[];
  /** NaN, an empty cell: no upper end. */
  readonly high: number[];
  /** Updates of the epoch behind the state, 1 … M. */
  readonly position: number[];
  readonly measured: number[];
  readonly measured_error: number[];
  readonly sampler: number[];
  readonly two_component: number[];
}

/** Directions whose profile is computed in a range, at most: more tell nothing new, and each costs a pass over the window. */
const MOST_DIRECTIONS = 200;

/** @param theta projections [K, k] */
export function comparePositions(
  settings: WindowSettings,
  table: DirectionTable,
  { variance, multiplicative }: Pick<NoiseResults, 'variance' | 'multiplicative'>,
  theta: Float32Array,
): PositionTable {
  const { batchesPerEpoch: length } = settings;
  const k = table.eigenvalue.length;
  const predict = positionPredictor(ownWindow(settings));
  const rows: PositionTable = {
    low: [],
    high: [],
    position: [],
    measured: [],
    measured_error: [],
    sampler: [],
    two_component: [],
  };
  for (const { low, high, members } of directionsByRange(table.eigenvalue, settings.crossover)) {
    const known = members.filter(
      (i) => table.theta_variance_sampler[i] > 0 && !isDrifting(table, i, settings.crossover),
    );
    const every = Math.ceil(known.length / MOST_DIRECTIONS);
    const group = known.filter((_, at) => at % every === 0);
    if (group.length === 0) continue;
    const expected = table.theta_variance_sampler;
    const measured = positionProfile(theta, k, length, group, expected);
    const predicted = (white: boolean) => {
      const sum = new Float64Array(length);
      for (const i of group) {
        const ofCurvature = white ? multiplicative.variance[i] : 0;
        const total = variance[i] + ofCurvature;
        // Given noise may come without that of a fluctuating curvature.
        const profile = Number.isNaN(total) ? null : predict(table.eigenvalue[i], ofCurvature / total);
        for (let j = 0; j < length; j++) sum[j] += profile ? (total * profile[j]) / expected[i] / group.length : NaN;
      }
      return sum;
    };
    const [sampler, two] = [predicted(false), predicted(true)];
    for (let j = 0; j < length; j++) {
      rows.low.push(low);
      rows.high.push(Number.isFinite(high) ? high : NaN);
      rows.position.push(j + 1);
      rows.measured.push(measured.mean[j]);
      // One order for all epochs: the scatter between them says nothing of another order.
      rows.measured_error.push(settings.sampler === 'shuffle-once' ? NaN : measured.error[j]);
      rows.sampler.push(sampler[j]);
      rows.two_component.push(two[j]);
    }
  }
  return rows;
}
