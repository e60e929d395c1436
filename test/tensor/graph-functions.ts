/** Functions that the tests of compiled graphs share: one small network's loss, gradient and Hessian product. */
import { randomStream } from '../../src/random.ts';
import type { Backend } from '../../src/tensor/backend.ts';
import { real, type Spec, type Tensor, type TensorFunction } from '../../src/tensor/types.ts';

export const PARAMETERS = 3 * 4 + 4 + 4 * 2 + 2;
export const SAMPLES = 6;

/** Shapes of (θ, x, y). */
export const networkSpecs: readonly Spec[] = [real(PARAMETERS), real(SAMPLES, 3), real(SAMPLES, 2)];

function loss({ ops }: Backend, flat: Tensor, x: Tensor, y: Tensor): Tensor {
  const [w1, b1, w2, b2] = ops.split(flat, [12, 4, 8, 2]);
  const hidden = ops.tanh(ops.add(ops.matMul(x as never, ops.reshape(w1, [3, 4])), b1));
  const outputs = ops.add(ops.matMul(hidden as never, ops.reshape(w2, [4, 2])), b2);
  return ops.neg(ops.sum(ops.mul(y, ops.logSoftmax(outputs))));
}

/** (θ, x, y) → loss, its gradient. */
export const lossAndGradient =
  (backend: Backend): TensorFunction =>
  (flat, x, y) =>
    backend.derivatives.valueAndGradient((p) => loss(backend, p, x, y), flat);

/** (θ, x, y, v) → Hessian of the loss times v. */
export const hessianProduct =
  (backend: Backend): TensorFunction =>
  (flat, x, y, v) => [backend.derivatives.hessianProduct((p) => loss(backend, p, x, y), flat, v)];

export function normals(count: number, purpose: string): Float32Array {
  const random = randomStream(3, purpose);
  return Float32Array.from({ length: count }, () => random.normal());
}

/** One θ, x and y. */
export const networkValues = (purpose: string): [Float32Array, Float32Array, Float32Array] => [
  normals(PARAMETERS, `${purpose}/theta`),
  normals(SAMPLES * 3, `${purpose}/x`),
  Float32Array.from({ length: SAMPLES * 2 }, (_, i) => ((i >> 1) % 2 === i % 2 ? 1 : 0)),
];

/** The largest difference between two lists of results, over the largest number among them. */
export function relativeDistance(given: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  let largest = 0;
  let apart = given.length === expected.length ? 0 : Infinity;
  expected.forEach((list, output) => {
    if (given[output]?.length !== list.length) apart = Infinity;
    for (let i = 0; i < list.length; i++) {
      largest = Math.max(largest, Math.abs(list[i]));
      const distance = Math.abs(given[output]?.[i] - list[i]);
      apart = Math.max(apart, Number.isNaN(distance) ? Infinity : distance);
    }
  });
  return apart / largest;
}
