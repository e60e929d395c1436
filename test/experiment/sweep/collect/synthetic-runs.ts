/**
 * Runs that never happened: variances along directions, drawn with the χ² scatter of a window about a truth that the test
 * knows. Their predictions are the theory's own; how far the truth lies from them is what collecting has to find.
 */
import quantile from '@stdlib/stats-base-dists-chisquare-quantile';
import { randomStream } from '../../../../src/random.ts';
import type { DirectionColumns, EstimatorColumns } from '../../../../src/report/input.ts';
import type { Summary } from '../../../../src/report/summary.ts';
import { whiteWindow, type WindowSettings } from '../../../../src/experiment/compare/directions.ts';
import { measure } from '../../../../src/experiment/sweep/collect/measures.ts';
import type { ComparedRun } from '../../../../src/experiment/sweep/collect/points.ts';
import {
  crossoverEigenvalue,
  independentWeightVariance,
  predictDirections,
  predictEstimators,
  type Sampler,
} from '../../../../src/theory/index.ts';
import { syntheticSummary } from '../../../report/synthetic.ts';

/** Settings and truth of a run. */
export interface Wish {
  readonly name?: string;
  readonly set?: ComparedRun['set'];
  readonly seed?: number;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly batchesPerEpoch?: number;
  readonly sampler?: Sampler;
  readonly directions?: number;
  /** Where the crossover truly lies, in units of theory's. */
  readonly scale?: number;
  /** C_mult/C. */
  readonly share?: number;
  /** Factor of the true weight variance over the prediction, by x. */
  readonly factor?: (x: number) => number;
  /** Curvature along the path over λ, in all ranges; none was measured unless given. */
  readonly felt?: number;
}

export function syntheticRun(wish: Wish = {}): ComparedRun {
  const { learningRate = 0.1, momentum = 0.5, batchesPerEpoch = 20, sampler = 'reshuffle', seed = 1 } = wish;
  const { directions = 150, scale = 1, share = 0, factor = () => 1, name = 'run', set = {} } = wish;
  const crossover = crossoverEigenvalue({ learningRate, momentum, batchesPerEpoch });
  const window: WindowSettings = {
    learningRate,
    momentum,
    sampler,
    batchesPerEpoch,
    updates: 30 * batchesPerEpoch,
    burnInUpdates: 30 * batchesPerEpoch,
    samplingFraction: 1 / batchesPerEpoch,
    crossover,
  };
  const random = randomStream(seed, `test/sweep ${learningRate} ${momentum} ${batchesPerEpoch} ${sampler}`);
  const draw = (dof: number) => quantile(random.uniform(), dof) / dof;
  const isOnce = sampler === 'shuffle-once';
  const { eigenvalue, noise, predicted, two, truth: law } = predictions(window, directions, scale, share);
  const truth = law.map((value, i) => factor((3 * eigenvalue[i]) / crossover) * value);
  const dof = isOnce ? predicted.thetaDegreesOfFreedom : two.thetaDegreesOfFreedom;
  const theta = truth.map((value, i) => value * draw(dof[i]));
  const velocity = predicted.velocityVariance.map((value, i) => value * draw(predicted.velocityDegreesOfFreedom[i]));
  const none = new Float64Array(directions).fill(NaN);
  const columns = {
    eigenvalue,
    noise_variance: noise,
    theta_variance: theta,
    theta_dof: predicted.thetaDegreesOfFreedom,
    velocity_dof: predicted.velocityDegreesOfFreedom,
    correlation_time: theta.map((value, i) => (2 * value) / velocity[i]),
    theta_variance_sampler: predicted.thetaVariance,
    theta_variance_two_component: isOnce ? none : two.thetaVariance,
    correlation_time_sampler: predicted.correlationTime,
    correlation_time_two_component: isOnce ? none : two.correlationTime,
    trend_fraction: none,
    drift_ratio: none,
    regime: Array.from(eigenvalue, (value) => (value >= crossover ? 'stiff' : 'suppressed')),
  } as unknown as DirectionColumns;
  const estimators = {
    theta_dof_two_component: isOnce ? none : two.thetaDegreesOfFreedom,
  } as unknown as EstimatorColumns;
  return {
    name,
    set,
    seed: String(seed),
    summary: summaryOf(window, share, wish.felt),
    window,
    measures: measure(window, columns, estimators),
  };
}

type Predictions = ReturnType<typeof predict>;
const known = new Map<string, Predictions>();

/** The same for all seeds: computed once. */
function predictions(window: WindowSettings, directions: number, scale: number, share: number): Predictions {
  const key = JSON.stringify([window, directions, scale, share]);
  const found = known.get(key) ?? predict(window, directions, scale, share);
  known.set(key, found);
  return found;
}

function predict(window: WindowSettings, directions: number, scale: number, share: number) {
  const { sampler, crossover } = window;
  const eigenvalue = Float64Array.from({ length: directions }, (_, i) => crossover * 0.0101 * 2500 ** (i / directions));
  const noise = eigenvalue.map((value) => 2e-5 * value);
  const start = sampler === 'with-replacement' ? ('rest' as const) : ('stationary' as const);
  const own = { ...window, start };
  const multiplicative = noise.map((value) => (sampler === 'shuffle-once' ? 1 : share * value));
  // The curve over that of independent batches moves along λ, and the white part on top does not.
  const moved = eigenvalue.map((value) => value / scale);
  const stationary = (values: Float64Array) =>
    values.map((value) => independentWeightVariance({ ...window, eigenvalue: value, noiseVariance: 1 }));
  const [here, there] = [stationary(eigenvalue), stationary(moved)];
  const curve = predictDirections(own, moved, noise).thetaVariance;
  const white = predictDirections(whiteWindow(window), eigenvalue, noise).thetaVariance;
  return {
    eigenvalue,
    noise,
    predicted: predictDirections(own, eigenvalue, noise),
    two: predictEstimators(own, eigenvalue, noise, multiplicative),
    truth: curve.map((value, i) => (value * here[i]) / there[i] + share * white[i]),
  };
}

function summaryOf(window: WindowSettings, share: number, felt: number | undefined): Summary {
  const base = syntheticSummary();
  const overEigenvalue = felt === undefined ? null : { value: felt, low: felt - 0.02, high: felt + 0.02 };
  const range = { directions: 30, overEigenvalue, ratio: null, coverage: null };
  return {
    ...base,
    learningRate: window.learningRate,
    momentum: window.momentum,
    batchesPerEpoch: window.batchesPerEpoch,
    sampler: window.sampler,
    crossoverEigenvalue: window.crossover,
    noise: { ...base.noise, multiplicativeShare: share, expectedShare: share },
    curvatures: {
      ...base.curvatures,
      ranges: base.curvatures.ranges.map((one) => ({ ...one, trajectory: range })),
    },
  };
}

/** Runs of several seeds. */
export const replicas = (seeds: number, wish: Wish = {}): ComparedRun[] =>
  Array.from({ length: seeds }, (_, i) => {
    const seed = (wish.seed ?? 1) + i;
    return syntheticRun({ ...wish, seed, name: `${wish.name ?? 'run'}-${seed}`, set: { ...wish.set, seed } });
  });
