/** What the curvatures that the weights feel add up to, range by range, and how quadratic the loss was. */
import type { CurvatureRange, FeltCurvatureSummary, QuadraticitySummary } from '../../report/summary.ts';
import { median } from '../../statistics/median.ts';
import { coverage, coverageOfEstimates, directionsByRange, medianRatio } from '../../statistics/ranges.ts';
import type { CurvatureResults } from '../run-files.ts';
import type { FeltPrediction } from './curvatures.ts';
import { type DirectionTable, intervals } from './directions.ts';
import type { EstimatorTable } from './estimators.ts';
import { type FeltCurvature, marginOf } from './felt-curvature.ts';

/** A curvature with the prediction that it gives. */
export interface Felt {
  readonly curvature: FeltCurvature;
  readonly predicted: FeltPrediction;
}

/** Measured against predicted with the eigenvalue and with the curvatures felt, by range of λ/λ_cross. */
export function summariseFelt(
  table: DirectionTable,
  estimators: EstimatorTable,
  trajectory: Felt,
  finiteStep: Felt,
  crossover: number,
): CurvatureRange[] {
  const best = table.theta_variance_two_component.map((two, i) =>
    Number.isNaN(two) ? table.theta_variance_sampler[i] : two,
  );
  const dof = estimators.theta_dof_two_component.map((two, i) => (Number.isNaN(two) ? table.theta_dof[i] : two));
  const measured = intervals(table.theta_variance, dof);
  return directionsByRange(table.eigenvalue, crossover).map(({ low, high, members }) => ({
    low,
    high: Number.isFinite(high) ? high : null,
    directions: members.length,
    eigenvalue: {
      ratio: known(medianRatio({ variance: table.theta_variance, degreesOfFreedom: dof }, best, members)),
      coverage: known(coverage(measured, best, members)),
    },
    trajectory: summariseOne(table, trajectory, members),
    finiteStep: summariseOne(table, finiteStep, members),
  }));
}

function summariseOne(
  { eigenvalue, theta_variance }: DirectionTable,
  { curvature, predicted }: Felt,
  range: readonly number[],
): FeltCurvatureSummary {
  const members = range.filter((i) => Number.isFinite(curvature.value[i]));
  const middle = (values: Float64Array) => median(members.map((i) => values[i] / eigenvalue[i]));
  const value = middle(curvature.value);
  const half = marginOf(curvature.jackknives, middle);
  const { degreesOfFreedom } = predicted;
  const measured = intervals(theta_variance, degreesOfFreedom);
  return {
    directions: members.length,
    overEigenvalue: members.length === 0 ? null : { value, low: known(value - half), high: known(value + half) },
    ratio: known(medianRatio({ variance: theta_variance, degreesOfFreedom }, predicted.best, members)),
    coverage: known(
      coverageOfEstimates(
        { ...measured, value: theta_variance },
        { low: predicted.low, value: predicted.best, high: predicted.high },
        members,
      ),
    ),
  };
}

/** What the curvature is at states of the window, over that at its mean. */
export function summariseQuadraticity(
  { ratio, directions }: CurvatureResults['alongWindow'],
  eigenvalues: Float64Array,
  crossover: number,
): QuadraticitySummary | null {
  // Over what hardly curves any change is large.
  const above = (part: number) =>
    [...ratio].filter((_, at) => eigenvalues[directions[at % directions.length]] > part * crossover);
  const values = above(0.01);
  if (values.length === 0) return null;
  const tested = above(0.1);
  const worst = tested.reduce((far, value) => (Math.abs(value - 1) > Math.abs(far - 1) ? value : far), 1);
  return {
    median: median(values),
    low: values.reduce((least, value) => Math.min(least, value), Infinity),
    high: values.reduce((most, value) => Math.max(most, value), -Infinity),
    worstAboveTenth: tested.length === 0 ? null : worst,
  };
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
