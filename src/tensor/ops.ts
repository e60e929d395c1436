/**
 * The ops that models are written in: tfjs with exact second derivatives. Every op listed here is tested against finite
 * differences of the gradient; any other op of tfjs throws by name, because its second derivative is wrong, missing or
 * unchecked, and a Hessian that is silently wrong is worse than none.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../errors.ts';
import { listenerOn } from './overhear.ts';
import { averagePool, maxPool } from './pooling.ts';

type Tfjs = typeof tfjs;

const CHECKED = [
  ...(['add', 'sub', 'mul', 'div', 'neg', 'square', 'sqrt', 'exp', 'log', 'log1p', 'pow'] as const),
  ...(['tanh', 'sigmoid', 'softplus', 'relu', 'sin', 'cos', 'maximum', 'minimum'] as const),
  ...(['matMul', 'conv2d', 'avgPool', 'sum', 'mean', 'logSoftmax'] as const),
  ...(['reshape', 'transpose', 'slice', 'split', 'concat', 'pad', 'expandDims', 'squeeze', 'gather'] as const),
  ...(['scalar', 'tensor', 'ones', 'zeros', 'onesLike', 'zerosLike'] as const),
] as const;

/**
 * The checked ops by their tfjs names and with their parameters, and `maxPool` of this project's own. `conv2d` takes
 * images [batch, height, width, channels]; it and `avgPool` take padding `valid` or `same`. Constants that `tensor` and
 * `scalar` make are float32 numbers at either precision.
 */
export type Ops = Pick<Tfjs, (typeof CHECKED)[number]> & {
  /**
   * Max pooling over non-overlapping square windows, `valid` padding: an edge that does not fill a window is cut off.
   * In a tie the gradient goes to the leftmost of the largest elements, and of these to the topmost. Written with
   * `maximum` over slices, because the gradient of tfjs's own pooling has no gradient.
   *
   * @param x [batch, height, width, channels]
   * @param size side and stride of the window
   */
  maxPool(x: tfjs.Tensor, size: number): tfjs.Tensor;
};

/** Names of all checked ops, for the tests and the documentation. */
export const checkedOps: readonly string[] = [...CHECKED, 'maxPool'];

/** Under it the ops keep what {@link throughOpsAlone} does; it passes unchanged through whatever wraps them. */
const ALONE = Symbol('through these ops alone');

/**
 * Runs a function that may compute by these ops alone.
 *
 * @throws ConfigurationError where it runs anything else of tfjs, also as a method of a tensor or from another import, naming it
 */
export function throughOpsAlone<Result>(ops: Ops, run: () => Result): Result {
  return (ops as unknown as Record<typeof ALONE, (run: () => Result) => Result>)[ALONE](run);
}

/**
 * The checked ops of a repaired tfjs.
 *
 * @throws ConfigurationError when a model uses another op of tfjs, naming it
 */
export function checkedOpsOf(tf: Tfjs): Ops {
  const library = tf as unknown as Record<string, unknown>;
  const { own, listen } = listenerOn(tf);
  const ours: Record<string, unknown> = {
    maxPool: (x: tfjs.Tensor, size: number) => maxPool(tf, x, size),
    avgPool: (...parameters: Parameters<Tfjs['avgPool']>) => averagePool(tf, ...parameters),
    split: (x: tfjs.Tensor, parts: number | number[], axis?: number) => split(tf, x, parts, axis),
  };
  const ops: Record<string | symbol, unknown> = Object.fromEntries(
    checkedOps.map((name) => [name, own((ours[name] ?? library[name]) as (...given: unknown[]) => unknown)]),
  );
  ops[ALONE] = (run: () => unknown) => listen(run, refuseForeign);
  return new Proxy(ops, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return target[name];
      if (typeof library[name] === 'function') throw new ConfigurationError(unchecked(name));
      return undefined;
    },
  }) as unknown as Ops;
}

const unchecked = (name: string): string =>
  `op ${name} has no checked second derivative, so that the Hessian would be wrong: use one of ${checkedOps.join(', ')}`;

function refuseForeign(name: string): void {
  if (!checkedOps.includes(name)) throw new ConfigurationError(unchecked(name));
  throw new ConfigurationError(
    `op ${name} is called past the ops that are given, as a method of a tensor or from another import, where its derivatives are not the checked ones: write ops.${name}(x) and not x.${name}()`,
  );
}

/** tfjs's own has no gradient for a single part. */
function split(tf: Tfjs, x: tfjs.Tensor, parts: number | number[], axis?: number): tfjs.Tensor[] {
  const single = parts === 1 || (Array.isArray(parts) && parts.length === 1);
  return single ? [tf.reshape(x, x.shape)] : tf.split(x, parts, axis);
}
