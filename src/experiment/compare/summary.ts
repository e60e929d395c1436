/** What a run adds up to: ranges of curvature, slopes, verdicts in words. */
import type { FittedSlope, RangeSummary } from '../../report/summary.ts';
import { fitLogLogSlope } from '../../statistics/line-fit.ts';
import { coverage, directionsByRange, medianRatio, pooledError, scatter } from '../../statistics/ranges.ts';
import type { DirectionTable } from './directions.ts';

/** The comparison range by range of λ/λ_cross. */
export function summariseRanges(table: DirectionTable, crossover: number): RangeSummary[] {
  const theta = { variance: table.theta_variance, degreesOfFreedom: table.theta_dof };
  const velocity = { variance: table.velocity_variance, degreesOfFreedom: table.velocity_dof };
  const intervals = { low: table.theta_variance_low, high: table.theta_variance_high };
  return directionsByRange(table.eigenvalue, crossover).map(({ low, high, members }) => {
    const { found, expected } = scatter(theta, table.theta_variance_sampler, members);
    return {
      low,
      high: Number.isFinite(high) ? high : null,
      directions: members.length,
      ratioSampler: known(medianRatio(theta, table.theta_variance_sampler, members)),
      ratioWhite: known(medianRatio(theta, table.theta_variance_white, members)),
      ratioTwoComponent: known(medianRatio(theta, table.theta_variance_two_component, members)),
      velocityRatioSampler: known(medianRatio(velocity, table.velocity_variance_sampler, members)),
      medianAbsLog10: known(found),
      expectedAbsLog10: known(expected),
      coverage: known(coverage(intervals, table.theta_variance_sampler, members)),
      pooledError: known(pooledError(table.theta_dof, members)),
    };
  });
}

/** Slopes of the weight variance well above and well below the crossover, and of the noise against the loss's curvature. */
export function fitSlopes(
  table: DirectionTable,
  crossover: number,
  weightDecay: number,
): { stiff: FittedSlope | null; suppressed: FittedSlope | null; noiseExponent: FittedSlope | null } {
  const { eigenvalue, regime } = table;
  const all = [...eigenvalue.keys()];
  const compared = all.filter((i) => regime[i] === 'stiff' || regime[i] === 'suppressed');
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
