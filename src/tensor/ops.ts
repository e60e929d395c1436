/**
 * The ops that models are written in: tfjs with exact second derivatives. Every op listed here is tested against finite
 * differences of the gradient; any other op of tfjs throws by name, because its second derivative is wrong, missing or
 * unchecked, and a Hessian that is silently wrong is worse than none.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { ConfigurationError } from '../errors.ts';

type Tfjs = typeof tfjs;

const CHECKED = [
  ...(['add', 'sub', 'mul', 'div', 'neg', 'square', 'sqrt', 'exp', 'log', 'log1p', 'pow'] as const),
  ...(['tanh', 'sigmoid', 'softplus', 'relu', 'sin', 'cos', 'maximum', 'minimum'] as const),
  ...(['matMul', 'conv2d', 'avgPool', 'sum', 'mean', 'logSoftmax'] as const),
  ...(['reshape', 'transpose', 'slice', 'split', 'concat', 'pad', 'expandDims', 'squeeze', 'gather'] as const),
  ...(['scalar', 'ones', 'zeros', 'onesLike', 'zerosLike'] as const),
] as const;

/** The checked ops by their tfjs names, and `maxPool` of this project's own. */
export type Ops = Pick<Tfjs, (typeof CHECKED)[number]> & {
  /**
   * Max pooling over non-overlapping square windows, `valid` padding: an edge that does not fill a window is cut off.
   * In a tie the gradient goes to the element that comes first. Written with `maximum` over slices, because the
   * gradient of tfjs's own pooling has no gradient.
   *
   * @param x [batch, height, width, channels]
   * @param size side and stride of the window
   */
  maxPool(x: tfjs.Tensor, size: number): tfjs.Tensor;
};

/** Names of all checked ops, for the tests and the documentation. */
export const checkedOps: readonly string[] = [...CHECKED, 'maxPool'];

/**
 * The checked ops of a repaired tfjs.
 *
 * @throws ConfigurationError when a model uses another op of tfjs, naming it
 */
export function checkedOpsOf(tf: Tfjs): Ops {
  const library = tf as unknown as Record<string, unknown>;
  const ops: Record<string, unknown> = { maxPool: (x: tfjs.Tensor, size: number) => maxPool(tf, x, size) };
  for (const name of CHECKED) ops[name] = library[name];
  return new Proxy(ops, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return target[name as string];
      if (typeof library[name] === 'function')
        throw new ConfigurationError(
          `op ${name} has no checked second derivative, so that the Hessian would be wrong: use one of ${checkedOps.join(', ')}`,
        );
      return undefined;
    },
  }) as unknown as Ops;
}

function maxPool(tf: Tfjs, x: tfjs.Tensor, size: number): tfjs.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const rows = Math.floor(height / size);
  const columns = Math.floor(width / size);
  const whole =
    rows * size === height && columns * size === width
      ? x
      : tf.slice(x, [0, 0, 0, 0], [batch, rows * size, columns * size, channels]);
  // A window's rows, then its columns: each is one axis of a rank-3 view, the rank for which slices have gradients.
  const overRows = largestAlongMiddle(tf, whole, batch * rows, size, columns * size * channels);
  const overColumns = largestAlongMiddle(tf, overRows, batch * rows * columns, size, channels);
  return tf.reshape(overColumns, [batch, rows, columns, channels]);
}

function largestAlongMiddle(tf: Tfjs, x: tfjs.Tensor, outer: number, size: number, inner: number): tfjs.Tensor {
  const parts = tf.split(tf.reshape(x, [outer, size, inner]), size, 1);
  return parts.reduce((largest, part) => tf.maximum(largest, part));
}
