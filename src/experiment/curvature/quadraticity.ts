/** Whether the loss is quadratic over the window: the curvature along chosen directions at states of it. */
import { openHessian } from '../../hessian/hessian.ts';
import type { Report } from '../../progress.ts';
import { AT_THE_END, type Checkpoint } from '../../store/checkpoint.ts';
import { requireTensor } from '../../store/safetensors.ts';
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
  { seed, checkpoint, report }: { readonly seed: number; readonly checkpoint: Checkpoint; readonly report: Report },
): Promise<{ readonly directions: Int32Array; readonly ratio: Float64Array }> {
  const { problem, samples, savedBytes } = bench;
  const { size } = problem;
  const directions = spreadOverDecades(eigenvalues, DIRECTIONS);
  const q = directions.length;
  const count = affordableSamples(bench, UNITS);
  const subset = count < samples ? { count, purpose: 'curvature/window' } : null;
  // A subset has eigenvalues of its own: its curvature is compared with its own at the mean.
  const points = [...(subset ? [mean] : []), ...states.map(({ theta }) => theta)];
  const saved = checkpoint.load();
  /** eᵀHe [points, q]. */
  const curvatures = saved
    ? requireTensor(saved, 'curvatures', 'F64').data
    : new Float64Array(points.length * q).fill(NaN);

  const hessian = openHessian(problem, chosenSamples(bench, seed, subset), savedBytes);
  const measureAt = async (theta: Reals, first: number): Promise<void> => {
    const operator = measured('Hessian products', hessian.at(theta), 'apply');
    try {
      for (const [column, i] of directions.entries()) {
        const at = first + column;
        if (!Number.isNaN(curvatures[at])) continue;
        const direction = Float64Array.from(eigenvectors.subarray(i * size, (i + 1) * size));
        const product = operator.apply(direction);
        curvatures[at] = direction.reduce((sum, value, j) => sum + value * product[j], 0);
        if (checkpoint.isDue(at + 1 < curvatures.length ? 1 : AT_THE_END))
          checkpoint.save({ curvatures: { shape: [points.length, q], data: curvatures } });
        await report(at + 1, curvatures.length);
      }
    } finally {
      operator.dispose();
    }
  };
  try {
    for (const [point, theta] of points.entries())
      if (curvatures.subarray(point * q, (point + 1) * q).some(Number.isNaN)) await measureAt(theta, point * q);
  } finally {
    hessian.dispose();
  }
  const reference = subset ? curvatures.slice(0, q) : Float64Array.from(directions, (i) => eigenvalues[i]);
  const ratio = curvatures.slice(subset ? q : 0).map((curvature, at) => curvature / reference[at % q]);
  return { directions: Int32Array.from(directions), ratio };
}
