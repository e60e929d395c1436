/** What is computed on every back end, and held against float64: of networks few samples, because webgpu may be software. */
import { openHessian } from '../../src/hessian/hessian.ts';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { basisOn } from '../../src/hessian/native-basis.ts';
import { lenet } from '../../src/models/lenet.ts';
import { lossFor } from '../../src/models/losses.ts';
import { mlp } from '../../src/models/mlp.ts';
import {
  defineProblem,
  directionalDerivatives,
  lossAndGradient,
  type Problem,
  type Samples,
  specs,
} from '../../src/models/problem.ts';
import { randomStream } from '../../src/random.ts';
import { openHeavyBall } from '../../src/sgd/heavy-ball.ts';
import { atRest } from '../../src/sgd/motion.ts';
import type { Backend } from '../../src/tensor/backend.ts';
import { openProjection } from '../../src/tensor/projection.ts';
import { real, type Reals, sizeOf } from '../../src/tensor/types.ts';

export const KINDS = ['mlp', 'lenet, mean pooling', 'lenet, max pooling'] as const;
export type Kind = (typeof KINDS)[number];

/** Results of one piece of work, by the work's name. */
export type Works = Readonly<Record<string, readonly ArrayLike<number>[]>>;

export const EIGENPAIRS = 6;
const SAMPLES = 12;

export const normals = (count: number, purpose: string, scale = 1): Float32Array => {
  const random = randomStream(2, purpose);
  return Float32Array.from({ length: count }, () => scale * random.normal());
};

interface Network {
  readonly on: (backend: Backend) => Problem;
  readonly samples: Samples;
  readonly theta: Float32Array;
}

function network(kind: Kind): Network {
  const inputShape = kind === 'mlp' ? [20] : [16, 16, 3];
  const outputs = kind === 'mlp' ? 2 : 4;
  const model =
    kind === 'mlp'
      ? mlp(inputShape, outputs, { hidden: [40], activation: 'tanh' })
      : kind === 'lenet, mean pooling'
        ? lenet(inputShape, outputs, { padding: 'valid', activation: 'tanh', pooling: 'average' })
        : lenet(inputShape, outputs, { padding: 'same', activation: 'softplus', pooling: 'max' });
  const loss = kind === 'mlp' ? lossFor('half-mean-squared-error', 'regression') : lossFor('cross-entropy', 'classes');
  const y = new Float32Array(SAMPLES * outputs);
  for (let sample = 0; sample < SAMPLES; sample++) y[sample * outputs + (sample % outputs)] = 1;
  const theta = model.shapes.flatMap(({ name, shape }) => [
    ...normals(sizeOf(shape), name, 1 / Math.sqrt(sizeOf(shape) / shape.at(-1)!)),
  ]);
  return {
    on: (backend) => defineProblem({ backend, model, loss, inputShape, outputs, weightDecay: 1e-3 }),
    samples: { x: normals(SAMPLES * sizeOf(inputShape), `${kind}/x`), y, samples: SAMPLES },
    theta: Float32Array.from(theta),
  };
}

/** Pieces of work of one network. */
export const OF_NETWORKS = {
  /** Loss, gradient, and derivatives of each sample. */
  async derivatives(backend: Backend, kind: Kind): Promise<Reals[]> {
    const { on, samples, theta } = network(kind);
    const problem = on(backend);
    const shapes = specs(problem, SAMPLES);
    const gradient = backend.compile(lossAndGradient(problem), shapes);
    const along = backend.compile(directionalDerivatives(problem), [...shapes, real(theta.length)]);
    const given = [theta, samples.x, samples.y];
    const vector = normals(theta.length, `${kind}/vector`);
    const results = [...(await gradient.run(...given)), ...(await along.run(...given, vector))];
    gradient.dispose();
    along.dispose();
    return results;
  },

  async products(backend: Backend, kind: Kind): Promise<Reals[]> {
    const { on, samples, theta } = network(kind);
    const family = openHessian(on(backend), samples);
    const hessian = family.at(theta);
    const product = await hessian.apply(Float64Array.from(normals(theta.length, `${kind}/vector`)));
    hessian.dispose();
    family.dispose();
    return [product];
  },

  /** Leading eigenvalues, all of them converged; of the small network only. */
  async eigenvalues(backend: Backend, kind: Kind): Promise<Reals[]> {
    if (kind !== 'mlp') return [];
    const { on, samples, theta } = network(kind);
    const family = openHessian(on(backend), samples);
    const hessian = family.at(theta);
    const found = await lanczos(hessian, { eigenpairs: EIGENPAIRS, openBasis: basisOn(backend) });
    hessian.dispose();
    family.dispose();
    return [found.eigenvalues.subarray(0, found.converged)];
  },

  /** Losses, weights and velocities of some updates. */
  async updates(backend: Backend, kind: Kind): Promise<Reals[]> {
    const { on, samples, theta } = network(kind);
    const batches = Int32Array.from({ length: 3 * 4 }, (_, i) => (5 * i) % SAMPLES);
    const optimiser = openHeavyBall(on(backend), samples, 4, 0.9);
    const motion = optimiser.begin(atRest(theta, backend.precision));
    const { losses, theta: path, velocity } = await motion.record(batches, 0.05);
    motion.dispose();
    optimiser.dispose();
    return [losses, path, velocity];
  },
};

/** Rows on directions. */
export async function projections(backend: Backend): Promise<Reals[]> {
  const [k, d, count] = [30, 5000, 7];
  const projection = openProjection(backend, normals(k * d, 'directions', 1 / Math.sqrt(d)), k, d);
  const along = await projection.project(normals(count * d, 'rows'), count);
  projection.dispose();
  return [along];
}

/** All of it. */
export async function everyWork(backend: Backend): Promise<Works> {
  const works: Record<string, Reals[]> = { projections: await projections(backend) };
  for (const kind of KINDS)
    for (const [name, work] of Object.entries(OF_NETWORKS)) works[`${name}/${kind}`] = await work(backend, kind);
  return works;
}
