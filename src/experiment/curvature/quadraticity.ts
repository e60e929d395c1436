/** Whether the loss is quadratic over the window: the curvature along chosen directions at states of it. */
import { openHessian } from '../../hessian/hessian.ts';
import type { Report } from '../../progress.ts';
import { measured } from '../profile.ts';
import type { Spectrum } from '../run-files.ts';
import { snapshotsOfWindow, type WindowState } from '../snapshots.ts';
import type { Workbench } from '../workbench.ts';
import { spreadOverDecades } from './choices.ts';

/** States and directions: 40 products in all. */
const STATES = 4;
const DIRECTIONS = 10;

/** Updates whose states {@link curvatureAlongWindow} wants; ascending. */
export const quadraticityStates = (epochs: number, batchesPerEpoch: number): number[] =>
  snapshotsOfWindow(epochs, batchesPerEpoch, STATES);

/**
 * eᵀH(θ_state)e / λ, with the full objective's Hessian, along directions spread evenly over the logarithm of λ > 0.
 *
 * @returns indices of the directions [q], and the ratios [states, q]
 */
export async function curvatureAlongWindow(
  { problem, dataset, savedBytes }: Workbench,
  { eigenvalues, eigenvectors }: Pick<Spectrum, 'eigenvalues' | 'eigenvectors'>,
  states: readonly WindowState[],
  report: Report,
): Promise<{ readonly directions: Int32Array; readonly ratio: Float64Array }> {
  const { size } = problem;
  const directions = spreadOverDecades(eigenvalues, DIRECTIONS);
  const ratio = new Float64Array(states.length * directions.length);
  const hessian = openHessian(problem, dataset.train, savedBytes);
  try {
    for (const [row, { theta }] of states.entries()) {
      const operator = measured('Hessian products', hessian.at(theta), 'apply');
      try {
        for (const [column, i] of directions.entries()) {
          const direction = Float64Array.from(eigenvectors.subarray(i * size, (i + 1) * size));
          const product = operator.apply(direction);
          let curvature = 0;
          for (let j = 0; j < size; j++) curvature += direction[j] * product[j];
          ratio[row * directions.length + column] = curvature / eigenvalues[i];
          await report(row * directions.length + column + 1, ratio.length);
        }
      } finally {
        operator.dispose();
      }
    }
  } finally {
    hessian.dispose();
  }
  return { directions: Int32Array.from(directions), ratio };
}
