/** Ranges and slopes of a table made by hand. */
import { describe, expect, it } from 'vitest';
import { fitSlopes, summariseRanges } from '../../../src/experiment/compare/summary.ts';
import { estimatorsOf, tableOf } from './table.ts';

describe('summariseRanges', () => {
  // λ_cross = 1; ν = 20/9, where the median of χ²_ν/ν is taken to be 0.9³.
  const dof = 20 / 9;
  const table = tableOf({
    eigenvalue: [30, 20, 11, 0.5, 0.2, 0.05, -1],
    theta_variance: [0.729, 2 * 0.729, 3 * 0.729, 1, 4, 1, 1],
    theta_variance_low: [0.5, 1.5, 1, 0.5, 2, 0.1, 0],
    theta_variance_high: [1.5, 2.5, 2, 2, 3, 0.2, 9],
    theta_dof: [dof, dof, dof, Infinity, Infinity, NaN, 1],
    velocity_variance: [0.729, 0.729, 0.729, 3, 3, 2, 1],
    velocity_dof: [dof, dof, dof, 1e9, 1e9, 1e9, 1],
    theta_variance_sampler: [1, 1, 1, 1, 1, NaN, NaN],
    theta_variance_white: [2, 2, 2, 4, 4, 4, 4],
    trend_fraction: [0.1, 0.2, 0.9, NaN, NaN, NaN, NaN],
    velocity_variance_sampler: [1, 1, 1, 2, 2, 2, NaN],
  });
  const estimators = estimatorsOf(7, {
    theta_variance_proportional: [2, 4, 6, 1, 1, NaN, NaN],
    within_epoch_variance: [0.729, 2 * 0.729, 9 * 0.729, 1, 1, 1, 1],
    within_epoch_dof: [dof, dof, dof, 1e9, 1e9, 1e9, 1],
    within_epoch_variance_low: [0.5, 1.5, 1, 0.5, 2, 0.1, 0],
    within_epoch_variance_high: [1.5, 2.5, 2, 2, 3, 0.2, 9],
    within_epoch_variance_sampler: [2, 2, 2, 2, 2, 2, 2],
    within_epoch_variance_two_component: [1, 1, 1, NaN, NaN, NaN, NaN],
    first_half_variance: [1, 1, 1, 1, 1, 1, 1],
    second_half_variance: [2, 4, 6, 1, 1, 1, 1],
    half_ratio_predicted: [2, 2, 2, 1, 1, 1, 1],
    half_ratio_low: [1, 1, 1, 0.5, 1.5, 0.1, 0.1],
    half_ratio_high: [3, 4.5, 5, 2, 3, 2, 2],
    half_shift: [0.5, -2, 1.9, 3, -1, NaN, 0],
    replay_explained: [0.9, 0.8, 0.7, 0.5, -0.5, NaN, NaN],
    replay_explained_predicted: [0.95, 0.85, 0.75, 0.6, 0.4, NaN, NaN],
  });
  const ranges = summariseRanges(table, estimators, 1);
  const [flattest, flat, suppressed, stiff, stiffest] = ranges;

  it('has five ranges in order of rising curvature, the last without an upper end', () => {
    expect(ranges.map(({ low, high, directions }) => [low, high, directions])).toEqual([
      [0, 0.01, 0],
      [0.01, 0.1, 1],
      [0.1, 1, 2],
      [1, 10, 0],
      [10, null, 3],
    ]);
  });

  it('has medians, corrected, against each theory', () => {
    expect(stiffest.ratioSampler).toBeCloseTo(2, 12);
    expect(stiffest.ratioWhite).toBeCloseTo(1, 12);
    expect(stiffest.velocityRatioSampler).toBeCloseTo(1, 12);
    expect(suppressed).toMatchObject({ ratioSampler: 2.5, ratioWhite: 0.625 });
    expect(suppressed.velocityRatioSampler).toBeCloseTo(1.5, 8);
    expect(stiffest.ratioTwoComponent).toBeNull();
  });

  it('has scatter, coverage and error', () => {
    expect(stiffest.medianAbsLog10).toBeCloseTo(Math.log10(2 * 0.729), 12);
    expect(stiffest.coverage).toBeCloseTo(2 / 3, 12);
    expect(suppressed.coverage).toBe(0.5);
    expect(stiffest.pooledError).toBeCloseTo(Math.sqrt(Math.PI / (3 * dof)), 12);
    expect(stiffest.expectedAbsLog10).toBeGreaterThan(0.2);
  });

  it('has each estimator against its own predictions, and the best of them for coverage', () => {
    expect(stiffest.ratioProportional).toBeCloseTo(0.5, 12);
    expect(stiffest.withinEpochs.ratioSampler).toBeCloseTo(1, 12);
    expect(stiffest.withinEpochs.ratioTwoComponent).toBeCloseTo(2, 12);
    expect(stiffest.withinEpochs.coverage).toBeCloseTo(2 / 3, 12);
    // No two-component theory here: the sampler's stands in for coverage.
    expect(suppressed.withinEpochs).toMatchObject({ ratioTwoComponent: null, coverage: 1 });
    expect(stiffest.withoutTrend).toEqual({ ratioSampler: null, ratioTwoComponent: null, coverage: null });
  });

  it('has what the halves of the window and the replay say', () => {
    expect(stiffest.halvesRatio).toBe(2);
    expect(stiffest.halvesCoverage).toBeCloseTo(2 / 3, 12);
    expect(suppressed.halvesCoverage).toBe(0.5);
    expect(stiffest.replayExplained).toBe(0.8);
    expect(suppressed.replayExplained).toBe(0);
    expect(stiffest.replayPredicted).toBe(0.85);
    expect(suppressed.replayPredicted).toBe(0.5);
    // Within 1.96 predicted standard deviations.
    expect(stiffest.shiftCoverage).toBeCloseTo(2 / 3, 12);
    expect(suppressed.shiftCoverage).toBe(0.5);
    expect(stiffest.trendFraction).toBe(0.2);
  });

  it('is null where nothing is known, so that JSON can hold it', () => {
    for (const range of [flattest, stiff])
      for (const [name, value] of Object.entries(range))
        if (name === 'withinEpochs' || name === 'withoutTrend')
          expect(value).toEqual({ ratioSampler: null, ratioTwoComponent: null, coverage: null });
        else if (!['low', 'high', 'directions'].includes(name)) expect(value).toBeNull();
    expect(flat).toMatchObject({ ratioSampler: null, ratioWhite: 0.25, coverage: null, pooledError: null });
  });
});

describe('fitSlopes', () => {
  const stiff = [40, 20, 10, 5, 2.5];
  const soft = [0.3, 0.2, 0.1, 0.05, 0.02];
  const between = [1.9, 0.9, 0.4];
  const eigenvalue = [...stiff, ...between, ...soft, 0.001];
  const theta_variance = [
    ...stiff.map((x) => 3 * x ** 0.1),
    ...between.map(() => 1e6),
    ...soft.map((x) => 2 * x ** 0.8),
    1e9,
  ];
  const theta_variance_sampler = [...stiff.map(() => 2), ...between.map(() => 1e-6), ...soft.map((x) => 5 * x), 1e-9];
  const mu = 0.01;
  const noise_variance = eigenvalue.map((x) => 7 * Math.max(x - mu, 1e-9) ** 0.9);
  const regime = [
    ...stiff.map(() => 'stiff' as const),
    'stiff' as const,
    'suppressed' as const,
    'suppressed' as const,
    ...soft.map(() => 'suppressed' as const),
    'drift' as const,
  ];
  const table = tableOf({ eigenvalue, theta_variance, theta_variance_sampler, noise_variance }, regime);

  it('fits well above and well below the crossover, and what theory has at the same points', () => {
    const { stiff: above, suppressed: below } = fitSlopes(table, 1, mu);
    expect(above!.value).toBeCloseTo(0.1, 10);
    expect(above!.predicted).toBeCloseTo(0, 10);
    expect(below!.value).toBeCloseTo(0.8, 10);
    expect(below!.predicted).toBeCloseTo(1, 10);
    for (const slope of [above!, below!]) expect(slope.high! - slope.low!).toBeLessThan(1e-6);
  });

  it('fits the noise against the curvature of the loss alone', () => {
    const { noiseExponent } = fitSlopes(table, 1, mu);
    expect(noiseExponent!.value).toBeCloseTo(0.9, 10);
    expect(noiseExponent!.predicted).toBe(1);
    // With the L2 term left in, it would be another number.
    expect(fitSlopes(table, 1, 0).noiseExponent!.value).not.toBeCloseTo(0.9, 2);
  });

  it('says null where there are not three directions', () => {
    const few = tableOf({ eigenvalue: [5, 3, 0.5], theta_variance: [1, 1, 1], noise_variance: [1, 1, 1] });
    expect(fitSlopes(few, 1, 0)).toMatchObject({ stiff: null, suppressed: null, noiseExponent: { value: 0 } });
    const gone = tableOf({ eigenvalue: [5, 4, -3], theta_variance: [1, 1, 1] }, ['drift', 'drift', 'negative']);
    expect(fitSlopes(gone, 1, 0)).toEqual({ stiff: null, suppressed: null, noiseExponent: null });
  });
});
