/** The exact variance of a batch's gradient along directions, from every sample's directional derivative. */
import { Disposables } from '../disposables.ts';
import { chunkSize, onePerLength, storeChunks } from '../models/chunks.ts';
import { directionalDerivatives, type Problem, type Samples, specs } from '../models/problem.ts';
import type { Report } from '../progress.ts';
import { AT_THE_END, type Checkpoint, noCheckpoint } from '../store/checkpoint.ts';
import { requireTensor } from '../store/safetensors.ts';
import { real, type Linearizable, type Reals } from '../tensor/types.ts';

/**
 * Variance over the samples of e·∇ℓ_n at θ, over N−1 [k]: C₀ of docs/concepts/epoch-noise.md, equation 4. Derivatives in the back end's precision,
 * sums in float64 about the mean.
 *
 * @param directions unit rows [k, d]
 * @param checkpoint where sums are kept as they grow
 */
export async function perSampleVariance(
  problem: Problem,
  split: Samples,
  theta: Reals,
  directions: Reals,
  report: Report,
  checkpoint: Checkpoint = noCheckpoint,
): Promise<Float64Array> {
  const { backend, size } = problem;
  const count = directions.length / size;
  // Shifts are the first sample's derivatives, so that the variance is not a difference of large numbers.
  const chunk = chunkSize(split.samples, problem.model.unitsPerSample, backend);
  const { sums, squares, shifts, known } = sumsSoFar(checkpoint, count, chunk);
  const save = (done: number) => {
    const tensor = (data: Float64Array) => ({ shape: [count], data });
    checkpoint.save({ sums: tensor(sums), squares: tensor(squares), shifts: tensor(shifts) }, { done, chunk });
  };
  const held = new Disposables();
  try {
    const graphs = held.add(
      onePerLength<Linearizable>((samples) =>
        backend.linearize(directionalDerivatives(problem), specs(problem, samples), [real(size)]),
      ),
    );
    const data = held.add(storeChunks(problem, split));
    const stored = held.add(backend.store(theta, [size]));
    const all = data.chunks.length * count;
    for (const [index, chunk] of data.chunks.entries()) {
      if ((index + 1) * count <= known) continue;
      const linear = graphs.of(chunk).at(stored, chunk.x, chunk.y);
      try {
        for (let i = Math.max(0, known - index * count); i < count; i++) {
          const [derivatives] = await linear.run(directions.subarray(i * size, (i + 1) * size));
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
          const done = index * count + i + 1;
          if (checkpoint.isDue(done === all ? AT_THE_END : 1)) save(done);
          await report(done, all);
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

/** What an earlier process has summed up, and over how many pairs of a chunk and a direction; nothing where another back end cut other chunks. */
function sumsSoFar(checkpoint: Checkpoint, count: number, chunk: number) {
  const saved = checkpoint.load();
  const file = saved?.metadata.chunk === chunk ? saved : null;
  const numbers = (name: string) => (file ? requireTensor(file, name, 'F64').data : new Float64Array(count));
  return {
    sums: numbers('sums'),
    squares: numbers('squares'),
    shifts: numbers('shifts'),
    known: Number(file?.metadata.done ?? 0),
  };
}
