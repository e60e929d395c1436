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

/** Parts of rows [k, d], each of which fits into one tensor. @param wanted as many at least, where there are so many rows */
export function partsThatFit({ largestTensor }: Pick<Backend, 'largestTensor'>, k: number, d: number, wanted = 1) {
  return partsOf(k, Math.max(wanted, Math.ceil(k / Math.max(1, Math.floor(largestTensor / d)))));
}

/** Linear combinations of rows [k, d] by weights [count, k]: [count, d], as one native product, or the sum of several. */
export async function combineRows(backend: Backend, weights: Reals, rows: Reals, k: number, d: number): Promise<Reals> {
  const { ops } = backend;
  const count = weights.length / k;
  const parts = partsThatFit(backend, k, d);
  const product = backend.compile(
    (...all) => [
      parts
        .map((_, part) => ops.matMul(all[2 * part] as never, all[2 * part + 1] as never))
        .reduce((sum, more) => ops.add(sum, more)),
    ],
    parts.flatMap((part) => [real(count, part.count), real(part.count, d)]),
    parts.flatMap((part) => [real(1, part.count), real(part.count, 1)]),
  );
  try {
    const given = parts.flatMap((part) => [
      parts.length === 1 ? weights : columnsOf(weights, k, part.first, part.count),
      rows.subarray(part.first * d, (part.first + part.count) * d),
    ]);
    return (await product.run(...given))[0];
  } finally {
    product.dispose();
  }
}

/** Some columns of a matrix [count, k], one row after the other. */
function columnsOf(matrix: Reals, k: number, first: number, wanted: number): Reals {
  const count = matrix.length / k;
  const columns = matrix.slice(0, count * wanted);
  for (let row = 0; row < count; row++)
    columns.set(matrix.subarray(row * k + first, row * k + first + wanted), row * wanted);
  return columns;
}

/**
 * Each thread multiplies with a part of the directions: the rows are shared, and nothing is cut for a call. A device has them in
 * one part, or in as many as its largest tensor asks for.
 *
 * @param directions unit rows [k, d], kept on the back end
 */
export function openProjection(backend: Backend, directions: Reals, k: number, d: number): Projection {
  const { ops, threads, isDevice } = backend;
  const parts = partsThatFit(backend, k, d, isDevice ? 1 : threads);
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
