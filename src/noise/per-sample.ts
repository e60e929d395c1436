/** The exact variance of a batch's gradient along directions, from every sample's directional derivative. */
import { onePerLength, storeChunks } from '../models/chunks.ts';
import { directionalDerivatives, type Problem, type Samples, specs } from '../models/problem.ts';
import type { Report } from '../progress.ts';
import { real, type Linearizable, type Reals } from '../tensor/types.ts';

/** Moments of samples' derivatives along directions, which can be put together from those of parts of the samples. */
export interface SampleMoments {
  readonly samples: number;
  /** [k] */
  readonly mean: Float64Array;
  /** Sums of squared deviations from the mean [k]. */
  readonly squares: Float64Array;
}

/**
 * Variance over the samples of e·∇ℓ_n at θ, over N−1 [k]: C₀ of theory §1. Derivatives in the back end's precision,
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
  return varianceOf(await perSampleMoments(problem, split, theta, directions, report));
}

/** Over N−1 [k]. */
export function varianceOf({ squares, samples }: SampleMoments): Float64Array {
  return squares.map((square) => square / (samples - 1));
}

/** Moments of all samples from those of parts (Chan, Golub & LeVeque 1983, Am. Stat. 37, 242). */
export function combineMoments(parts: readonly SampleMoments[]): SampleMoments {
  return parts.reduce((a, b) => {
    if (a.samples === 0) return b;
    if (b.samples === 0) return a;
    const samples = a.samples + b.samples;
    const apart = a.mean.map((mean, i) => b.mean[i] - mean);
    return {
      samples,
      mean: a.mean.map((mean, i) => mean + (apart[i] * b.samples) / samples),
      squares: a.squares.map(
        (square, i) => square + b.squares[i] + (apart[i] * apart[i] * a.samples * b.samples) / samples,
      ),
    };
  });
}

/** Moments over the samples of e·∇ℓ_n at θ, as {@link perSampleVariance}. */
export async function perSampleMoments(
  problem: Problem,
  split: Samples,
  theta: Reals,
  directions: Reals,
  report: Report,
): Promise<SampleMoments> {
  const { backend, size } = problem;
  const count = directions.length / size;
  const data = storeChunks(problem, split);
  const stored = backend.store(theta, [size]);
  const graphs = onePerLength<Linearizable>((samples) =>
    backend.linearize(directionalDerivatives(problem), specs(problem, samples), [real(size)]),
  );
  const sums = new Float64Array(count);
  const squares = new Float64Array(count);
  // Shifted by the first sample's derivative, so that the variance is not a difference of large numbers.
  const shifts = new Float64Array(count);
  try {
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
    graphs.dispose();
    stored.dispose();
    data.dispose();
  }
  const { samples } = split;
  return {
    samples,
    mean: sums.map((sum, i) => shifts[i] + sum / samples),
    squares: squares.map((square, i) => square - (sums[i] * sums[i]) / samples),
  };
}
