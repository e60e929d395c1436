/**
 * A model, a loss and a back end: the functions of (parameters, inputs, targets) that training, Hessian and noise
 * compile. All are sums over samples of the loss without L2, which its users add exactly in float64.
 */
import type { Backend } from '../tensor/backend.ts';
import { real, type Shape, type Spec, type Tensor, type TensorFunction } from '../tensor/types.ts';
import type { Loss } from './losses.ts';
import { type Model, parameterCount, split } from './model.ts';

/** Samples as typed arrays: x [samples, ...inputShape], y [samples, outputs]. */
export interface Samples {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly samples: number;
}

export interface Problem {
  readonly backend: Backend;
  readonly model: Model;
  readonly loss: Loss;
  readonly inputShape: Shape;
  readonly outputs: number;
  /** Number of parameters d. */
  readonly size: number;
  /** L2: the objective holds (weightDecay/2)·‖θ‖². */
  readonly weightDecay: number;
}

export function defineProblem(parts: Omit<Problem, 'size'>): Problem {
  return { ...parts, size: parameterCount(parts.model) };
}

/** The same problem on another back end, e.g. at float64. */
export const onBackend = (problem: Problem, backend: Backend): Problem => ({ ...problem, backend });

/** Shapes of (θ, x, y) for a number of samples. */
export function specs({ size, inputShape, outputs }: Problem, samples: number): [Spec, Spec, Spec] {
  return [real(size), real(samples, ...inputShape), real(samples, outputs)];
}

function perSample({ backend: { ops }, model, loss }: Problem, flat: Tensor, x: Tensor, y: Tensor): Tensor {
  return loss.perSample(ops, model.forward(ops, split(ops, model, flat), x), y);
}

/** (θ, x, y) → sum of the losses [], and the outputs [n, outputs]. */
export const lossAndOutputs =
  (problem: Problem): TensorFunction =>
  (flat, x, y) => {
    const { ops } = problem.backend;
    const outputs = problem.model.forward(ops, split(ops, problem.model, flat), x);
    return [ops.sum(problem.loss.perSample(ops, outputs, y)), outputs];
  };

/** (θ, x, y) → the losses [n]. */
export const sampleLosses =
  (problem: Problem): TensorFunction =>
  (flat, x, y) => [perSample(problem, flat, x, y)];

/** (θ, x, y) → sum of the losses [] and its gradient [d]. */
export const lossAndGradient =
  (problem: Problem): TensorFunction =>
  (flat, x, y) =>
    problem.backend.derivatives.valueAndGradient((p) => problem.backend.ops.sum(perSample(problem, p, x, y)), flat);

/** (X, Y, θ, indices) → mean loss [] and its gradient [d] over the samples of one batch. */
export const batchLossAndGradient =
  (problem: Problem): TensorFunction =>
  (allX, allY, flat, indices) => {
    const { ops, derivatives } = problem.backend;
    const x = ops.gather(allX, indices as never);
    const y = ops.gather(allY, indices as never);
    return derivatives.valueAndGradient((p) => ops.mean(perSample(problem, p, x, y)), flat);
  };

/** (θ, x, y, v) → the Hessian of the summed loss times v [d]. */
export const hessianProduct =
  (problem: Problem): TensorFunction =>
  (flat, x, y, vector) => [
    problem.backend.derivatives.hessianProduct(
      (p) => problem.backend.ops.sum(perSample(problem, p, x, y)),
      flat,
      vector,
    ),
  ];

/** (θ, x, y, e) → the derivative of each sample's loss along e [n]. */
export const directionalDerivatives =
  (problem: Problem): TensorFunction =>
  (flat, x, y, direction) => [
    problem.backend.derivatives.directional((p) => perSample(problem, p, x, y), flat, direction),
  ];
