/** At how many states, on which samples and along which directions the curvature that the weights feel is measured. */
import type { Samples } from '../../models/problem.ts';
import type { Experiment } from '../schema.ts';
import { spreadOverWindow } from '../snapshots.ts';
import { chosenSamples, equalGroups, type Workbench } from '../workbench.ts';

/**
 * Blocks of snapshots, whose scatter gives the intervals, and groups of a subset's samples. Few, so that a block is longer
 * than the path's memory; Student's t of 7 degrees of freedom is 1.2 times a normal deviate.
 */
const BLOCKS = 8;
const GROUPS = 8;

/** Layer outputs over all samples and states up to which gradients take about a minute on two cores. */
const AFFORDABLE_UNITS = 1.2e10;
/** A Hessian product in gradients, about; a subset needs one beside each. */
const PRODUCT = 1.5;
/** A group of fewer samples costs more than it gives. */
const FEWEST_IN_GROUP = 25;
/** Directions of the finite step: it then costs about as much as the snapshots. */
const DIRECTIONS = 60;
/** Below this part of λ_cross nothing is put to the test. */
const TESTED_FROM = 0.01;

/** Updates of the window that are snapshots; ascending. */
export function snapshotUpdates({ curvature, record }: Experiment, { batchesPerEpoch }: Workbench): number[] {
  return spreadOverWindow(record.epochs, batchesPerEpoch, curvature.snapshots);
}

/** Blocks of so many snapshots: fewer where a window has but few updates. */
export const blocksOf = (snapshots: number): number => Math.min(BLOCKS, Math.floor(snapshots / 2));

/** Samples of the gradients: one group of all, or equal groups of a seeded subset. */
export function sampleGroups({ curvature, seed }: Experiment, bench: Workbench): readonly Samples[] {
  const count = subsetSize(curvature.samples, bench, curvature.snapshots);
  if (count === null) return [bench.dataset.train];
  return equalGroups(chosenSamples(bench, seed, { count, purpose: 'curvature/subset' }), GROUPS);
}

/**
 * Samples of the subset, whole groups of equal size.
 *
 * @param wanted null: as many as are affordable
 * @returns null for all samples
 */
export function subsetSize(
  wanted: number | null,
  { problem, samples }: Pick<Workbench, 'problem' | 'samples'>,
  snapshots: number,
): number | null {
  const affordable = AFFORDABLE_UNITS / (snapshots * problem.model.unitsPerSample);
  if (wanted === null && samples <= affordable) return null;
  const count = wanted ?? Math.max(affordable / (1 + PRODUCT), FEWEST_IN_GROUP * GROUPS);
  return count >= samples ? null : Math.floor(count / GROUPS) * GROUPS;
}

/**
 * Directions of the finite step, stiffest first. Where not all can be had, those that theory is tested on.
 *
 * @param wanted null: as many as cost about what the snapshots do
 */
export function finiteStepDirections(wanted: number | null, eigenvalues: Float64Array, crossover: number): number[] {
  const count = wanted ?? DIRECTIONS;
  const all = spreadOverDecades(eigenvalues, eigenvalues.length);
  if (all.length <= count) return all;
  const tested = all.filter((i) => eigenvalues[i] > TESTED_FROM * crossover);
  return spreadOverDecades(tested.length > 0 ? eigenvalues.subarray(0, tested.length) : eigenvalues, count);
}

/**
 * Indices of positive eigenvalues, nearest to points evenly apart in log λ; each once, stiffest first.
 *
 * @param eigenvalues descending
 */
export function spreadOverDecades(eigenvalues: Float64Array, count: number): number[] {
  const positive = [...eigenvalues.keys()].filter((i) => eigenvalues[i] > 0);
  if (positive.length <= count) return positive;
  const logs = positive.map((i) => Math.log(eigenvalues[i]));
  const [high, low] = [logs[0], logs[logs.length - 1]];
  const nearest = Array.from({ length: count }, (_, j) => {
    const wanted = high + ((low - high) * j) / (count - 1);
    let best = 0;
    for (let at = 1; at < logs.length; at++) if (Math.abs(logs[at] - wanted) < Math.abs(logs[best] - wanted)) best = at;
    return positive[best];
  });
  return [...new Set(nearest)].sort((a, b) => a - b);
}
