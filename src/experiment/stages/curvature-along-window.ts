/** Whether the loss is quadratic over the window: the curvature along chosen directions at states of it. */
import { Disposables } from '../../disposables.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { measured } from '../profile.ts';
import { snapshotsOfWindow, statesInEpochs } from '../snapshots.ts';
import { openWindow } from '../window/open.ts';
import type { Workbench } from '../workbench.ts';

/** States and directions: 40 products in all. */
const STATES = 4;
const DIRECTIONS = 10;

/**
 * eᵀH(θ_snapshot)e / λ, with the full objective's Hessian, along directions spread evenly over the logarithm of λ > 0.
 *
 * @param eigenvalues λ at the window's mean [k], descending
 * @param eigenvectors unit rows [k, d]
 */
export async function curvatureAlongWindow(
  context: Context,
  bench: Workbench,
  eigenvalues: Float64Array,
  eigenvectors: Float32Array,
): Promise<void> {
  const { directory, experiment, voice } = context;
  const { problem, dataset, batchesPerEpoch, savedBytes } = bench;
  const { size } = problem;
  const { epochs } = experiment.record;
  const chosen = snapshotsOfWindow(epochs, batchesPerEpoch, STATES);
  const directions = spreadOverDecades(eigenvalues, DIRECTIONS);
  const ratio = new Float64Array(chosen.length * directions.length);
  const report = voice.begin('curvature along the window');
  const held = new Disposables();
  try {
    const hessian = held.add(openHessian(problem, dataset.train, savedBytes));
    const window = held.add(openWindow(context, bench));
    let row = 0;
    const breathe = () => report(row * directions.length, ratio.length);
    for await (const { state } of statesInEpochs(window, batchesPerEpoch, chosen, breathe)) {
      const operator = measured('Hessian products', hessian.at(state), 'apply');
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
      row++;
    }
  } finally {
    held.dispose();
  }
  writeSafetensors(runPath(directory, RUN_FILES.curvature), {
    updates: { shape: [chosen.length], data: Int32Array.from(chosen) },
    directions: { shape: [directions.length], data: Int32Array.from(directions) },
    ratio: { shape: [chosen.length, directions.length], data: ratio },
  });
}

/** Indices of positive eigenvalues, nearest to points evenly apart in log λ; each once, stiffest first. */
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
