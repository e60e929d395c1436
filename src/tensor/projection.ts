/** Projections of many vectors on many directions, as one native matrix product. */
import { type Backend, mostExact } from './backend.ts';
import { inLanes, mostLanes } from './lanes.ts';
import { type Compiled, real, type Reals } from './types.ts';

export interface Projection {
  /** Rows [count, d] times the directions [k, d] transposed: [count, k]. */
  project(rows: Reals, count: number): Reals;
  dispose(): void;
}

/** From this many numbers in the directions on, doubles cost more than they give. */
const LARGE = 1e7;

/**
 * The back end of a projection on so many directions: float64 where it can be had, except for large ones of numbers that
 * are float32 anyway, where it would take twice the time and memory.
 *
 * Float32 products err by some 1e-8 of the row's length along each direction (d = 20,000 to 60,000): less than the 2⁻²⁵ of
 * it by which rounding its numbers to float32 changed the row, and less than the rounding of recorded weights leaves in it.
 */
export function projectionBackend(backend: Backend, k: number, d: number): Backend {
  return backend.precision === 'float32' && k * d >= LARGE ? backend : mostExact(backend);
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
        const { ops, threads } = backend;
        product = backend.compile(
          (all, b) =>
            inLanes(ops, mostLanes(threads), [all], (a) => [ops.matMul(a as never, b as never, false, true)], ['rows']),
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
