/**
 * The headline of the paper as a number: how far the fluctuating weights lift the loss, ½ Σ λᵢ σ²_θ,ᵢ, several ways. Assuming
 * one variance for all directions overstates it by as much as the suppressed directions lack.
 */
import { Disposables } from '../../disposables.ts';
import { openFullBatch } from '../../models/full-batch.ts';
import type { LossFluctuation } from '../../report/summary.ts';
import { meanOverGroups, type MeanWithInterval } from '../../statistics/mean.ts';
import { combineRows } from '../../tensor/projection.ts';
import type { Context } from '../context.ts';
import type { WindowMean } from '../run-files.ts';
import { measured, measuredSteps } from '../profile.ts';
import { statesOfWindow, weightsAfter } from '../snapshots.ts';
import { openWindow } from '../window/open.ts';
import type { Workbench } from '../workbench.ts';
import type { DirectionTable, WindowSettings } from './directions.ts';
import { noisePerCurvature } from './estimators.ts';

/** States at which the objective is evaluated, at least; fewer where that takes more than so many layer outputs. */
const STATES = 200;
const AFFORDABLE_UNITS = 4e10;
/** In every epoch, whatever it takes. */
const FEWEST_AN_EPOCH = 2;

/** Sums over the computed directions for which all predictions exist. */
export function quadraticLossFluctuation(
  table: DirectionTable,
  { learningRate, momentum, crossover }: WindowSettings,
  weightDecay: number,
): Pick<LossFluctuation, 'measured' | 'sampler' | 'white' | 'twoComponent' | 'constantVariance'> {
  const { eigenvalue, theta_variance, theta_variance_sampler, theta_variance_white } = table;
  const known = [...eigenvalue.keys()].filter(
    (i) => Number.isFinite(theta_variance_sampler[i]) && Number.isFinite(theta_variance_white[i]),
  );
  const halfSum = (variance: (i: number) => number) =>
    known.length === 0 ? null : known.reduce((sum, i) => sum + 0.5 * eigenvalue[i] * variance(i), 0);
  // C = a(λ−μ) above the crossover gives a; with C ∝ H and independent batches σ²_θ = ηa/(2(1−β)) in all directions.
  const constant = (learningRate * noisePerCurvature(table, crossover, weightDecay)) / (2 * (1 - momentum));
  const two = halfSum((i) => table.theta_variance_two_component[i]);
  return {
    measured: halfSum((i) => theta_variance[i]),
    sampler: halfSum((i) => theta_variance_sampler[i]),
    white: halfSum((i) => theta_variance_white[i]),
    twoComponent: two === null || Number.isNaN(two) ? null : two,
    constantVariance: Number.isNaN(constant) ? null : halfSum(() => constant),
  };
}

/** Loss at states of the window above that at its mean, first-order term removed, averaged over states. */
export interface DirectLossFluctuation {
  /** All directions, computed or not, and all orders. */
  readonly all: MeanWithInterval;
  /** With the states projected onto the computed directions: what ½ Σ λ σ²_θ is to be held against. */
  readonly subspace: MeanWithInterval;
}

/** Without a network there is no objective. */
export const UNKNOWN_LIFT: DirectLossFluctuation = {
  all: { value: NaN, low: NaN, high: NaN },
  subspace: { value: NaN, low: NaN, high: NaN },
};

/**
 * Means over states of the window of L(θ) − L(θ̄) − ∇L(θ̄)·(θ−θ̄), of the states as they are and of their projections
 * θ̄ + P(θ−θ̄) onto the computed directions. Intervals from the scatter between epochs; none with one order for all epochs,
 * whose epochs are all alike: another permutation would give another value, and nothing in the window tells by how much.
 *
 * @param eigenvectors unit rows [k, d]; @param projections e·(θ−θ̄) after every update [K, k]
 */
export async function directLossFluctuation(
  context: Context,
  bench: Workbench,
  mean: WindowMean,
  eigenvectors: Float32Array,
  projections: Float32Array,
): Promise<DirectLossFluctuation> {
  const { experiment, voice } = context;
  const { problem, dataset, batchesPerEpoch } = bench;
  const { epochs } = experiment.record;
  const { size } = problem;
  const k = eigenvectors.length / size;
  // All directions are their own subspace.
  const hasRest = k < size;
  const unitsAState = (hasRest ? 2 : 1) * dataset.train.samples * problem.model.unitsPerSample;
  const affordable = Math.max(FEWEST_AN_EPOCH, Math.floor(AFFORDABLE_UNITS / (unitsAState * epochs)));
  const states = statesOfWindow(epochs, batchesPerEpoch, Math.min(Math.ceil(STATES / epochs), affordable));
  const within = hasRest ? await projectedStates(problem, states, eigenvectors, projections) : null;
  const report = voice.begin('loss at states of the window');
  const checkpoint = context.checkpoint('loss');
  const known = checkpoint.load()?.tensors;
  const lifts = known ? [...(known.all.data as Float64Array)] : [];
  const liftsWithin = known ? [...(known.subspace.data as Float64Array)] : [];
  const held = new Disposables();
  try {
    const full = measured('losses on all samples', held.add(openFullBatch(problem, dataset.train)), 'value');
    const window = held.add(openWindow(context, bench));
    const atMean = await full.value(mean.theta);
    const lift = async (state: ArrayLike<number>, from: number, offset: ArrayLike<number>) => {
      const point = new Float64Array(size);
      let slope = 0;
      for (let i = 0; i < size; i++) {
        const distance = state[from + i] - offset[i];
        point[i] = mean.theta[i] + distance;
        slope += mean.gradient[i] * distance;
      }
      return (await full.value(point)) - atMean - slope;
    };
    const atRest = new Float64Array(size);
    const tell = () => report(lifts.length, states.length);
    const left = weightsAfter(window, states.slice(lifts.length), tell);
    for await (const { theta } of measuredSteps('window read', left)) {
      if (within) liftsWithin.push(await lift(within, lifts.length * size, atRest));
      lifts.push(await lift(theta, 0, mean.theta));
      if (checkpoint.isDue()) checkpoint.save({ all: column(lifts), subspace: column(liftsWithin) });
      await tell();
    }
  } finally {
    held.dispose();
  }
  const groups = experiment.sgd.sampler === 'shuffle-once' ? 1 : epochs;
  const all = meanOverGroups(lifts, groups);
  return { all, subspace: within ? meanOverGroups(liftsWithin, groups) : all };
}

const column = (values: readonly number[]) => ({ shape: [values.length], data: Float64Array.from(values) });

/** P(θ−θ̄) of chosen updates [states, d]. */
async function projectedStates(
  { backend, size }: Workbench['problem'],
  states: readonly number[],
  eigenvectors: Float32Array,
  projections: Float32Array,
) {
  const k = eigenvectors.length / size;
  const weights = new Float32Array(states.length * k);
  for (const [row, update] of states.entries())
    weights.set(projections.subarray(update * k, (update + 1) * k), row * k);
  return await combineRows(backend, weights, eigenvectors, k, size);
}
