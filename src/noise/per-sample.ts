/** The exact variance of a batch's gradient along directions, from every sample's directional derivative. */
import { Disposables } from '../disposables.ts';
import { onePerLength, storeChunks } from '../models/chunks.ts';
import { directionalDerivatives, type Problem, type Samples, specs } from '../models/problem.ts';
import type { Report } from '../progress.ts';
import { real, type Linearizable, type Reals } from '../tensor/types.ts';

/**
 * Variance over the samples of e·∇ℓ_n at θ, over N−1 [k]: C₀ of docs/concepts/epoch-noise.md, equation 4. Derivatives in the back end's precision,
 * sums in float64 about the mean.
 *
 * @param directions unit rows [k, d]
 */
export async function perSampleVariance(
  problem: Problem,
  split: Samples,
  theta: Reals,
  directions: Reals,
  report: Report,
): Promise<Float64Array> {
  const { backend, size } = problem;
  const count = directions.length / size;
  const sums = new Float64Array(count);
  const squares = new Float64Array(count);
  // Shifted by the first sample's derivative, so that the variance is not a difference of large numbers.
  const shifts = new Float64Array(count);
  const held = new Disposables();
  try {
    const data = held.add(storeChunks(problem, split));
    const stored = held.add(backend.store(theta, [size]));
    const graphs = held.add(
      onePerLength<Linearizable>((samples) =>
        backend.linearize(directionalDerivatives(problem), specs(problem, samples), [real(size)]),
      ),
    );
    for (const [index, chunk] of data.chunks.entries()) {
      const linear = graphs.of(chunk).at(stored, chunk.x, chunk.y);
      try {
        for (let i = 0; i < count; i++) {
          const [derivatives] = linear.run(directions.subarray(i * size, (i + 1) * size));
          if (index === 0) shifts[i] = derivatives[0];
          const shift = shifts[i];
          let sum = 0;
          let square = 0;
          for (let n = 0; n < derivatives.length; n++) {
            const deviation = derivatives[n] - shift;
            sum += deviation;
            square += deviation * deviation;
          }
          sums[i] += sum;
          squares[i] += square;
          await report(index * count + i + 1, data.chunks.length * count);
        }
      } finally {
        linear.dispose();
      }
    }
  } finally {
    held.dispose();
  }
  const { samples } = split;
  return squares.map((square, i) => (square - (sums[i] * sums[i]) / samples) / (samples - 1));
}
