/** The exact Hessian of the objective on a whole split, at a point, as a symmetric operator. */
import { onePerLength, storeChunks } from '../models/chunks.ts';
import { hessianProduct, type Problem, type Samples, specs } from '../models/problem.ts';
import { real, type Linearizable, type Linearized, type Reals } from '../tensor/types.ts';
import type { SymmetricOperator } from './operator.ts';

export interface HessianFamily {
  /** ∇²L at θ; products are exact derivatives. Dispose of it before asking for the next. */
  at(theta: Reals): HessianAt;
  dispose(): void;
}

export interface HessianAt extends SymmetricOperator {
  apply(vector: Float64Array): Float64Array;
  dispose(): void;
}

/** Saved intermediate values are kept up to this much memory; further chunks are linearised anew for every product. */
const SAVED_BYTES = 6e9;

/**
 * Products Hv = (1/N) Σ ∇²ℓ_n v + μv. What does not depend on v is computed once for every chunk of samples.
 *
 * @param problem its back end decides the precision of the products; sums over chunks and L2 are float64
 */
export function openHessian(problem: Problem, split: Samples): HessianFamily {
  const { backend, size, weightDecay } = problem;
  const data = storeChunks(problem, split);
  const graphs = onePerLength<Linearizable>((samples) =>
    backend.linearize(hessianProduct(problem), specs(problem, samples), [real(size)]),
  );
  return {
    at(theta) {
      const stored = backend.store(theta, [size]);
      const saved = new Map<number, Linearized>();
      let savedBytes = 0;
      let full = false;
      return {
        size,
        apply(vector) {
          const product = new Float64Array(size);
          for (const chunk of data.chunks) {
            let linear = saved.get(chunk.first);
            const fresh = !linear;
            linear ??= graphs.of(chunk).at(stored, chunk.x, chunk.y);
            const [part] = linear.run(vector);
            for (let i = 0; i < size; i++) product[i] += part[i];
            if (!fresh) continue;
            if (!full && savedBytes + linear.bytes <= SAVED_BYTES) {
              saved.set(chunk.first, linear);
              savedBytes += linear.bytes;
            } else {
              full = true;
              linear.dispose();
            }
          }
          for (let i = 0; i < size; i++) product[i] = product[i] / data.samples + weightDecay * vector[i];
          return product;
        },
        dispose() {
          for (const linear of saved.values()) linear.dispose();
          stored.dispose();
        },
      };
    },
    dispose() {
      graphs.dispose();
      data.dispose();
    },
  };
}
