/** Whether the loss is quadratic over the window: the curvature along chosen directions at states of it. */
import type { Report } from '../../progress.ts';
import type { Checkpoint } from '../../store/checkpoint.ts';
import { curvaturesAt } from '../curvatures-at.ts';
import type { Spectrum } from '../run-files.ts';
import { snapshotsOfWindow, type WindowState } from '../snapshots.ts';
import { affordableSamples, chosenSamples, type Workbench } from '../workbench.ts';
import { spreadOverDecades } from './choices.ts';

/** States and directions: 40 products in all. */
const STATES = 4;
const DIRECTIONS = 10;
/** Layer outputs over the samples of a product. Of large networks that is a seeded subset, the same at the states and at the mean. */
const UNITS = 1e8;

/** Updates whose states {@link curvatureAlongWindow} wants; ascending. */
export const quadraticityStates = (epochs: number, batchesPerEpoch: number): number[] =>
  snapshotsOfWindow(epochs, batchesPerEpoch, STATES);

/**
 * eᵀH(θ_state)e over eᵀH(θ̄)e, with the objective's Hessian, along directions spread evenly over the logarithm of λ > 0.
 *
 * @param mean θ̄ [d], where the eigenvalues were found
 * @returns indices of the directions [q], and the ratios [states, q]
 */
export async function curvatureAlongWindow(
  bench: Workbench,
  { eigenvalues, eigenvectors }: Pick<Spectrum, 'eigenvalues' | 'eigenvectors'>,
  mean: Float64Array,
  states: readonly WindowState[],
  seed: number,
  progress: { readonly checkpoint: Checkpoint; readonly report: Report },
): Promise<{ readonly directions: Int32Array; readonly ratio: Float64Array }> {
  const directions = spreadOverDecades(eigenvalues, DIRECTIONS);
  const q = directions.length;
  const count = affordableSamples(bench, UNITS);
  const subset = count < bench.samples ? { count, purpose: 'curvature/window' } : null;
  // A subset has eigenvalues of its own: its curvature is compared with its own at the mean.
  const points = [...(subset ? [mean] : []), ...states.map(({ theta }) => theta)];
  const groups = [chosenSamples(bench, seed, subset)];
  const curvatures = await curvaturesAt(bench, groups, { points, eigenvectors, rows: directions }, progress);
  const reference = subset ? curvatures.slice(0, q) : Float64Array.from(directions, (i) => eigenvalues[i]);
  const ratio = curvatures.slice(subset ? q : 0).map((curvature, at) => curvature / reference[at % q]);
  return { directions: Int32Array.from(directions), ratio };
}
