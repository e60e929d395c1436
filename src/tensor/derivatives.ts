/**
 * First and second derivatives as functions of tensors, to be compiled. Parameters are one flat vector [d].
 * All are exact; they rest on the repair in second-order.ts.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor } from './types.ts';

type Tfjs = typeof tfjs;

/** Derivatives of functions that are written in the ops of one tfjs. */
export interface Derivatives {
  /** The gradient [d] of a scalar function at `parameters` [d]. */
  gradient(scalar: (parameters: Tensor) => Tensor, parameters: Tensor): Tensor;
  /** Value [] and gradient [d] of a scalar function. */
  valueAndGradient(scalar: (parameters: Tensor) => Tensor, parameters: Tensor): [Tensor, Tensor];
  /** The Hessian of a scalar function times a vector, the gradient of ⟨∇f, vector⟩; [d] each. */
  hessianProduct(scalar: (parameters: Tensor) => Tensor, parameters: Tensor, vector: Tensor): Tensor;
  /**
   * Directional derivatives [n] of a function with values [n] along `vector` [d]. Reverse mode twice: the transposed
   * Jacobian times u is linear in u, and its derivative with respect to u along `vector` is the Jacobian times `vector`.
   */
  directional(values: (parameters: Tensor) => Tensor, parameters: Tensor, vector: Tensor): Tensor;
}

/** The derivatives of one tfjs, whose second order must have been repaired. */
export function derivativesOf(tf: Tfjs): Derivatives {
  const gradient: Derivatives['gradient'] = (scalar, parameters) => tf.grad((p) => scalar(p))(parameters);
  return {
    gradient,
    valueAndGradient(scalar, parameters) {
      const { value, grad } = tf.valueAndGrad((p: Tensor) => scalar(p) as tfjs.Scalar)(parameters);
      return [value, grad];
    },
    hessianProduct: (scalar, parameters, vector) =>
      tf.grad((p) => tf.sum(tf.mul(gradient(scalar, p), vector)))(parameters),
    directional(values, parameters, vector) {
      const transposed = (u: Tensor) => tf.grad((p) => values(p))(parameters, u);
      const size = values(parameters).shape;
      return tf.grad((u) => tf.sum(tf.mul(transposed(u), vector)))(tf.zeros(size));
    },
  };
}
