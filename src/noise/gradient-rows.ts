/** Rows of batch gradients times directions: through this process's memory, or on the device alone. */
import { type Disposable, Disposables, openTogether } from '../disposables.ts';
import { batchLossAndGradient, type Problem, type Samples } from '../models/problem.ts';
import type { Backend } from '../tensor/backend.ts';
import { openProjection, partsThatFit } from '../tensor/projection.ts';
import { int32, type Linearized, real, type Reals, type Stored, type TensorFunction } from '../tensor/types.ts';

/** Weights at which gradients are taken, and others whose gradients are taken off. */
export interface Points {
  readonly here: Stored;
  readonly there?: Stored;
}

/** Batches' gradients along the directions, the data set lying ready on the back end. */
export interface Rows extends Disposable {
  /**
   * @param told after each batch, by its place
   * @returns [batches, k]
   */
  take(points: Points, batches: readonly Int32Array[], told: (row: number) => void | Promise<void>): Promise<Reals>;
}

/**
 * @param directions unit rows [k, d]
 * @param exact the back end of the products
 */
export function openRows(problem: Problem, split: Samples, batchSize: number, directions: Reals, exact: Backend): Rows {
  const { backend } = problem;
  if (backend.isDevice && exact.precision === backend.precision)
    return rowsOnDevice(problem, split, batchSize, directions);
  return rowsThroughHost(problem, split, batchSize, directions, exact);
}

/** The samples on the back end, and their specs. */
function storeAll({ backend, inputShape, outputs }: Problem, { x, y, samples }: Samples, held: Disposables) {
  const given = [held.add(backend.store(x, [samples, ...inputShape])), held.add(backend.store(y, [samples, outputs]))];
  return { given, specs: given.map(({ shape }) => real(...shape)) };
}

/** Differences in float64, and products as exact as they can be had. */
function rowsThroughHost(problem: Problem, split: Samples, batchSize: number, directions: Reals, exact: Backend): Rows {
  const { backend, size } = problem;
  return openTogether((held) => {
    // Graphs are disposed of after the data: they would save what is still there.
    const compiled = held.add(new Disposables());
    const { given, specs } = storeAll(problem, split, held);
    const graph = compiled.add(backend.linearize(batchLossAndGradient(problem), specs, [real(size), int32(batchSize)]));
    const gradientOf = compiled.add(graph.at(...given));
    const projection = held.add(openProjection(exact, directions, directions.length / size, size));
    let rows = new Float64Array();
    return {
      async take({ here, there }, batches, told) {
        if (rows.length < batches.length * size) rows = new Float64Array(batches.length * size);
        for (const [row, batch] of batches.entries()) {
          const into = rows.subarray(row * size, (row + 1) * size);
          const [, gradient] = await gradientOf.run(here, batch);
          into.set(gradient);
          if (there) {
            const [, other] = await gradientOf.run(there, batch);
            for (let i = 0; i < size; i++) into[i] -= other[i];
          }
          await told(row);
        }
        return await projection.project(rows.subarray(0, batches.length * size), batches.length);
      },
      dispose: () => held.dispose(),
    };
  });
}

/** Gradients never leave the device: of each batch its k numbers alone are read, while the next is at work. */
function rowsOnDevice(problem: Problem, split: Samples, batchSize: number, directions: Reals): Rows {
  const { backend, size } = problem;
  const { concat, matMul, reshape, sub } = backend.ops;
  const k = directions.length / size;
  const parts = partsThatFit(backend, k, size);
  const array = backend.precision === 'float32' ? Float32Array : Float64Array;
  return openTogether((held) => {
    const compiled = held.add(new Disposables());
    const { given, specs } = storeAll(problem, split, held);
    const rows = parts.map(({ first, count }) =>
      held.add(backend.store(directions.subarray(first * size, (first + count) * size), [count, size])),
    );
    const gradient = batchLossAndGradient(problem);
    const graphs = new Map<number, Linearized>();
    /** @param points one, or two whose gradients' difference is taken */
    function alongOf(points: number): Linearized {
      const known = graphs.get(points);
      if (known) return known;
      const along: TensorFunction = (x, y, ...rest) => {
        const thetas = rest.slice(parts.length, -1);
        const [first, second] = thetas.map((theta) => gradient(x, y, theta, rest[rest.length - 1])[1]);
        const column = reshape(second ? sub(first, second) : first, [size, 1]);
        const found = rest.slice(0, parts.length).map((part) => matMul(part as never, column));
        return [found.length === 1 ? found[0] : concat(found)];
      };
      const dynamics = [...Array.from({ length: points }, () => real(size)), int32(batchSize)];
      const statics = [...specs, ...rows.map(({ shape }) => real(...shape))];
      const fixed = compiled.add(compiled.add(backend.linearize(along, statics, dynamics)).at(...given, ...rows));
      graphs.set(points, fixed);
      return fixed;
    }
    return {
      async take({ here, there }, batches, told) {
        const along = alongOf(there ? 2 : 1);
        const found = new array(batches.length * k);
        const begun = batches.map(async (batch, row) => {
          const [numbers] = await (there ? along.run(here, there, batch) : along.run(here, batch));
          found.set(numbers, row * k);
          await told(row);
        });
        await Promise.all(begun);
        return found;
      },
      dispose: () => held.dispose(),
    };
  });
}
