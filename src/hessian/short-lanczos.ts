/** The eigenpairs that a few Lanczos steps give: as many as have converged, whatever was hoped for. */
import { ConfigurationError, RunError } from '../errors.ts';
import { randomStream } from '../random.ts';
import type { OpenBasis } from './basis.ts';
import { KrylovSpace, type RitzPairs } from './krylov.ts';
import { availableMemory, inWords, lanczosMemory, type WayOut } from './memory.ts';
import type { SymmetricOperator } from './operator.ts';

/** What is asked of {@link shortLanczos}. */
export interface ShortLanczosOptions {
  /** Products to spend, at least 1; an operator of smaller size takes as many as its size. */
  readonly iterations: number;
  /** Residual ‖Hv−λv‖ at which a pair is converged, in units of its own eigenvalue λ. */
  readonly tolerance: number;
  readonly seed: number;
  /** Who keeps the space's vectors. */
  readonly openBasis: OpenBasis;
  /** Bytes that may be taken; what is available unless said otherwise. */
  readonly memory?: number;
  /** What a refusal for lack of memory advises beside fewer iterations. */
  readonly wayOut?: WayOut;
  /** Awaited after every product, with the number done. */
  readonly onProgress?: (done: number, total: number) => void | Promise<void>;
}

/** The leading converged pairs of a short run. */
export interface ConvergedPairs {
  /** [k], descending, all positive; k may be 0. */
  readonly eigenvalues: Float64Array;
  /** [k, d] row-major, unit rows. */
  readonly eigenvectors: Float32Array;
  /** ‖Hv−λv‖ [k], as the space knows them: no product is spent on them. */
  readonly residuals: Float64Array;
  /** Products spent. */
  readonly iterations: number;
}

/**
 * Runs Lanczos for a given number of steps and returns the pairs before the first that is not converged: a Ritz value that is
 * not may stand for any eigenvalue below it, and those after it have no rank. Within one run every eigenvalue shows once,
 * however often it occurs: multiplicities are not looked for, as {@link lanczos} does.
 *
 * @throws RunError if a product is not finite; ConfigurationError where the space does not fit into the memory
 */
export async function shortLanczos(operator: SymmetricOperator, options: ShortLanczosOptions): Promise<ConvergedPairs> {
  const { tolerance, seed, openBasis, memory = availableMemory(), wayOut, onProgress } = options;
  if (!(Number.isInteger(options.iterations) && options.iterations >= 1))
    throw new RunError(`${options.iterations} Lanczos iterations; expected a whole number of at least 1`);
  const iterations = Math.min(options.iterations, operator.size);
  refuseLackOfMemory(operator, iterations, memory, wayOut);
  const space = new KrylovSpace(operator, randomStream(seed, 'hessian/short-lanczos'), openBasis);
  try {
    for (let done = 1; done <= iterations; done++) {
      await space.step();
      await onProgress?.(done, iterations);
    }
    const pairs = space.ritz();
    const count = leadingConverged(pairs, tolerance);
    const { values, vectors } = await space.ritzVectors([...Array(count).keys()]);
    const residuals = pairs.residuals.slice(0, count);
    return { eigenvalues: values, eigenvectors: vectors, residuals, iterations };
  } finally {
    space.dispose();
  }
}

function leadingConverged({ values, residuals }: RitzPairs, tolerance: number): number {
  const failing = values.findIndex((value, i) => !(value > 0 && residuals[i] <= tolerance * value));
  return failing < 0 ? values.length : failing;
}

function refuseLackOfMemory(operator: SymmetricOperator, iterations: number, available: number, wayOut?: WayOut): void {
  // Half of the Ritz pairs of a short run, or somewhat fewer, converge.
  const needed = lanczosMemory(operator, iterations, iterations);
  if (needed <= available) return;
  const advice = wayOut?.('ask for fewer') ?? 'ask for fewer';
  throw new ConfigurationError(
    `${iterations} Lanczos iterations with ${operator.size} parameters need ${inWords(needed)} of memory, and ${inWords(available, Math.floor)} are available: ${advice}`,
  );
}
