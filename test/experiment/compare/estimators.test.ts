/** Columns of estimators.csv from predictions and measurements whose every number is known. */
import { describe, expect, it } from 'vitest';
import type { WindowPredictions } from '../../../src/experiment/compare/directions.ts';
import {
  compareEstimators,
  noisePerCurvature,
  proportionalPrediction,
} from '../../../src/experiment/compare/estimators.ts';
import { ESTIMATOR_COLUMNS } from '../../../src/store/run-directory.ts';
import { tableOf } from './table.ts';

const doubles = (...values: number[]) => Float64Array.from(values);

describe('noisePerCurvature', () => {
  const eigenvalue = doubles(8, 4, 2, 1, 0.5);
  const noise_variance = doubles(15, 21, 1.5, 1e6, 1e6);

  it('is the median of C/(λ−μ) above the crossover', () => {
    // 15/7.5, 21/3.5, 1.5/1.5.
    expect(noisePerCurvature({ eigenvalue, noise_variance }, 1, 0.5)).toBe(2);
    // Of two: the mean of 2 and 6.
    expect(noisePerCurvature({ eigenvalue, noise_variance }, 2, 0.5)).toBe(4);
  });

  it('is unknown where nothing lies above it', () => {
    expect(noisePerCurvature({ eigenvalue, noise_variance }, 8, 0.5)).toBeNaN();
  });
});

describe('proportionalPrediction', () => {
  it('puts a(λ−μ) in the place of C, and says nothing where that is not positive', () => {
    const table = tableOf({
      eigenvalue: [3, 1, 0.5, 0.2, -1],
      noise_variance: [10, 4, 1, 1, 1],
      theta_variance_sampler: [40, 2, 1, 1, 1],
    });
    // Per unit noise 4 and 0.5; a(λ−μ) = 5 and 1.
    expect([...proportionalPrediction(table, 2, 0.5)]).toEqual([20, 0.5, NaN, NaN, NaN]);
  });
});

/** Every column a different number, scaled so that the two theories can be told apart. */
function predictionsOf(scale: number, known: boolean): WindowPredictions['own'] {
  const column = (value: number) => doubles(known ? scale * value : NaN, scale * value);
  // Degrees of freedom that statistical tables have: 4 and 10, or 6 and 20.
  const of = (variance: number, dof: number) => ({
    variance: column(variance),
    degreesOfFreedom: doubles(known ? dof : NaN, dof),
  });
  const dof = scale === 1 ? 4 : 6;
  return {
    thetaVariance: column(2),
    velocityVariance: column(3),
    correlationTime: column(5),
    thetaDegreesOfFreedom: doubles(known ? dof : NaN, dof),
    velocityDegreesOfFreedom: column(1),
    withinEpochs: of(7, scale === 1 ? 10 : 20),
    withoutTrend: of(11, dof),
    halves: [of(13, scale === 1 ? 4 : 10), of(scale === 1 ? 26 : 39, scale === 1 ? 4 : 12)],
    shiftVariance: column(scale === 1 ? 4 : 9 / 100),
  };
}

describe('compareEstimators', () => {
  // Along the first direction two components have no prediction.
  const own = predictionsOf(1, true);
  const two = predictionsOf(100, false);
  const predictions: WindowPredictions = { own, white: own, two };
  const table = tableOf({ eigenvalue: [3, 1], theta_variance: [0.5, 0.25] });
  const multiplicative = { variance: doubles(0.5, 0.25), low: doubles(0.4, 0.2), high: doubles(0.6, 0.3) };
  const measured = {
    withinEpochs: doubles(1, 2),
    withoutTrend: doubles(3, 4),
    halves: [doubles(5, 6), doubles(7, 8)] as const,
    shift: doubles(-6, 6),
  };
  const columns = compareEstimators(
    table,
    { multiplicative },
    predictions,
    measured,
    { explained: doubles(0.9, 0.8), unexplained: doubles(10, 40) },
    doubles(0.1, 0.2),
  );

  it('has the columns of the file, in whole', () => {
    expect(Object.keys(columns).sort()).toEqual([...ESTIMATOR_COLUMNS].sort());
    for (const name of ESTIMATOR_COLUMNS) expect(columns[name], name).toHaveLength(2);
  });

  it('carries what was measured, and either prediction', () => {
    const given = {
      index: [NaN, NaN],
      eigenvalue: [3, 1],
      multiplicative_noise_variance: [0.5, 0.25],
      multiplicative_noise_variance_low: [0.4, 0.2],
      multiplicative_noise_variance_high: [0.6, 0.3],
      theta_variance_proportional: [0.1, 0.2],
      theta_dof_two_component: [NaN, 6],
      within_epoch_variance: [1, 2],
      within_epoch_variance_sampler: [7, 7],
      within_epoch_variance_two_component: [NaN, 700],
      detrended_variance: [3, 4],
      detrended_variance_sampler: [11, 11],
      detrended_variance_two_component: [NaN, 1100],
      first_half_variance: [5, 6],
      second_half_variance: [7, 8],
      replay_explained: [0.9, 0.8],
    };
    for (const [name, values] of Object.entries(given))
      expect([...columns[name as keyof typeof given]], name).toEqual(values);
  });

  it('has the degrees of freedom of two components, or where these are unknown the sampler’s', () => {
    expect([...columns.within_epoch_dof]).toEqual([10, 20]);
    expect([...columns.detrended_dof]).toEqual([4, 6]);
  });

  // Tables of χ² at 97.5 % and 2.5 %: ν = 4: 11.1433, 0.484419; 6: 14.4494, 1.23734; 10: 20.4832, 3.24697; 20: 34.1696, 9.59078.
  it.each([
    ['within_epoch_variance', 0, 1, 10, 20.4832, 3.24697],
    ['within_epoch_variance', 1, 2, 20, 34.1696, 9.59078],
    ['detrended_variance', 0, 3, 4, 11.1433, 0.484419],
    ['detrended_variance', 1, 4, 6, 14.4494, 1.23734],
  ] as const)('has intervals of these: %s of direction %d', (name, i, variance, dof, upper, lower) => {
    expect((columns[`${name}_low`][i] * upper) / (variance * dof)).toBeCloseTo(1, 5);
    expect((columns[`${name}_high`][i] * lower) / (variance * dof)).toBeCloseTo(1, 5);
  });

  it('has the interval of the whole window by two components, unknown where they are', () => {
    expect((columns.theta_variance_low_two_component[1] * 14.4494) / (0.25 * 6)).toBeCloseTo(1, 5);
    expect((columns.theta_variance_high_two_component[1] * 1.23734) / (0.25 * 6)).toBeCloseTo(1, 5);
    expect(columns.theta_variance_low_two_component[0]).toBeNaN();
  });

  it('holds the second half over the first against F', () => {
    expect([...columns.half_ratio_predicted]).toEqual([2, 3]);
    // Tables of F at 97.5 %: F(4, 4) = 9.6045; F(12, 10) = 3.6209 and F(10, 12) = 3.3736.
    expect(columns.half_ratio_high[0] / (2 * 9.6045)).toBeCloseTo(1, 4);
    expect((columns.half_ratio_low[0] * 9.6045) / 2).toBeCloseTo(1, 4);
    expect(columns.half_ratio_high[1] / (3 * 3.6209)).toBeCloseTo(1, 4);
    expect((columns.half_ratio_low[1] * 3.3736) / 3).toBeCloseTo(1, 4);
  });

  it('holds the shift against its predicted standard deviation', () => {
    // √4; √(100·0.09).
    expect([...columns.half_shift]).toEqual([-3, 2]);
  });

  it('expects of the replay what the fluctuating curvature leaves: 1 − unexplained·C_mult/σ²', () => {
    expect(columns.replay_explained_predicted[0]).toBeNaN();
    expect(columns.replay_explained_predicted[1]).toBeCloseTo(1 - (40 * 0.25) / 200, 12);
  });
});
