/** A model's forward pass: the same outputs every time, and those of a sample whatever it is computed with. */
import { compileForward } from '../../models/outputs.ts';
import type { Problem, Samples } from '../../models/problem.ts';
import { type Reals, sizeOf } from '../../tensor/types.ts';
import { brief, type Finding, finiteOf, within } from './finding.ts';

/** Samples that are computed by themselves. */
const SINGLES = 8;
/** Rounding that depends on how many samples go together, in units of the largest output. */
const ROUNDING = { float64: 1e-10, float32: 1e-4 } as const;

/**
 * Compiles the forward pass twice, because what is no function of its inputs, such as a random number, becomes a constant
 * of the graph; and once for a single sample.
 */
export async function checkForward(problem: Problem, { x, samples }: Samples, theta: Reals): Promise<Finding[]> {
  const outputsOf = async (count: number, inputs: readonly Reals[]) => {
    const forward = compileForward(problem, count);
    try {
      const all: Reals[] = [];
      for (const one of inputs) all.push((await forward.run(theta, one))[0]);
      return all;
    } finally {
      forward.dispose();
    }
  };
  const [once, again] = await outputsOf(samples, [x, x]);
  const [anew] = await outputsOf(samples, [x]);
  const width = sizeOf(problem.inputShape);
  const chosen = Array.from({ length: Math.min(SINGLES, samples) }, (_, n) => n);
  const alone = await outputsOf(
    1,
    chosen.map((n) => x.subarray(n * width, (n + 1) * width)),
  );

  const finite = finiteOf('outputs', once);
  if (finite) return [finite];
  let largest = Number.MIN_VALUE;
  for (const value of once) largest = Math.max(largest, Math.abs(value));
  const change = Math.max(difference(once, again), difference(once, anew));
  const { outputs, backend } = problem;
  const apart = Math.max(
    ...chosen.map((n) => difference(once.subarray(n * outputs, (n + 1) * outputs), alone[n]) / largest),
  );
  const limit = ROUNDING[backend.precision];
  return [
    within(
      'deterministic',
      change,
      0,
      `computed three times, ${samples} samples have the same outputs`,
      `the same samples have outputs that differ by up to ${brief(change)} from one time to the next: forward must be a function of parameters and inputs alone, without random numbers and without memory`,
    ),
    within(
      'samples apart',
      apart,
      limit,
      `outputs of single samples are those of the batch to ${brief(apart)}`,
      `outputs of single samples differ from those of the batch by ${brief(apart)} of the largest: a sample's outputs must not depend on the others of its batch, because gradient noise and Hessian are sums over samples; normalise every sample by itself`,
    ),
  ];
}

function difference(a: Reals, b: Reals): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}
