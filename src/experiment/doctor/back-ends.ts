/** Every back end, tried with a real Hessian product: held against finite differences, and timed. */
import { openHessian } from '../../hessian/hessian.ts';
import { openFullBatch } from '../../models/full-batch.ts';
import { lossFor } from '../../models/losses.ts';
import { mlp } from '../../models/mlp.ts';
import { initialWeights } from '../../models/model.ts';
import { defineProblem, type Samples } from '../../models/problem.ts';
import { randomStream } from '../../random.ts';
import { median } from '../../statistics/median.ts';
import { type Backend, openBackend } from '../../tensor/backend.ts';
import type { BackendName } from '../../tensor/types.ts';

/** How a back end did. */
export interface BackendFinding {
  readonly name: BackendName;
  readonly works: boolean;
  /** What it calls itself, or why it does not work. */
  readonly says: string;
  /** Largest error of a Hessian product against finite differences, in units of the product. */
  readonly productError: number | null;
  /** Median time of a product of a network of 43 weights on 32 samples: what a call costs at least. */
  readonly productMilliseconds: number | null;
}

/** Central differences of a float32 gradient are no better than this. */
const ERROR_LIMIT = 1e-2;
const STEP = 1e-2;
const TIMED_PRODUCTS = 15;

/** Opens a back end and tries it. */
export async function tryBackend(name: BackendName, threads: number): Promise<BackendFinding> {
  try {
    const backend = openBackend({ name, precision: 'float32', threads });
    const { error, milliseconds } = await tryProduct(backend);
    const works = error < ERROR_LIMIT;
    const says = works ? backend.version : `${backend.version}: wrong derivatives`;
    return { name, works, says, productError: error, productMilliseconds: milliseconds };
  } catch (error) {
    return { name, works: false, says: (error as Error).message, productError: null, productMilliseconds: null };
  }
}

async function tryProduct(backend: Backend): Promise<{ error: number; milliseconds: number }> {
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
  const hessian = openHessian(problem, data);
  const operator = hessian.at(theta);
  const full = openFullBatch(problem, data);
  const product = await operator.apply(direction);
  const gradientAt = async (step: number) =>
    (await full.valueAndGradient(theta.map((value, i) => value + step * direction[i]))).gradient;
  const ahead = await gradientAt(STEP);
  const behind = await gradientAt(-STEP);
  let error = 0;
  let scale = 0;
  for (let i = 0; i < theta.length; i++) {
    error = Math.max(error, Math.abs((ahead[i] - behind[i]) / (2 * STEP) - product[i]));
    scale = Math.max(scale, Math.abs(product[i]));
  }
  const times: number[] = [];
  while (times.length < TIMED_PRODUCTS) {
    const start = performance.now();
    await operator.apply(direction);
    times.push(performance.now() - start);
  }
  for (const thing of [operator, hessian, full]) thing.dispose();
  return { error: error / scale, milliseconds: median(times) };
}
