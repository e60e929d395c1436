/**
 * A model, a loss and a back end: the functions of (parameters, inputs, targets) that training, Hessian and noise
 * compile. All are sums over samples of the loss without L2, which its users add exactly in float64.
 */
import type { Backend } from '../tensor/backend.ts';
import { inLanes, type Join, mostLanes } from '../tensor/lanes.ts';
import { real, type Shape, type Spec, type Tensor, type TensorFunction } from '../tensor/types.ts';
import type { Loss } from './losses.ts';
import { type Model, parameterCount, split } from './model.ts';

/** Samples as typed arrays: x [samples, ...inputShape], y [samples, outputs]. */
export interface Samples {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly samples: number;
}

/** What is minimised, and where it is computed. */
export interface Problem {
  readonly backend: Backend;
  readonly model: Model;
  readonly loss: Loss;
  /** Of one sample. */
  readonly inputShape: Shape;
  /** Numbers that the model gives for a sample. */
  readonly outputs: number;
  /** Number of parameters d. */
  readonly size: number;
  /** L2: the objective holds (weightDecay/2)·‖θ‖². */
  readonly weightDecay: number;
}

/** A problem of parts that go together: the model takes inputShape and gives as many outputs as the loss is told of. */
export function defineProblem(parts: Omit<Problem, 'size'>): Problem {
  return { ...parts, size: parameterCount(parts.model) };
}

/** The same problem on another back end, e.g. at float64. */
export const onBackend = (problem: Problem, backend: Backend): Problem => ({ ...problem, backend });

/** Shapes of (θ, x, y) for a number of samples. */
export function specs({ size, inputShape, outputs }: Problem, samples: number): [Spec, Spec, Spec] {
  return [real(size), real(samples, ...inputShape), real(samples, outputs)];
}

/** A lane of fewer layer outputs over its samples, or of fewer samples, costs more than it gives. */
const FEWEST_UNITS = 100_000;
const FEWEST_SAMPLES = 25;

/** The lanes in which a graph handles so many samples; one where these must stay together. */
export function lanesFor({ backend, model }: Pick<Problem, 'backend' | 'model'>, samples: number): number {
  if (model.couplesSamples) return 1;
  const paying = Math.min((samples * model.unitsPerSample) / FEWEST_UNITS, samples / FEWEST_SAMPLES);
  return Math.max(1, Math.min(mostLanes(backend), Math.floor(paying)));
}

function perSample({ backend: { ops }, model, loss }: Problem, flat: Tensor, x: Tensor, y: Tensor): Tensor {
  return loss.perSample(ops, model.forward(ops, split(ops, model, flat), x), y);
}

/** A function of samples, in lanes. */
function overSamples(problem: Problem, rows: Tensor[], join: Join[], fn: (...rows: Tensor[]) => Tensor[]): Tensor[] {
  return inLanes(problem.backend.ops, lanesFor(problem, rows[0].shape[0]), rows, fn, join);
}

/** (θ, x, y) → sum of the losses [], and the outputs [n, outputs]. */
export const lossAndOutputs =
  (problem: Problem): TensorFunction =>
  (flat, allX, allY) =>
    overSamples(problem, [allX, allY], ['sum', 'rows'], (x, y) => {
      const { ops } = problem.backend;
      const outputs = problem.model.forward(ops, split(ops, problem.model, flat), x);
      return [ops.sum(problem.loss.perSample(ops, outputs, y)), outputs];
    });

/** (θ, x, y) → the losses [n]. */
export const sampleLosses =
  (problem: Problem): TensorFunction =>
  (flat, allX, allY) =>
    overSamples(problem, [allX, allY], ['rows'], (x, y) => [perSample(problem, flat, x, y)]);

/** (θ, x, y) → sum of the losses [] and its gradient [d]. */
export const lossAndGradient =
  (problem: Problem): TensorFunction =>
  (flat, allX, allY) =>
    overSamples(problem, [allX, allY], ['sum', 'sum'], (x, y) =>
      problem.backend.derivatives.valueAndGradient((p) => problem.backend.ops.sum(perSample(problem, p, x, y)), flat),
    );

/** (X, Y, θ, indices) → mean loss [] and its gradient [d] over the samples of one batch. */
export const batchLossAndGradient =
  (problem: Problem): TensorFunction =>
  (allX, allY, flat, indices) => {
    const { ops, derivatives } = problem.backend;
    // A whole number, which is the same in both precisions.
    const size = ops.scalar(indices.shape[0]);
    const mean = (p: Tensor, x: Tensor, y: Tensor) => ops.div(ops.sum(perSample(problem, p, x, y)), size);
    return overSamples(problem, [indices], ['sum', 'sum'], (chosen) => {
      const x = ops.gather(allX, chosen as never);
      const y = ops.gather(allY, chosen as never);
      return derivatives.valueAndGradient((p) => mean(p, x, y), flat);
    });
  };

/** (θ, x, y, v) → the Hessian of the summed loss times v [d]. */
export const hessianProduct =
  (problem: Problem): TensorFunction =>
  (flat, allX, allY, vector) =>
    overSamples(problem, [allX, allY], ['sum'], (x, y) => [
      problem.backend.derivatives.hessianProduct(
        (p) => problem.backend.ops.sum(perSample(problem, p, x, y)),
        flat,
        vector,
      ),
    ]);

/** (θ, x, y, e) → the derivative of each sample's loss along e [n]. */
export const directionalDerivatives =
  (problem: Problem): TensorFunction =>
  (flat, allX, allY, direction) =>
    overSamples(problem, [allX, allY], ['rows'], (x, y) => [
      problem.backend.derivatives.directional((p) => perSample(problem, p, x, y), flat, direction),
    ]);
