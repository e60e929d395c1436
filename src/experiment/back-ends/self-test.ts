/** A back end's Hessian product held against finite differences, and what a call of it costs. */
import { Disposables } from '../../disposables.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { openFullBatch } from '../../models/full-batch.ts';
import { lossFor } from '../../models/losses.ts';
import { mlp } from '../../models/mlp.ts';
import { initialWeights } from '../../models/model.ts';
import { defineProblem, type Samples } from '../../models/problem.ts';
import { randomStream } from '../../random.ts';
import type { Backend } from '../../tensor/backend.ts';
import { medianMilliseconds } from './median-time.ts';

/** How the product of a network of 43 weights on 32 samples was. */
interface SelfTest {
  /** Largest error against finite differences, in units of the product. */
  readonly error: number;
  readonly passed: boolean;
}

/** A self-test, and how long a product took. */
interface TimedSelfTest extends SelfTest {
  /** Median time of a product: what a call costs at least. */
  readonly milliseconds: number;
}

/** Central differences of a float32 gradient are no better than this. */
const ERROR_LIMIT = 1e-2;
const STEP = 1e-2;
const TIMED_PRODUCTS = 15;

/** Tries a back end. */
export const selfTest = (backend: Backend): Promise<SelfTest> => withProduct(backend, async () => ({}));

/** Tries a back end, and times it. */
export const timedSelfTest = (backend: Backend): Promise<TimedSelfTest> =>
  withProduct(backend, async (product) => ({
    milliseconds: await medianMilliseconds(product, { most: TIMED_PRODUCTS }),
  }));

/** @param more what else is done with the product */
async function withProduct<T extends object>(
  backend: Backend,
  more: (product: () => Promise<unknown>) => Promise<T>,
): Promise<SelfTest & T> {
  const random = randomStream(1, 'doctor');
  const model = mlp([4], 3, { hidden: [5], activation: 'tanh' });
  const loss = lossFor('cross-entropy', 'classes');
  const problem = defineProblem({ backend, model, loss, inputShape: [4], outputs: 3, weightDecay: 0 });
  const samples = 32;
  const data: Samples = {
    x: new Float32Array(samples * 4).map(() => random.normal()),
    y: new Float32Array(samples * 3).map((_, at) => (at % 3 === Math.floor(at / 3) % 3 ? 1 : 0)),
    samples,
  };
  const theta = initialWeights(model, 'tanh', random);
  const direction = theta.map(() => random.normal());
  const held = new Disposables();
  try {
    const operator = held.add(held.add(openHessian(problem, data)).at(theta));
    const full = held.add(openFullBatch(problem, data));
    const product = await operator.apply(direction);
    const gradientAt = async (step: number) =>
      (await full.valueAndGradient(theta.map((value, i) => value + step * direction[i]))).gradient;
    const ahead = await gradientAt(STEP);
    const behind = await gradientAt(-STEP);
    const differences = ahead.map((value, i) => (value - behind[i]) / (2 * STEP));
    const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const error = largest(product.map((value, i) => value - differences[i])) / largest(differences);
    return { error, passed: error < ERROR_LIMIT, ...(await more(() => operator.apply(direction))) };
  } finally {
    held.dispose();
  }
}
