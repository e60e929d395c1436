/** Gradients of given batches at fixed weights, along directions. */
import { Disposables, openTogether } from '../disposables.ts';
import type { Problem, Samples } from '../models/problem.ts';
import type { Report } from '../progress.ts';
import { type Checkpoint, noCheckpoint } from '../store/checkpoint.ts';
import { openGrowing } from '../store/growing.ts';
import type { Backend } from '../tensor/backend.ts';
import type { Reals } from '../tensor/types.ts';
import { openRows } from './gradient-rows.ts';

/** Gradients that are projected together, and the layer outputs that they may take: less than a minute's work. */
const MOST_ROWS = 256;
const UNITS = 1.28e9;

/** How batches' gradients are taken along directions. */
export interface AlongOptions {
  /** Point whose gradients are taken off. */
  readonly lessAt?: Reals;
  /** Where the batches that are done are kept. */
  readonly checkpoint?: Checkpoint;
}

/** Gradients of batches along directions, the data set lying ready on the back end. */
export interface BatchGradients {
  /**
   * Gradient of each batch's mean loss (without L2) at θ, projected [batches, k].
   *
   * @param indices the batches' samples [batches, batchSize], row by row
   */
  along(theta: Reals, indices: Int32Array, report: Report, options?: AlongOptions): Promise<Float64Array>;
  dispose(): void;
}

/**
 * @param directions unit rows [k, d]
 * @param exact the back end of the projection: float64 where it can be had
 */
export function openBatchGradients(
  problem: Problem,
  split: Samples,
  batchSize: number,
  directions: Reals,
  exact: Backend,
): BatchGradients {
  const { size } = problem;
  const k = directions.length / size;
  return openTogether((held) => {
    const rows = held.add(openRows(problem, split, batchSize, directions, exact));
    const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(UNITS / (batchSize * problem.model.unitsPerSample))));
    return {
      async along(theta, indices, report, { lessAt, checkpoint = noCheckpoint } = {}) {
        const batches = indices.length / batchSize;
        const along = new Float64Array(batches * k);
        const kept = openGrowing(checkpoint, along, k);
        const stored = new Disposables();
        try {
          const [here, ...others] = (lessAt ? [theta, lessAt] : [theta]).map((point) =>
            stored.add(problem.backend.store(point, [size])),
          );
          for (let first = kept.rows; first < batches; first += most) {
            const count = Math.min(most, batches - first);
            const chosen = Array.from({ length: count }, (_, row) =>
              indices.subarray((first + row) * batchSize, (first + row + 1) * batchSize),
            );
            const told = (row: number) => report(first + row + 1, batches);
            along.set(await rows.take({ here, there: others.at(0) }, chosen, told), first * k);
            kept.have(first + count);
          }
        } finally {
          kept.close();
          stored.dispose();
        }
        return along;
      },
      dispose: () => held.dispose(),
    };
  });
}

/**
 * The variance C of a batch drawn without replacement, from whole epochs of batch gradients. In an epoch the batches'
 * mean is the full gradient, so the mean square about it is unbiased; where an incomplete batch was dropped, batches are
 * less anti-correlated, and the square about their own mean is brought to C.
 *
 * @param along projected batch gradients [epochs·batchesPerEpoch, k]
 * @param samplingFraction f = S/N; 1/M unless a batch was dropped
 * @returns C [k], and the degrees of freedom that each is worth
 */
export function varianceFromEpochs(
  along: Float64Array,
  k: number,
  batchesPerEpoch: number,
  samplingFraction = 1 / batchesPerEpoch,
): { readonly variance: Float64Array; readonly degreesOfFreedom: number } {
  const rows = along.length / k;
  const epochs = rows / batchesPerEpoch;
  const variance = new Float64Array(k);
  const toBatch = (1 - samplingFraction) / (batchesPerEpoch - 1);
  for (let i = 0; i < k; i++)
    for (let epoch = 0; epoch < epochs; epoch++) {
      const first = epoch * batchesPerEpoch;
      let sum = 0;
      for (let row = first; row < first + batchesPerEpoch; row++) sum += along[row * k + i];
      const mean = sum / batchesPerEpoch;
      let square = 0;
      for (let row = first; row < first + batchesPerEpoch; row++) square += (along[row * k + i] - mean) ** 2;
      variance[i] += (square * toBatch) / epochs;
    }
  return { variance, degreesOfFreedom: epochs * (batchesPerEpoch - 1) };
}
