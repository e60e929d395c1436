/** The exact Hessian of the objective on a whole split, at a point, as a symmetric operator. */
import { openTogether } from '../disposables.ts';
import { type Chunk, type Chunks, inTurn, onePerLength, storeChunks } from '../models/chunks.ts';
import { hessianProduct, type Problem, type Samples, specs } from '../models/problem.ts';
import type { Backend } from '../tensor/backend.ts';
import { real, type Linearizable, type Linearized, type Reals, type Stored } from '../tensor/types.ts';
import { FLOAT32_PRECISION, FLOAT64_PRECISION, type SymmetricOperator } from './operator.ts';

/** The Hessians of one objective at whatever weights are asked for; the data stay on the back end meanwhile. */
export interface HessianFamily {
  /** ∇²L at θ [d]; products are exact derivatives. Dispose of it before asking for the next. */
  at(theta: Reals): HessianAt;
  /** Frees data and graphs; Hessians that were asked for must be disposed of before. */
  dispose(): void;
}

/** The Hessian at one θ: products with vectors, float64 [d], at the rounding that `relativePrecision` tells. */
export interface HessianAt extends SymmetricOperator {
  readonly relativePrecision: number;
  /** Memory that values shared by its products hold. */
  readonly savedBytes: number;
  /** Hv, fresh memory. @throws RangeError where v has another length */
  apply(vector: Float64Array): Promise<Float64Array>;
  /** Frees the saved values; a second call does nothing. */
  dispose(): void;
}

/** How exact products of a Hessian are on a back end. */
export const relativePrecisionOf = ({ precision }: Pick<Backend, 'precision'>): number =>
  precision === 'float64' ? FLOAT64_PRECISION : FLOAT32_PRECISION;

/**
 * Products Hv = (1/N) Σ ∇²ℓ_n v + μv. What does not depend on v is computed once for every chunk of samples.
 *
 * @param problem its back end decides the precision of the products; sums over chunks and L2 are float64
 * @param savedBytes intermediate values are kept up to this much memory; chunks beyond it are linearised anew for every product. The
 *   products' bytes do not depend on it
 */
export function openHessian(problem: Problem, split: Samples, savedBytes = Infinity): HessianFamily {
  const { families, dispose } = openHessians(problem, [split], savedBytes);
  return { ...families[0], dispose };
}

/** Several families of Hessians, which are disposed of together. */
export interface HessianFamilies {
  readonly families: readonly Pick<HessianFamily, 'at'>[];
  dispose(): void;
}

/** As {@link openHessian}, for several splits, which share what is compiled; each keeps its part of `savedBytes`. */
export function openHessians(problem: Problem, splits: readonly Samples[], savedBytes = Infinity): HessianFamilies {
  const { backend, size } = problem;
  return openTogether((held) => {
    const graphs = held.add(
      onePerLength<Linearizable>((samples) =>
        backend.linearize(hessianProduct(problem), specs(problem, samples), [real(size)]),
      ),
    );
    const families = splits.map((split) =>
      hessianFamily(problem, held.add(storeChunks(problem, split)), graphs, savedBytes / splits.length),
    );
    return { families, dispose: () => held.dispose() };
  });
}

function hessianFamily(
  { backend, size, weightDecay }: Problem,
  data: Chunks,
  graphs: ReturnType<typeof onePerLength<Linearizable>>,
  savedBytes: number,
): Pick<HessianFamily, 'at'> {
  return {
    at: (theta) =>
      openTogether((held) => {
        const stored = held.add(backend.store(theta, [size]));
        const linearised = (chunk: Chunk) => graphs.of(chunk).at(stored, chunk.x, chunk.y);
        // At once, so that whoever asks next how much memory is left gets the answer that holds.
        const saved: Linearized[] = [];
        let used = 0;
        for (const chunk of data.chunks) {
          const linear = held.add(linearised(chunk));
          if (used + linear.bytes > savedBytes) {
            linear.dispose();
            break;
          }
          used += linear.bytes;
          saved.push(linear);
        }

        /** Where what does not depend on v was not saved. */
        async function productOf(chunk: Chunk, vector: Stored): Promise<Reals> {
          const linear = linearised(chunk);
          try {
            return (await linear.run(vector))[0];
          } finally {
            linear.dispose();
          }
        }

        return {
          size,
          relativePrecision: relativePrecisionOf(backend),
          savedBytes: used,
          async apply(vector) {
            const product = new Float64Array(size);
            // Brought once, for all chunks.
            const direction = backend.store(vector, [size]);
            try {
              const add = (part: Reals) => {
                for (let i = 0; i < size; i++) product[i] += part[i];
              };
              for await (const [part] of inTurn(backend, saved, (linear) => linear.run(direction))) add(part);
              for (const chunk of data.chunks.slice(saved.length)) add(await productOf(chunk, direction));
            } finally {
              direction.dispose();
            }
            for (let i = 0; i < size; i++) product[i] = product[i] / data.samples + weightDecay * vector[i];
            return product;
          },
          dispose: () => held.dispose(),
        };
      }),
  };
}
