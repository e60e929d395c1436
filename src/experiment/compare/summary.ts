/** What a run adds up to: ranges of curvature, slopes, verdicts in words. */
import type { ControlRange, EstimatorSummary, FittedSlope, RangeSummary } from '../../report/summary.ts';
import { fitLogLogSlope } from '../../statistics/line-fit.ts';
import { median } from '../../statistics/median.ts';
import { coverage, directionsByRange, medianRatio, pooledError, scatter } from '../../statistics/ranges.ts';
import type { DirectionTable } from './directions.ts';
import type { EstimatorTable } from './estimators.ts';
import { comparedDirections } from '../../statistics/drift.ts';

/** The comparison range by range of λ/λ_cross. */
export function summariseRanges(table: DirectionTable, estimators: EstimatorTable, crossover: number): RangeSummary[] {
  const theta = { variance: table.theta_variance, degreesOfFreedom: table.theta_dof };
  const two = {
    variance: table.theta_variance,
    degreesOfFreedom: bestOf(estimators.theta_dof_two_component, table.theta_dof),
  };
  const velocity = { variance: table.velocity_variance, degreesOfFreedom: table.velocity_dof };
  const intervals = { low: table.theta_variance_low, high: table.theta_variance_high };
  const intervalsOfTwo = {
    low: estimators.theta_variance_low_two_component,
    high: estimators.theta_variance_high_two_component,
  };
  return directionsByRange(table.eigenvalue, crossover).map(({ low, high, members }) => {
    const { found, expected } = scatter(theta, table.theta_variance_sampler, members);
    const halves = members.map(
      (i) =>
        estimators.second_half_variance[i] / estimators.first_half_variance[i] / estimators.half_ratio_predicted[i],
    );
    const halvesBetween = {
      low: estimators.half_ratio_low.map((value, i) => value / estimators.half_ratio_predicted[i]),
      high: estimators.half_ratio_high.map((value, i) => value / estimators.half_ratio_predicted[i]),
    };
    const halvesRatios = new Float64Array(table.eigenvalue.length).fill(NaN);
    for (const [at, i] of members.entries()) halvesRatios[i] = halves[at];
    return {
      low,
      high: Number.isFinite(high) ? high : null,
      directions: members.length,
      ratioSampler: known(medianRatio(theta, table.theta_variance_sampler, members)),
      ratioWhite: known(medianRatio(theta, table.theta_variance_white, members)),
      ratioTwoComponent: known(medianRatio(two, table.theta_variance_two_component, members)),
      velocityRatioSampler: known(medianRatio(velocity, table.velocity_variance_sampler, members)),
      medianAbsLog10: known(found),
      expectedAbsLog10: known(expected),
      coverage: known(coverage(intervals, table.theta_variance_sampler, members)),
      pooledError: known(pooledError(table.theta_dof, members)),
      coverageTwoComponent: known(coverage(intervalsOfTwo, table.theta_variance_two_component, members)),
      ratioProportional: known(medianRatio(theta, estimators.theta_variance_proportional, members)),
      withinEpochs: estimatorSummary(estimators, 'within_epoch', members),
      withoutTrend: estimatorSummary(estimators, 'detrended', members),
      halvesRatio: known(median(halves.filter(Number.isFinite))),
      halvesCoverage: known(coverage(halvesBetween, halvesRatios, members)),
      shiftCoverage: shiftCoverage(estimators.half_shift, members),
      trendFraction: known(medianOf(table.trend_fraction, members)),
      replayExplained: known(medianOf(estimators.replay_explained, members)),
      replayPredicted: known(medianOf(estimators.replay_explained_predicted, members)),
    };
  });
}

const medianOf = (column: Float64Array, members: readonly number[]): number =>
  median(members.map((i) => column[i]).filter(Number.isFinite));

/** Share of normal deviates within the central 95 %. */
function shiftCoverage(deviates: Float64Array, members: readonly number[]): number | null {
  const tested = members.filter((i) => Number.isFinite(deviates[i]));
  const inside = tested.filter((i) => Math.abs(deviates[i]) <= NORMAL_95);
  return tested.length === 0 ? null : inside.length / tested.length;
}

/** 97.5 % of a normal deviate lie below. */
const NORMAL_95 = 1.959963984540054;

/** The comparison of a window that has one theory only: that of the quadratic model, whose noise does not depend on the weights. */
export function rangesOfTable(table: DirectionTable, crossover: number): ControlRange[] {
  const theta = { variance: table.theta_variance, degreesOfFreedom: table.theta_dof };
  const intervals = { low: table.theta_variance_low, high: table.theta_variance_high };
  return directionsByRange(table.eigenvalue, crossover).map(({ low, high, members }) => ({
    low,
    high: Number.isFinite(high) ? high : null,
    directions: members.length,
    ratioSampler: known(medianRatio(theta, table.theta_variance_sampler, members)),
    ratioTwoComponent: null,
    coverage: known(coverage(intervals, table.theta_variance_sampler, members)),
    coverageTwoComponent: null,
    feltOverEigenvalue: null,
    ratioFelt: null,
  }));
}

/** The first where it is known, else the second. */
function bestOf(first: Float64Array, second: Float64Array): Float64Array {
  return first.map((value, i) => (Number.isNaN(value) ? second[i] : value));
}

function estimatorSummary(
  table: EstimatorTable,
  name: 'within_epoch' | 'detrended',
  members: readonly number[],
): EstimatorSummary {
  const measured = { variance: table[`${name}_variance`], degreesOfFreedom: table[`${name}_dof`] };
  const [sampler, two] = [table[`${name}_variance_sampler`], table[`${name}_variance_two_component`]];
  const intervals = { low: table[`${name}_variance_low`], high: table[`${name}_variance_high`] };
  return {
    ratioSampler: known(medianRatio(measured, sampler, members)),
    ratioTwoComponent: known(medianRatio(measured, two, members)),
    coverage: known(coverage(intervals, bestOf(two, sampler), members)),
  };
}

/** Slopes of the weight variance well above and well below the crossover, and of the noise against the loss's curvature. */
export function fitSlopes(
  table: DirectionTable,
  crossover: number,
  weightDecay: number,
): { stiff: FittedSlope | null; suppressed: FittedSlope | null; noiseExponent: FittedSlope | null } {
  const { eigenvalue } = table;
  const compared = comparedDirections(table, crossover);
  // The crossover is soft: a factor 2 above it and 3 below, the laws on both sides are within a few per cent of straight.
  const stiff = compared.filter((i) => eigenvalue[i] > 2 * crossover);
  const suppressed = compared.filter((i) => eigenvalue[i] < crossover / 3);
  const slope = (chosen: readonly number[], column: Float64Array): FittedSlope | null => {
    const x = chosen.map((i) => eigenvalue[i]);
    const found = fitLogLogSlope(
      x,
      chosen.map((i) => column[i]),
    );
    const predicted = fitLogLogSlope(
      x,
      chosen.map((i) => table.theta_variance_sampler[i]),
    );
    return found ? { ...found, predicted: predicted?.value ?? null } : null;
  };
  const noise = fitLogLogSlope(
    compared.map((i) => eigenvalue[i] - weightDecay),
    compared.map((i) => table.noise_variance[i]),
  );
  return {
    stiff: slope(stiff, table.theta_variance),
    suppressed: slope(suppressed, table.theta_variance),
    noiseExponent: noise ? { ...noise, predicted: 1 } : null,
  };
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
