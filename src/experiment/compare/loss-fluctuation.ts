/**
 * The headline of the paper as a number: how far the fluctuating weights lift the loss, ½ Σ λᵢ σ²_θ,ᵢ, five ways. Assuming
 * one variance for all directions overstates it by as much as the suppressed directions lack.
 */
import { openFullBatch } from '../../models/full-batch.ts';
import type { LossFluctuation } from '../../report/summary.ts';
import { median } from '../../statistics/median.ts';
import { meanOverGroups, type MeanWithInterval } from '../../statistics/mean.ts';
import type { Context } from '../context.ts';
import type { WindowMean } from '../run-files.ts';
import { measured, measuredSteps } from '../profile.ts';
import { blockRows, readTrajectory } from '../trajectory.ts';
import type { Workbench } from '../workbench.ts';
import type { DirectionTable, WindowSettings } from './directions.ts';

/** States at which the objective is evaluated, at least. */
const STATES = 200;
/** Fractional part of the golden ratio: its multiples fill the epoch evenly, however many are taken. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Sums over the computed directions for which all predictions exist. */
export function quadraticLossFluctuation(
  table: DirectionTable,
  { learningRate, momentum, crossover }: WindowSettings,
  weightDecay: number,
): Pick<LossFluctuation, 'measured' | 'sampler' | 'white' | 'constantVariance'> {
  const { eigenvalue, noise_variance, theta_variance, theta_variance_sampler, theta_variance_white } = table;
  const known = [...eigenvalue.keys()].filter(
    (i) => Number.isFinite(theta_variance_sampler[i]) && Number.isFinite(theta_variance_white[i]),
  );
  const halfSum = (variance: (i: number) => number) =>
    known.length === 0 ? null : known.reduce((sum, i) => sum + 0.5 * eigenvalue[i] * variance(i), 0);
  // C = a(λ−μ) above the crossover gives a; with C ∝ H and independent batches σ²_θ = ηa/(2(1−β)) in all directions.
  const stiff = known.filter((i) => eigenvalue[i] > crossover);
  const proportion = median(stiff.map((i) => noise_variance[i] / (eigenvalue[i] - weightDecay)));
  const constant = (learningRate * proportion) / (2 * (1 - momentum));
  return {
    measured: halfSum((i) => theta_variance[i]),
    sampler: halfSum((i) => theta_variance_sampler[i]),
    white: halfSum((i) => theta_variance_white[i]),
    constantVariance: stiff.length === 0 ? null : halfSum(() => constant),
  };
}

/**
 * Mean over states of the window of L(θ) − L(θ̄) − ∇L(θ̄)·(θ−θ̄): all directions, computed or not, and all orders. The
 * interval is from the scatter between epochs.
 */
export async function directLossFluctuation(
  { directory, experiment, voice }: Context,
  { problem, dataset, batchesPerEpoch }: Workbench,
  mean: WindowMean,
): Promise<MeanWithInterval> {
  const { epochs } = experiment.record;
  const chosen = new Set(statesOfWindow(epochs, batchesPerEpoch));
  const full = measured('losses on all samples', openFullBatch(problem, dataset.train), 'value');
  const report = voice.begin('loss at states of the window');
  const lifts: number[] = [];
  try {
    const atMean = full.value(mean.theta);
    const { size } = problem;
    const blocks = readTrajectory(directory, epochs * batchesPerEpoch, size, blockRows(size));
    for (const { first, rows, theta } of measuredSteps('trajectory read', blocks))
      for (let row = 0; row < rows; row++) {
        if (!chosen.has(first + row)) continue;
        const state = theta.subarray(row * size, (row + 1) * size);
        let slope = 0;
        for (let i = 0; i < size; i++) slope += mean.gradient[i] * (state[i] - mean.theta[i]);
        lifts.push(full.value(state) - atMean - slope);
        await report(lifts.length, chosen.size);
      }
  } finally {
    full.dispose();
  }
  return meanOverGroups(lifts, epochs);
}

/** Updates of the window, the same number in every epoch, spread evenly over the positions in the epoch. */
export function statesOfWindow(epochs: number, batchesPerEpoch: number): number[] {
  const perEpoch = Math.min(batchesPerEpoch, Math.ceil(STATES / epochs));
  const states: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const positions = new Set<number>();
    for (let i = 0; i < perEpoch; i++) {
      const fraction = ((epoch * perEpoch + i + 0.5) * GOLDEN) % 1;
      let position = Math.floor(fraction * batchesPerEpoch);
      while (positions.has(position)) position = (position + 1) % batchesPerEpoch;
      positions.add(position);
    }
    for (const position of positions) states.push(epoch * batchesPerEpoch + position);
  }
  return states.sort((a, b) => a - b);
}
