/** Projections of many vectors on many directions, as one native matrix product. */
import { Disposables, openTogether } from '../disposables.ts';
import { type Backend, mostExact } from './backend.ts';
import { partsOf } from './lanes.ts';
import { type Compiled, real, type Reals } from './types.ts';

/** Directions [k, d] on the back end, and products with them in its precision. */
export interface Projection {
  /**
   * Rows [count, d] times the directions transposed: [count, k].
   *
   * @throws RangeError for rows of another size
   */
  project(rows: Reals, count: number): Promise<Reals>;
  /** Frees the directions and the graphs, of which there is one for every `count`. */
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

/** Linear combinations of rows [k, d] by weights [count, k]: [count, d], as one native product. */
export async function combineRows(backend: Backend, weights: Reals, rows: Reals, k: number, d: number): Promise<Reals> {
  const count = weights.length / k;
  const product = backend.compile(
    (some, all) => [backend.ops.matMul(some as never, all as never)],
    [real(count, k), real(k, d)],
    [real(1, k), real(k, 1)],
  );
  try {
    return (await product.run(weights, rows))[0];
  } finally {
    product.dispose();
  }
}

/**
 * Each thread multiplies with a part of the directions: the rows are shared, and nothing is cut for a call.
 *
 * @param directions unit rows [k, d], kept on the back end
 */
export function openProjection(backend: Backend, directions: Reals, k: number, d: number): Projection {
  const { ops, threads } = backend;
  const parts = partsOf(k, threads);
  return openTogether((held) => {
    // Graphs are disposed of after the directions: they would save what is still there.
    const compiled = held.add(new Disposables());
    const stored = parts.map(({ first, count }) =>
      held.add(backend.store(directions.subarray(first * d, (first + count) * d), [count, d])),
    );
    const products = new Map<number, Compiled>();
    return {
      async project(rows, count) {
        let product = products.get(count);
        if (!product) {
          product = compiled.add(
            backend.compile(
              (all, ...lanes) => {
                const along = lanes.map((lane) => ops.matMul(all as never, lane as never, false, true));
                return [along.length === 1 ? along[0] : ops.concat(along, 1)];
              },
              [real(count, d), ...parts.map((part) => real(part.count, d))],
              [real(1, d), ...parts.map(() => real(1, d))],
            ),
          );
          products.set(count, product);
        }
        return (await product.run(rows, ...stored))[0];
      },
      dispose: () => held.dispose(),
    };
  });
}
