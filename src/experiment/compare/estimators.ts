/** The columns of estimators.csv: estimators that drift disturbs less, each against its own prediction. */
import { ratioInterval } from '../../statistics/halves.ts';
import { median } from '../../statistics/median.ts';
import type { WindowEstimates } from '../../statistics/window-estimates.ts';
import type { EstimatorColumn as ColumnName } from '../../store/run-directory.ts';
import type { EstimatorColumn } from '../../theory/index.ts';
import type { NoiseResults } from '../run-files.ts';
import { type DirectionTable, intervals, type WindowPredictions } from './directions.ts';

/** [k] each; NaN is written as an empty cell. */
export type EstimatorTable = Readonly<Record<ColumnName, Float64Array>>;

/**
 * @param replay R² of the replayed paths, and the weight variance that white noise of unit variance makes in a window that it
 *   finds at rest: what two components leave unexplained, per unit C_mult
 */
export function compareEstimators(
  table: DirectionTable,
  { multiplicative }: Pick<NoiseResults, 'multiplicative'>,
  { own, two }: WindowPredictions,
  measured: WindowEstimates,
  { explained, unexplained }: { readonly explained: Float64Array; readonly unexplained: Float64Array },
  proportional: Float64Array,
): EstimatorTable {
  // The best theory there is: two components, or where these are unknown the sampler's.
  const best = (pick: (predictions: typeof own) => Float64Array) => {
    const [sampler, both] = [pick(own), pick(two)];
    return both.map((value, i) => (Number.isNaN(value) ? sampler[i] : value));
  };
  const estimator = (values: Float64Array, pick: (predictions: typeof own) => EstimatorColumn) => {
    const dof = best((predictions) => pick(predictions).degreesOfFreedom);
    return { values, dof, ...intervals(values, dof), sampler: pick(own).variance, two: pick(two).variance };
  };
  const within = estimator(measured.withinEpochs, ({ withinEpochs }) => withinEpochs);
  const detrended = estimator(measured.withoutTrend, ({ withoutTrend }) => withoutTrend);
  const whole = intervals(table.theta_variance, two.thetaDegreesOfFreedom);
  const half = (part: 0 | 1) => ({
    variance: best(({ halves }) => halves[part].variance),
    dof: best(({ halves }) => halves[part].degreesOfFreedom),
  });
  const [first, second] = [half(0), half(1)];
  const shiftVariance = best(({ shiftVariance }) => shiftVariance);
  const ratio = second.variance.map((value, i) => value / first.variance[i]);
  const spread = Array.from(ratio, (_, i) => ratioInterval(second.dof[i], first.dof[i]));
  return {
    index: table.index,
    eigenvalue: table.eigenvalue,
    multiplicative_noise_variance: multiplicative.variance,
    multiplicative_noise_variance_low: multiplicative.low,
    multiplicative_noise_variance_high: multiplicative.high,
    theta_variance_proportional: proportional,
    theta_dof_two_component: two.thetaDegreesOfFreedom,
    theta_variance_low_two_component: whole.low,
    theta_variance_high_two_component: whole.high,
    within_epoch_variance: within.values,
    within_epoch_variance_low: within.low,
    within_epoch_variance_high: within.high,
    within_epoch_dof: within.dof,
    within_epoch_variance_sampler: within.sampler,
    within_epoch_variance_two_component: within.two,
    detrended_variance: detrended.values,
    detrended_variance_low: detrended.low,
    detrended_variance_high: detrended.high,
    detrended_dof: detrended.dof,
    detrended_variance_sampler: detrended.sampler,
    detrended_variance_two_component: detrended.two,
    first_half_variance: measured.halves[0],
    second_half_variance: measured.halves[1],
    half_ratio_predicted: ratio,
    half_ratio_low: ratio.map((value, i) => value * spread[i].low),
    half_ratio_high: ratio.map((value, i) => value * spread[i].high),
    half_shift: measured.shift.map((value, i) => value / Math.sqrt(shiftVariance[i])),
    replay_explained: explained,
    // What the fluctuating curvature adds from the opening on is all that the replay does not know.
    replay_explained_predicted: two.thetaVariance.map(
      (value, i) => 1 - (unexplained[i] * multiplicative.variance[i]) / value,
    ),
  };
}

/** a of C = a(λ−μ) in the stiff directions: the median of their ratios; NaN where there are none. */
export function noisePerCurvature(
  { eigenvalue, noise_variance }: Pick<DirectionTable, 'eigenvalue' | 'noise_variance'>,
  crossover: number,
  weightDecay: number,
): number {
  const stiff = [...eigenvalue.keys()].filter((i) => eigenvalue[i] > crossover);
  return median(stiff.map((i) => noise_variance[i] / (eigenvalue[i] - weightDecay)));
}

/** The sampler's prediction with the noise that a proportionality to the loss's curvature gives; NaN where that is negative. */
export function proportionalPrediction(
  { eigenvalue, noise_variance, theta_variance_sampler }: DirectionTable,
  perCurvature: number,
  weightDecay: number,
): Float64Array {
  return theta_variance_sampler.map((value, i) => {
    const noise = perCurvature * (eigenvalue[i] - weightDecay);
    return noise > 0 ? (value / noise_variance[i]) * noise : NaN;
  });
}
