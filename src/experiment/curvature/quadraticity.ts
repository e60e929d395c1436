/** Whether the loss is quadratic over the window: the curvature along chosen directions at states of it. */
import { openHessian } from '../../hessian/hessian.ts';
import type { Report } from '../../progress.ts';
import type { Reals } from '../../tensor/types.ts';
import { measured } from '../profile.ts';
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
  { seed, report }: { readonly seed: number; readonly report: Report },
): Promise<{ readonly directions: Int32Array; readonly ratio: Float64Array }> {
  const { problem, samples, savedBytes } = bench;
  const { size } = problem;
  const directions = spreadOverDecades(eigenvalues, DIRECTIONS);
  const count = affordableSamples(bench, UNITS);
  const subset = count < samples ? { count, purpose: 'curvature/window' } : null;
  const total = (states.length + (subset ? 1 : 0)) * directions.length;
  let done = 0;
  const hessian = openHessian(problem, chosenSamples(bench, seed, subset), savedBytes);
  const curvaturesAt = async (theta: Reals): Promise<number[]> => {
    const operator = measured('Hessian products', hessian.at(theta), 'apply');
    try {
      const found = [];
      for (const i of directions) {
        const direction = Float64Array.from(eigenvectors.subarray(i * size, (i + 1) * size));
        const product = operator.apply(direction);
        let curvature = 0;
        for (let j = 0; j < size; j++) curvature += direction[j] * product[j];
        found.push(curvature);
        await report(++done, total);
      }
      return found;
    } finally {
      operator.dispose();
    }
  };
  try {
    // A subset has eigenvalues of its own: its curvature is compared with its own at the mean.
    const reference = subset ? await curvaturesAt(mean) : directions.map((i) => eigenvalues[i]);
    const ratio = [];
    for (const { theta } of states)
      ratio.push(...(await curvaturesAt(theta)).map((curvature, column) => curvature / reference[column]));
    return { directions: Int32Array.from(directions), ratio: Float64Array.from(ratio) };
  } finally {
    hessian.dispose();
  }
}
