/** Predictions with another curvature. Channel: the predictions of the whole pipeline, for runs whose eigenvalue is that curvature. */
import { describe, expect, it } from 'vitest';
import { compareCurvatures, predictWith } from '../../../src/experiment/compare/curvatures.ts';
import { predictWindow, type WindowSettings } from '../../../src/experiment/compare/directions.ts';
import { CURVATURE_COLUMNS } from '../../../src/store/run-directory.ts';
import { crossoverEigenvalue, SAMPLERS, type Sampler } from '../../../src/theory/index.ts';
import { estimatorsOf, tableOf } from './table.ts';

const run = { learningRate: 0.05, momentum: 0.9, batchesPerEpoch: 20 };
const settings = (sampler: Sampler): WindowSettings => ({
  ...run,
  sampler,
  updates: 200,
  burnInUpdates: 100,
  samplingFraction: 1 / 20,
  crossover: crossoverEigenvalue(run),
});
const curvature = Float64Array.of(3, 0.5, 0.1, NaN, -0.01);
const half = curvature.map((value) => value * 0.5);
const twice = curvature.map((value) => value * 2);
const noise = {
  variance: Float64Array.of(1, 2, 3, 4, 5),
  multiplicative: {
    variance: Float64Array.of(0.1, 0, 0.3, 0.4, 0.5),
    low: new Float64Array(5),
    high: new Float64Array(5),
  },
};
const near = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  Array.from(found).forEach((value, i) => {
    if (Number.isNaN(expected[i])) expect(value).toBeNaN();
    else expect(value / expected[i]).toBeCloseTo(1, 9);
  });

describe.each([...SAMPLERS])('with %s', (sampler) => {
  const options = settings(sampler);
  const predicted = predictWith(options, { value: curvature, low: half, high: twice }, noise);
  const known = [0, 1, 2, 4];
  const as = (values: Float64Array) => Float64Array.from(known, (i) => values[i]);
  const of = (values: Float64Array) =>
    predictWindow(options, as(values), {
      variance: as(noise.variance),
      multiplicative: { ...noise.multiplicative, variance: as(noise.multiplicative.variance) },
    });
  const { own, two } = of(curvature);
  const best = ({ own, two }: ReturnType<typeof of>) =>
    two.thetaVariance.map((value, i) => (Number.isNaN(value) ? own.thetaVariance[i] : value));

  it('are what eigenvalues of that size would be predicted to show', () => {
    near(as(predicted.sampler), own.thetaVariance);
    near(as(predicted.two), two.thetaVariance);
    near(as(predicted.best), best({ own, two, white: own }));
    const dof = sampler === 'shuffle-once' ? own.thetaDegreesOfFreedom : two.thetaDegreesOfFreedom;
    near(as(predicted.degreesOfFreedom), dof);
  });

  it('reach from the least to the most of those of the curvature and its ends, where these are positive', () => {
    const three = [curvature, half, twice].map((values) => best(of(values)));
    const least = three[0].map((_, i) => Math.min(...three.map((values) => values[i])));
    const most = three[0].map((_, i) => Math.max(...three.map((values) => values[i])));
    near(predicted.low.subarray(0, 3), least);
    near(predicted.high.subarray(0, 3), most);
    // More curvature is less variance, unless it resonates with a cycle.
    if (sampler !== 'shuffle-once') near(least.subarray(0, 3), three[2]);
    expect(predicted.high[4]).toBeNaN();
  });

  it('are unknown where the curvature is', () => {
    for (const column of Object.values(predicted)) expect(column[3]).toBeNaN();
  });
});

describe('compareCurvatures', () => {
  it('fills the columns of the table, and says where its numbers come from', () => {
    const k = 2;
    const path = Float64Array.from({ length: 40 * k }, (_, at) => Math.sin(at * at));
    const { table, summary } = compareCurvatures(
      settings('reshuffle'),
      {
        alongWindow: { directions: new Int32Array(0), ratio: new Float64Array(0) },
        snapshots: { theta: path, gradient: path.map((value) => 2 * value), groupSlopes: new Float64Array(k) },
        finiteStep: {
          directions: Int32Array.of(1),
          step: Float64Array.of(0.3),
          curvature: Float64Array.of(0.7),
          rounding: Float64Array.of(0),
        },
        report: { window: 'second', samples: 400 },
      },
      { variance: Float64Array.of(1, 2), multiplicative: { ...noise.multiplicative, variance: Float64Array.of(0, 0) } },
      tableOf({ index: [0, 1], eigenvalue: [1, 0.5], theta_variance: [1, 1], theta_dof: [10, 10] }),
      estimatorsOf(k),
      400,
    );
    expect(Object.keys(table)).toEqual([...CURVATURE_COLUMNS]);
    expect([...table.eigenvalue]).toEqual([1, 0.5]);
    near(table.trajectory_curvature, [2, 2]);
    near(table.trajectory_theta_variance_sampler, table.trajectory_theta_variance_two_component);
    expect([...table.finite_step]).toEqual([NaN, 0.3]);
    expect([...table.finite_step_curvature]).toEqual([NaN, 0.7]);
    expect(table.finite_step_theta_variance_sampler[0]).toBeNaN();
    expect(table.finite_step_theta_dof[1]).toBeGreaterThan(0);
    expect(summary).toMatchObject({ window: 'second', snapshots: 40, samples: 400 });
    expect(summary.ranges).toHaveLength(5);
  });
});
