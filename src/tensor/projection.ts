/** Projections of many vectors on many directions, as one native matrix product. */
import type { Backend } from './backend.ts';
import { type Compiled, real, type Reals } from './types.ts';

export interface Projection {
  /** Rows [count, d] times the directions [k, d] transposed: [count, k]. */
  project(rows: Reals, count: number): Reals;
  dispose(): void;
}

/**
 * @param directions unit rows [k, d], kept on the back end
 */
export function openProjection(backend: Backend, directions: Reals, k: number, d: number): Projection {
  const stored = backend.store(directions, [k, d]);
  const products = new Map<number, Compiled>();
  return {
    project(rows, count) {
      let product = products.get(count);
      if (!product) {
        product = backend.compile(
          (a, b) => [backend.ops.matMul(a as never, b as never, false, true)],
          [real(count, d), real(k, d)],
        );
        products.set(count, product);
      }
      return product.run(rows, stored)[0];
    },
    dispose() {
      for (const product of products.values()) product.dispose();
      stored.dispose();
    },
  };
}
