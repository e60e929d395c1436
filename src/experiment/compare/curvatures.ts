/** The columns of curvatures.csv: the curvatures that the weights feel, and the weight variance predicted with either. */
import type { CurvatureColumn } from '../../store/run-directory.ts';
import { windowPredictor } from '../../theory/index.ts';
import type { CurvaturesSummary } from '../../report/summary.ts';
import type { CurvatureResults, NoiseResults } from '../run-files.ts';
import { summariseFelt } from './curvature-summary.ts';
import { type DirectionTable, ownWindow, type WindowSettings } from './directions.ts';
import type { EstimatorTable } from './estimators.ts';
import { type FeltCurvature, finiteStepCurvature, trajectoryCurvature } from './felt-curvature.ts';

/** [k] each; NaN is written as an empty cell. */
export type CurvatureTable = Readonly<Record<CurvatureColumn, Float64Array>>;

/** Weight variances with some curvature in place of the eigenvalue, [k] each. */
export interface FeltPrediction {
  readonly sampler: Float64Array;
  readonly two: Float64Array;
  /** The best theory there is, two components or else the sampler's, with its degrees of freedom, … */
  readonly best: Float64Array;
  readonly degreesOfFreedom: Float64Array;
  /** … and the least and the most with it and with the ends of its interval. */
  readonly low: Float64Array;
  /** NaN where the interval reaches down to 0, where the weights run away. */
  readonly high: Float64Array;
}

export function predictWith(
  settings: WindowSettings,
  { value, low, high }: Pick<FeltCurvature, 'value' | 'low' | 'high'>,
  { variance, multiplicative }: Pick<NoiseResults, 'variance' | 'multiplicative'>,
): FeltPrediction {
  const predict = windowPredictor(ownWindow(settings));
  const nothing = { thetaVariance: NaN, thetaDegreesOfFreedom: NaN };
  const own = (curvature: number, i: number) => {
    if (Number.isNaN(curvature)) return nothing;
    const { thetaVariance, thetaDegreesOfFreedom } = predict(curvature);
    return { thetaVariance: thetaVariance * variance[i], thetaDegreesOfFreedom };
  };
  const both = (curvature: number, i: number) => {
    // With one order for all epochs, whose noise repeats itself, there is no theory of two components.
    if (Number.isNaN(curvature) || settings.sampler === 'shuffle-once') return nothing;
    const total = variance[i] + multiplicative.variance[i];
    const moments = predict(curvature, total > 0 ? multiplicative.variance[i] / total : 0);
    return {
      thetaVariance: moments.thetaVariance * total,
      thetaDegreesOfFreedom: moments.thetaDegreesOfFreedom,
    };
  };
  const orOwn = (two: ReturnType<typeof both>, curvature: number, i: number) =>
    Number.isNaN(two.thetaVariance) ? own(curvature, i) : two;
  const all = Array.from(value, (curvature, i) => {
    const two = both(curvature, i);
    return { sampler: own(curvature, i), two, best: orOwn(two, curvature, i) };
  });
  const column = (of: (one: (typeof all)[number]) => number) => Float64Array.from(all, of);
  // Along the cycle of one order for all epochs less curvature is not always more variance.
  const ends = all.map(({ best }, i) => {
    const atEnd = (curvature: number) => {
      if (!(curvature > 0)) return Number.isNaN(curvature) ? NaN : Infinity;
      return orOwn(both(curvature, i), curvature, i).thetaVariance;
    };
    return [best.thetaVariance, atEnd(low[i]), atEnd(high[i])];
  });
  return {
    sampler: column(({ sampler }) => sampler.thetaVariance),
    two: column(({ two }) => two.thetaVariance),
    best: column(({ best }) => best.thetaVariance),
    degreesOfFreedom: column(({ best }) => best.thetaDegreesOfFreedom),
    low: Float64Array.from(ends, (three) => finite(Math.min(...three))),
    high: Float64Array.from(ends, (three) => finite(Math.max(...three))),
  };
}

/** Both curvatures and their predictions: the table, and what it adds up to. @param samples N */
export function compareCurvatures(
  settings: WindowSettings,
  results: CurvatureResults,
  noise: Pick<NoiseResults, 'variance' | 'multiplicative'>,
  table: DirectionTable,
  estimators: EstimatorTable,
  samples: number,
): { readonly table: CurvatureTable; readonly summary: CurvaturesSummary } {
  const { index, eigenvalue } = table;
  const k = eigenvalue.length;
  const path = trajectoryCurvature(results, k, samples);
  const step = finiteStepCurvature(results, eigenvalue, samples);
  const trajectory = { curvature: path, predicted: predictWith(settings, path, noise) };
  const finiteStep = { curvature: step, predicted: predictWith(settings, step, noise) };
  return {
    table: {
      index,
      eigenvalue,
      trajectory_curvature: path.value,
      trajectory_curvature_low: path.low,
      trajectory_curvature_high: path.high,
      trajectory_theta_variance_sampler: trajectory.predicted.sampler,
      trajectory_theta_variance_two_component: trajectory.predicted.two,
      trajectory_theta_variance_low: trajectory.predicted.low,
      trajectory_theta_variance_high: trajectory.predicted.high,
      trajectory_theta_dof: trajectory.predicted.degreesOfFreedom,
      finite_step: step.step,
      finite_step_curvature: step.value,
      finite_step_curvature_low: step.low,
      finite_step_curvature_high: step.high,
      finite_step_theta_variance_sampler: finiteStep.predicted.sampler,
      finite_step_theta_variance_two_component: finiteStep.predicted.two,
      finite_step_theta_variance_low: finiteStep.predicted.low,
      finite_step_theta_variance_high: finiteStep.predicted.high,
      finite_step_theta_dof: finiteStep.predicted.degreesOfFreedom,
    },
    summary: {
      window: results.report.window,
      snapshots: results.snapshots.theta.length / k,
      samples: results.report.samples,
      ranges: summariseFelt(table, estimators, trajectory, finiteStep, settings.crossover),
    },
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : NaN);
