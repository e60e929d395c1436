/** What a Hessian product of a network takes: the piece of work that a run repeats most. */
import { Disposables } from '../../disposables.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { lenet } from '../../models/lenet.ts';
import { lossFor } from '../../models/losses.ts';
import { initialWeights } from '../../models/model.ts';
import { defineProblem, type Problem, type Samples } from '../../models/problem.ts';
import { randomStream, type RandomStream } from '../../random.ts';
import type { Backend } from '../../tensor/backend.ts';
import { sizeOf } from '../../tensor/types.ts';
import { suggestChoices } from '../choices.ts';
import type { Experiment } from '../schema.ts';
import { affordableSamples, chosenSamples, openWorkbench, startingPoint } from '../workbench.ts';
import { medianMilliseconds } from './median-time.ts';

/** A product that was timed. */
export interface TimedProduct {
  /** d. */
  readonly weights: number;
  readonly samples: number;
  readonly milliseconds: number;
}

const LENET = { inputShape: [32, 32, 3], outputs: 10 } as const;
const LENET_SAMPLES = 1000;
/** On the processor in the place of a device. */
const LENET_SLOW_SAMPLES = 20;

/** On images of noise: what they show does not change what a product takes. */
export async function timeLenet(backend: Backend, isSlow: boolean): Promise<TimedProduct> {
  const { inputShape, outputs } = LENET;
  const samples = isSlow ? LENET_SLOW_SAMPLES : LENET_SAMPLES;
  const model = lenet(inputShape, outputs, { padding: 'valid', activation: 'tanh', pooling: 'average' });
  const loss = lossFor('cross-entropy', 'classes');
  const problem = defineProblem({ backend, model, loss, inputShape, outputs, weightDecay: 0 });
  const random = randomStream(1, 'doctor/lenet');
  const data: Samples = {
    x: new Float32Array(samples * sizeOf(inputShape)).map(() => random.normal()),
    y: new Float32Array(samples * outputs).map((_, at) =>
      at % outputs === Math.floor(at / outputs) % outputs ? 1 : 0,
    ),
    samples,
  };
  return await timeProduct(problem, data, initialWeights(model, 'tanh', random), random);
}

/** So many layer outputs a native product takes about a quarter of a second for: 1,200 samples of LeNet. */
const AFFORDABLE_UNITS = 1e7;
/** Where a product is tens to hundreds of times slower. */
const AFFORDABLE_SLOW_UNITS = 1e5;

/**
 * On some of an experiment's own samples, at the weights where it begins.
 *
 * @param wanted how many samples; null: as many as the back end affords
 * @throws as `openWorkbench`
 */
export async function timeExperiment(
  experiment: Experiment,
  wanted: number | null,
  isSlow: boolean,
): Promise<TimedProduct> {
  const bench = await openWorkbench(experiment, suggestChoices(experiment), { warn: () => {} });
  const count = wanted ?? affordableSamples(bench, isSlow ? AFFORDABLE_SLOW_UNITS : AFFORDABLE_UNITS);
  const samples = chosenSamples(bench, experiment.seed, { count, purpose: 'back-ends/samples' });
  const { theta } = startingPoint(experiment, bench);
  const random = randomStream(experiment.seed, 'back-ends/direction');
  return await timeProduct(bench.problem, samples, theta, random, bench.savedBytes);
}

async function timeProduct(
  problem: Problem,
  samples: Samples,
  theta: Float64Array,
  random: RandomStream,
  savedBytes?: number,
): Promise<TimedProduct> {
  const direction = theta.map(() => random.normal());
  const held = new Disposables();
  try {
    const operator = held.add(held.add(openHessian(problem, samples, savedBytes)).at(theta));
    // The first one compiles.
    await operator.apply(direction);
    const milliseconds = await medianMilliseconds(() => operator.apply(direction));
    return { weights: problem.size, samples: samples.samples, milliseconds };
  } finally {
    held.dispose();
  }
}
