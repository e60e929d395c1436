/** A model's outputs by themselves: nothing is trained, and nothing differentiated. */
import { type Compiled, real, type Reals, sizeOf } from '../tensor/types.ts';
import { chunkSize, onePerLength } from './chunks.ts';
import { split } from './model.ts';
import type { Problem } from './problem.ts';

/** A model's forward pass for a number of samples, compiled; (θ, x) → outputs [samples, outputs]. */
export function compileForward({ backend, model, size, inputShape }: Problem, samples: number): Compiled {
  return backend.compile(
    (flat, x) => [model.forward(backend.ops, split(backend.ops, model, flat), x)],
    [real(size), real(samples, ...inputShape)],
  );
}

/**
 * Outputs [samples, outputs] at θ, in the back end's precision, chunk by chunk.
 *
 * @param x inputs [samples, ...inputShape]
 */
export async function modelOutputs(problem: Problem, theta: Reals, x: Reals, samples: number): Promise<Float64Array> {
  const { inputShape, outputs, model, backend } = problem;
  const width = sizeOf(inputShape);
  const most = chunkSize(samples, model.unitsPerSample, backend);
  const graphs = onePerLength((count) => compileForward(problem, count));
  const all = new Float64Array(samples * outputs);
  try {
    for (let first = 0; first < samples; first += most) {
      const count = Math.min(most, samples - first);
      const rows = x.subarray(first * width, (first + count) * width);
      const [part] = await graphs.of({ samples: count }).run(theta, rows);
      all.set(part, first * outputs);
    }
  } finally {
    graphs.dispose();
  }
  return all;
}
