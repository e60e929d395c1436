/** Direction by direction: what was measured, what theory says of this very window, and how far either may be off. */
import { varianceInterval } from '../../statistics/chi-square.ts';
import type { WindowVariances } from '../../statistics/window-variance.ts';
import type { DirectionColumn } from '../../store/run-directory.ts';
import {
  crossoverEigenvalue,
  type DirectionPredictions,
  type EstimatorPredictions,
  predictDirections,
  predictEstimators,
  type Sampler,
  type WindowOptions,
} from '../../theory/index.ts';
import { expectedDrift } from '../drift.ts';
import type { NoiseResults, Spectrum } from '../run-files.ts';
import type { Experiment } from '../schema.ts';
import type { Workbench } from '../workbench.ts';
import { FLAT_BELOW } from '../../statistics/drift.ts';

/** Settings of the run that the comparison depends on. */
export interface WindowSettings {
  readonly learningRate: number;
  readonly momentum: number;
  readonly sampler: Sampler;
  /** M. */
  readonly batchesPerEpoch: number;
  /** K. */
  readonly updates: number;
  readonly burnInUpdates: number;
  /** f = S/N. */
  readonly samplingFraction: number;
  /** λ_cross. */
  readonly crossover: number;
}

/** The settings of an experiment's window. */
export function windowSettings(
  { sgd, record }: Pick<Experiment, 'sgd' | 'record'>,
  { batchesPerEpoch, samples }: Pick<Workbench, 'batchesPerEpoch' | 'samples'>,
): WindowSettings {
  const { learningRate, momentum, sampler, batchSize } = sgd;
  return {
    learningRate,
    momentum,
    sampler,
    batchesPerEpoch,
    updates: record.epochs * batchesPerEpoch,
    burnInUpdates: record.burnInEpochs * batchesPerEpoch,
    samplingFraction: batchSize / samples,
    crossover: crossoverEigenvalue({ learningRate, momentum, batchesPerEpoch }),
  };
}

/** Why a direction takes part in the comparison, or does not. */
export type Regime = 'stiff' | 'suppressed' | 'drift' | 'negative';

/** The columns of directions.csv, [k] each; NaN is written as an empty cell. */
export type DirectionTable = Readonly<Record<Exclude<DirectionColumn, 'regime'>, Float64Array>> & {
  readonly regime: readonly Regime[];
};

/** A path that is a straight line to more than this is called drift; what is held against theory is told elsewhere. */
const TREND_IS_DRIFT = 0.5;

/** What theory says of a window, direction by direction. */
export interface WindowPredictions {
  /** Noise of the sampler used. */
  readonly own: EstimatorPredictions;
  /** Independent batches, started at rest in the minimum as the run was: along flat directions their burn-in never ends. */
  readonly white: DirectionPredictions;
  /** The sampler's noise and that of a fluctuating curvature. Unknown with one order for all epochs, whose noise repeats itself. */
  readonly two: EstimatorPredictions;
}

export function predictWindow(
  settings: WindowSettings,
  eigenvalues: Float64Array,
  { variance, multiplicative }: Pick<NoiseResults, 'variance' | 'multiplicative'>,
): WindowPredictions {
  const own = predictEstimators(ownWindow(settings), eigenvalues, variance);
  return {
    own,
    white:
      settings.sampler === 'with-replacement' ? own : predictDirections(whiteWindow(settings), eigenvalues, variance),
    two: predictEstimators(
      ownWindow(settings),
      eigenvalues,
      variance,
      // A share of the noise that is not zero, however small, has no prediction there.
      settings.sampler === 'shuffle-once' ? variance.map(() => 1) : multiplicative.variance,
    ),
  };
}

export function compareDirections(
  settings: WindowSettings,
  { eigenvalues, residuals, gradient }: Pick<Spectrum, 'eigenvalues' | 'residuals' | 'gradient'>,
  noise: Pick<NoiseResults, 'variance' | 'low' | 'high'>,
  { own, white, two }: WindowPredictions,
  measured: WindowVariances,
): DirectionTable {
  const count = eigenvalues.length;
  const theta = intervals(measured.theta, own.thetaDegreesOfFreedom);
  const velocity = intervals(measured.velocity, own.velocityDegreesOfFreedom);
  return {
    index: Float64Array.from({ length: count }, (_, i) => i),
    eigenvalue: eigenvalues,
    residual: residuals,
    noise_variance: noise.variance,
    noise_variance_low: noise.low,
    noise_variance_high: noise.high,
    theta_variance: measured.theta,
    theta_variance_low: theta.low,
    theta_variance_high: theta.high,
    theta_dof: own.thetaDegreesOfFreedom,
    velocity_variance: measured.velocity,
    velocity_variance_low: velocity.low,
    velocity_variance_high: velocity.high,
    velocity_dof: own.velocityDegreesOfFreedom,
    correlation_time: measured.theta.map((value, i) => (2 * value) / measured.velocity[i]),
    theta_variance_sampler: own.thetaVariance,
    theta_variance_white: white.thetaVariance,
    theta_variance_two_component: two.thetaVariance,
    velocity_variance_sampler: own.velocityVariance,
    velocity_variance_white: white.velocityVariance,
    velocity_variance_two_component: two.velocityVariance,
    correlation_time_sampler: own.correlationTime,
    correlation_time_white: white.correlationTime,
    correlation_time_two_component: two.correlationTime,
    trend_fraction: measured.trendFraction,
    drift_ratio: gradient.map(
      (along, i) =>
        Math.abs(expectedDrift(along, eigenvalues[i], settings.updates, settings)) / Math.sqrt(own.thetaVariance[i]),
    ),
    regime: Array.from(eigenvalues, (value, i) => regimeOf(value / settings.crossover, measured.trendFraction[i])),
  };
}

/** 95 % intervals of measured variances, [k]. */
export function intervals(
  variance: Float64Array,
  degreesOfFreedom: Float64Array,
): { readonly low: Float64Array; readonly high: Float64Array } {
  const both = Array.from(variance, (value, i) => varianceInterval(value, degreesOfFreedom[i]));
  return {
    low: Float64Array.from(both, ({ low }) => low),
    high: Float64Array.from(both, ({ high }) => high),
  };
}

/** The window as this run's sampler makes it: at an epoch boundary, settled, except where nothing ever settles. */
export function ownWindow(settings: WindowSettings): WindowOptions {
  return { ...settings, start: settings.sampler === 'with-replacement' ? 'rest' : 'stationary' };
}

/** The window as independent batches make it: from rest, through the burn-in. */
export function whiteWindow(settings: WindowSettings): WindowOptions {
  return { ...settings, sampler: 'with-replacement', start: 'rest' };
}

/** Weight variance of the window per unit of white noise that begins when the window does [k]. */
export function whiteFromOpening(settings: WindowSettings, eigenvalues: Float64Array): Float64Array {
  const options = { ...whiteWindow(settings), burnInUpdates: 0 };
  return predictDirections(options, eigenvalues, new Float64Array(eigenvalues.length).fill(1)).thetaVariance;
}

function regimeOf(relative: number, trendFraction: number): Regime {
  if (relative <= 0) return 'negative';
  if (relative < FLAT_BELOW || trendFraction > TREND_IS_DRIFT) return 'drift';
  return relative >= 1 ? 'stiff' : 'suppressed';
}
