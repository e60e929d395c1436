/** The statistics at which batch normalisation is frozen: those of the whole training set. */
import { Disposables, openTogether } from '../disposables.ts';
import { inLanes, mostLanes } from '../tensor/lanes.ts';
import { int32, type Linearized, real, type Reals } from '../tensor/types.ts';
import type { BatchNorm } from './batch-norm.ts';
import { split } from './model.ts';
import type { Problem, Samples } from './problem.ts';

/** One data set, lying ready on the back end. */
export interface PopulationStatistics {
  /** Means, then variances [2·C], at θ [d]. */
  at(theta: Reals): Promise<Float32Array>;
  /** Frees the data and the graphs. */
  dispose(): void;
}

/**
 * Mean and variance of every layer over given batches, each of which goes through the network as in training (Wu & Johnson
 * 2021, arXiv 2105.07576, "PreciseBN"): the mean of the batches' means, and the mean of their mean squares less its square,
 * so that what differs between batches belongs to the variance. Sums are float64; the result is rounded to float32, which
 * is what the frozen network computes with at either precision.
 *
 * @param problem of a model with batch normalisation, in whichever form
 * @param batches indices of the samples, batch by batch
 */
export function openPopulationStatistics(
  problem: Problem,
  { x, samples }: Pick<Samples, 'x' | 'samples'>,
  batches: Int32Array,
  batchSize: number,
): PopulationStatistics {
  const { backend, model, size, inputShape } = problem;
  const { ops } = backend;
  const { channels, statistics } = model.batchNorm as BatchNorm;
  const all = [samples, ...inputShape];
  return openTogether((held) => {
    // Graphs are disposed of after the data: they would save what is still there.
    const compiled = held.add(new Disposables());
    const stored = held.add(backend.store(x, all));
    const graphs = new Map<number, Linearized>();
    /** Statistics of several batches side by side, one after the other [count·2·C]. */
    function graphFor(count: number): Linearized {
      let graph = graphs.get(count);
      if (!graph) {
        const family = backend.linearize(
          (data, flat, indices) =>
            inLanes(
              ops,
              count,
              [indices],
              (batch) => [statistics(ops, split(ops, model, flat), ops.gather(data, batch as never))],
              ['rows'],
            ),
          [real(...all)],
          [real(size), int32(count * batchSize)],
        );
        graph = compiled.add(compiled.add(family).at(stored));
        graphs.set(count, graph);
      }
      return graph;
    }

    return {
      async at(theta) {
        const number = batches.length / batchSize;
        const means = new Float64Array(channels);
        const squares = new Float64Array(channels);
        for (let first = 0; first < number; first += mostLanes(backend)) {
          const count = Math.min(mostLanes(backend), number - first);
          const indices = batches.subarray(first * batchSize, (first + count) * batchSize);
          const [found] = await graphFor(count).run(theta, indices);
          for (let batch = 0; batch < count; batch++)
            for (let channel = 0; channel < channels; channel++) {
              const mean = found[2 * batch * channels + channel];
              means[channel] += mean / number;
              squares[channel] += (mean * mean + found[(2 * batch + 1) * channels + channel]) / number;
            }
        }
        const result = new Float32Array(2 * channels);
        result.set(means);
        result.set(
          squares.map((square, channel) => square - means[channel] ** 2),
          channels,
        );
        return result;
      },
      dispose: () => held.dispose(),
    };
  });
}
