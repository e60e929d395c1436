/** How many intermediate values a sample costs, counted for models that do not know it themselves. */
import type { Backend } from '../tensor/backend.ts';
import type { Ops } from '../tensor/ops.ts';
import { real, type Shape, sizeOf, type Tensor } from '../tensor/types.ts';
import { parameterCount, split } from './model.ts';
import type { UncountedModel } from './module.ts';

/** Ops that make a layer. */
const LAYERS: ReadonlySet<string> = new Set(['matMul', 'conv2d', 'avgPool', 'maxPool']);
/** Ops that make no values of their own. */
const VIEWS: ReadonlySet<string> = new Set(['reshape', 'expandDims', 'squeeze']);
/** Values that come of one output of a layer: itself, plus its bias, then bent. */
const VALUES_PER_OUTPUT = 3;

/**
 * The ops, each call noted with what it gave.
 *
 * @param note told the op's name, what it was given and what it gave
 */
export function overheard(
  ops: Ops,
  note: (name: string, given: readonly unknown[], results: readonly Tensor[]) => void,
): Ops {
  return new Proxy(ops, {
    get(target, name) {
      const op = Reflect.get(target, name) as unknown;
      if (typeof op !== 'function' || typeof name === 'symbol') return op;
      return (...given: unknown[]) => {
        const result = op(...given) as Tensor | Tensor[];
        note(name, given, Array.isArray(result) ? result : [result]);
        return result;
      };
    },
  });
}

/**
 * Outputs of all layers for one sample: those of products, convolutions and poolings, or a third of what all ops give
 * where that is more. Counted in forward passes of two samples and of one, so that what is made of parameters alone does
 * not count.
 */
export function countUnits(backend: Backend, model: UncountedModel, inputShape: Shape): number {
  const [one, two] = [1, 2].map((samples) => valuesOf(backend, model, samples, inputShape));
  return Math.max(1, two.layers - one.layers, Math.ceil((two.all - one.all) / VALUES_PER_OUTPUT));
}

function valuesOf(backend: Backend, model: UncountedModel, samples: number, inputShape: Shape) {
  const size = parameterCount(model);
  const x = real(samples, ...inputShape);
  let layers = 0;
  let all = 0;
  const ops = overheard(backend.ops, (name, _, results) => {
    if (VIEWS.has(name)) return;
    const values = results.reduce((sum, result) => sum + result.size, 0);
    all += values;
    if (LAYERS.has(name)) layers += values;
  });
  const forward = backend.compile(
    (flat, inputs) => [model.forward(ops, split(backend.ops, model, flat), inputs)],
    [real(size), x],
  );
  try {
    // Where functions are not compiled, they run only when they are asked to.
    for (const outputs of forward.keep(new Float32Array(size), new Float32Array(sizeOf(x.shape)))) outputs.dispose();
  } finally {
    forward.dispose();
  }
  return { layers, all };
}
