/** The objective L(θ) = mean loss + (μ/2)‖θ‖² over a whole split, its gradient, and the accuracy. Sums in float64. */
import { openTogether } from '../disposables.ts';
import type { Compiled, Reals, Stored } from '../tensor/types.ts';
import { type Chunks, inTurn, onePerLength, storeChunks } from './chunks.ts';
import { lossAndGradient, lossAndOutputs, type Problem, sampleLosses, type Samples, specs } from './problem.ts';

/** Mean loss without L2 and share of samples recognised (null for regression). */
export interface Evaluation {
  readonly loss: number;
  readonly accuracy: number | null;
}

/** The objective on one split, which lies on the back end. θ is [d], in any precision; it is rounded to the back end's. */
export interface FullBatch {
  readonly samples: number;
  /** L(θ), the samples' losses summed one by one in float64: small differences of L are good even at float32. */
  value(theta: Reals): Promise<number>;
  /** L(θ) and ∇L(θ) [d]. */
  valueAndGradient(theta: Reals): Promise<{ readonly value: number; readonly gradient: Float64Array }>;
  /** Without L2. */
  evaluate(theta: Reals): Promise<Evaluation>;
  /** Frees samples and graphs. */
  dispose(): void;
}

/**
 * Brings a split to the problem's back end, chunk by chunk; each of the three functions is compiled when it is first asked for.
 *
 * @throws RangeError where the split's arrays are shorter than the problem's shapes ask for
 */
export function openFullBatch(problem: Problem, split: Samples): FullBatch {
  const { batches, dispose } = openFullBatches(problem, [split]);
  return { ...batches[0], dispose };
}

/** Several splits, which are disposed of together. */
export interface FullBatches {
  readonly batches: readonly Omit<FullBatch, 'dispose'>[];
  dispose(): void;
}

/** As {@link openFullBatch}, for several splits, which share what is compiled. */
export function openFullBatches(problem: Problem, splits: readonly Samples[]): FullBatches {
  const { backend } = problem;
  return openTogether((held) => {
    const compiled = (fn: (problem: Problem) => Parameters<typeof backend.compile>[0]) =>
      held.add(onePerLength<Compiled>((samples) => backend.compile(fn(problem), specs(problem, samples))));
    const graphs = {
      values: compiled(sampleLosses),
      gradients: compiled(lossAndGradient),
      evaluations: compiled(lossAndOutputs),
    };
    const batches = splits.map((split) => fullBatch(problem, split, held.add(storeChunks(problem, split)), graphs));
    return { batches, dispose: () => held.dispose() };
  });
}

type Graphs = ReturnType<typeof onePerLength<Compiled>>;

function fullBatch(
  { backend, size, weightDecay, loss, outputs }: Problem,
  split: Samples,
  data: Chunks,
  { values, gradients, evaluations }: Readonly<Record<'values' | 'gradients' | 'evaluations', Graphs>>,
): Omit<FullBatch, 'dispose'> {
  async function withTheta<T>(theta: Reals, work: (stored: Stored) => Promise<T>): Promise<T> {
    const stored = backend.store(theta, [size]);
    try {
      return await work(stored);
    } finally {
      stored.dispose();
    }
  }

  const overChunks = (graphs: Graphs, theta: Stored) =>
    inTurn(backend, data.chunks, (chunk) => graphs.of(chunk).run(theta, chunk.x, chunk.y));

  return {
    samples: data.samples,
    value: (theta) =>
      withTheta(theta, async (stored) => {
        let sum = 0;
        for await (const [losses] of overChunks(values, stored)) {
          for (const loss of losses) sum += loss;
        }
        return sum / data.samples + (weightDecay / 2) * squaredNorm(theta);
      }),
    valueAndGradient: (theta) =>
      withTheta(theta, async (stored) => {
        let sum = 0;
        const gradient = new Float64Array(size);
        for await (const [value, part] of overChunks(gradients, stored)) {
          sum += value[0];
          for (let i = 0; i < size; i++) gradient[i] += part[i];
        }
        for (let i = 0; i < size; i++) gradient[i] = gradient[i] / data.samples + weightDecay * theta[i];
        return { value: sum / data.samples + (weightDecay / 2) * squaredNorm(theta), gradient };
      }),
    evaluate: (theta) =>
      withTheta(theta, async (stored) => {
        let sum = 0;
        let recognised = 0;
        let index = 0;
        for await (const [value, given] of overChunks(evaluations, stored)) {
          const chunk = data.chunks[index++];
          sum += value[0];
          if (!loss.correct) continue;
          const targets = split.y.subarray(chunk.first * outputs, (chunk.first + chunk.samples) * outputs);
          for (let n = 0; n < chunk.samples; n++) if (loss.correct(given, targets, n, outputs)) recognised++;
        }
        return { loss: sum / data.samples, accuracy: loss.correct ? recognised / data.samples : null };
      }),
  };
}

function squaredNorm(vector: Reals): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i] * vector[i];
  return sum;
}
