/** Gradients of given batches at fixed weights, along directions. */
import { batchLossAndGradient, type Problem, type Samples } from '../models/problem.ts';
import type { Report } from '../progress.ts';
import { openProjection } from '../tensor/projection.ts';
import type { Backend } from '../tensor/backend.ts';
import { int32, real, type Reals } from '../tensor/types.ts';

const ROWS = 256;

/**
 * Gradient of each batch's mean loss (without L2) at θ, projected [batches, k].
 *
 * @param indices the batches' samples [batches, batchSize], row by row
 * @param directions unit rows [k, d]
 * @param exact the back end of the projection: float64 where it can be had
 */
export async function batchGradientsAlong(
  problem: Problem,
  split: Samples,
  theta: Reals,
  indices: Int32Array,
  batchSize: number,
  directions: Reals,
  exact: Backend,
  report: Report,
): Promise<Float64Array> {
  const { backend, size, inputShape, outputs } = problem;
  const batches = indices.length / batchSize;
  const k = directions.length / size;
  const allX = [split.samples, ...inputShape];
  const allY = [split.samples, outputs];
  const graph = backend.linearize(
    batchLossAndGradient(problem),
    [real(...allX), real(...allY)],
    [real(size), int32(batchSize)],
  );
  const x = backend.store(split.x, allX);
  const y = backend.store(split.y, allY);
  const stored = backend.store(theta, [size]);
  const gradientOf = graph.at(x, y);
  const projection = openProjection(exact, directions, k, size);
  const along = new Float64Array(batches * k);
  try {
    for (let first = 0; first < batches; first += ROWS) {
      const count = Math.min(ROWS, batches - first);
      const rows = new Float64Array(count * size);
      for (let row = 0; row < count; row++) {
        const at = first + row;
        const [, gradient] = gradientOf.run(stored, indices.subarray(at * batchSize, (at + 1) * batchSize));
        rows.set(gradient, row * size);
        await report(at + 1, batches);
      }
      along.set(projection.project(rows, count), first * k);
    }
  } finally {
    projection.dispose();
    gradientOf.dispose();
    stored.dispose();
    x.dispose();
    y.dispose();
    graph.dispose();
  }
  return along;
}

/**
 * The variance C of a batch drawn without replacement, from whole epochs of batch gradients. In an epoch the batches'
 * mean is the full gradient, so the mean square about it is unbiased.
 *
 * @param along projected batch gradients [epochs·batchesPerEpoch, k]
 * @returns C [k], and the degrees of freedom that each is worth
 */
export function varianceFromEpochs(
  along: Float64Array,
  k: number,
  batchesPerEpoch: number,
): { readonly variance: Float64Array; readonly degreesOfFreedom: number } {
  const rows = along.length / k;
  const epochs = rows / batchesPerEpoch;
  const variance = new Float64Array(k);
  for (let i = 0; i < k; i++)
    for (let epoch = 0; epoch < epochs; epoch++) {
      const first = epoch * batchesPerEpoch;
      let sum = 0;
      for (let row = first; row < first + batchesPerEpoch; row++) sum += along[row * k + i];
      const mean = sum / batchesPerEpoch;
      let square = 0;
      for (let row = first; row < first + batchesPerEpoch; row++) square += (along[row * k + i] - mean) ** 2;
      variance[i] += square / batchesPerEpoch / epochs;
    }
  return { variance, degreesOfFreedom: epochs * (batchesPerEpoch - 1) };
}
