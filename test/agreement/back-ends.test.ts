/**
 * Every back end that is there against the tensorflow back end at float64: gradients, Hessian products, eigenvalues, updates,
 * the basis of Lanczos vectors, projections, and a whole experiment. Few samples, because webgpu may be software.
 */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openHessian } from '../src/hessian/hessian.ts';
import { lanczos } from '../src/hessian/lanczos.ts';
import { basisOn, NativeBasis } from '../src/hessian/native-basis.ts';
import { lenet } from '../src/models/lenet.ts';
import { lossFor } from '../src/models/losses.ts';
import { mlp } from '../src/models/mlp.ts';
import {
  defineProblem,
  directionalDerivatives,
  lossAndGradient,
  type Problem,
  type Samples,
  specs,
} from '../src/models/problem.ts';
import { randomStream } from '../src/random.ts';
import { openHeavyBall } from '../src/sgd/heavy-ball.ts';
import { atRest } from '../src/sgd/motion.ts';
import { type Backend, openBackend } from '../src/tensor/backend.ts';
import { openProjection } from '../src/tensor/projection.ts';
import { real, type Reals, sizeOf } from '../src/tensor/types.ts';
import { readCsv } from '../src/store/csv.ts';
import { heldOnDevice } from '../src/tensor/webgpu/open.ts';
import { numbers } from './experiment/run/reading.ts';
import { run } from './experiment/run/tiny.ts';
import { temporaryFolders } from './setup/temporary.ts';
import { openSoftware, skipped } from './tensor/webgpu/software.ts';

/** Another start than training: the minimum that another run has found. */
const weightsOf = (directory: string) => ({
  epochs: 0,
  weights: { path: join(directory, 'minimum.safetensors'), layout: 'epochnoise' },
});
const FROM_MINIMUM = {
  polish: { method: 'none' },
  model: { initialisation: { from: 'random' } },
  record: { burnInEpochs: 1, epochs: 3 },
  curvature: { snapshots: 16 },
};
/** λ× of the tiny experiment. */
const CROSSOVER = 0.75;

const folder = temporaryFolders();
let minimum: string;
let exactly: string;
beforeAll(async () => {
  [minimum, exactly] = ['minimum', 'float64'].map((name) => join(folder(), name));
  // Also where there is a GPU: it is what state in sessions is held against.
  vi.stubEnv('EPOCHNOISE_STATE_IN_SESSION', '0');
  await run(minimum, { precision: 'float64' }, 'train');
  await run(exactly, { ...FROM_MINIMUM, train: weightsOf(minimum), precision: 'float64' }, 'compare');
  vi.unstubAllEnvs();
});

/** How back ends are called here, why they are not there, and how they are opened. */
const BACK_ENDS: [title: string, skipped: string, open: () => Backend][] = [
  ['tensorflow', '', () => openNative(false)],
  // As on a GPU.
  ['tensorflow, state in the session', '', () => openNative(true)],
  ['webgpu', skipped, openSoftware],
  ['cpu', '', () => openBackend({ name: 'cpu', precision: 'float32', threads: 1 })],
];
const openNative = (stateInSession: boolean) =>
  openBackend({ name: 'tensorflow', precision: 'float32', threads: 1, stateInSession });
const double = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1, stateInSession: false });

const normals = (count: number, purpose: string, scale = 1): Float32Array => {
  const random = randomStream(2, purpose);
  return Float32Array.from({ length: count }, () => scale * random.normal());
};

/** Distance of two vectors over the length of the second. */
function apart(given: ArrayLike<number>, exact: ArrayLike<number>): number {
  if (given.length !== exact.length) return Infinity;
  let [distance, length] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    distance += (given[i] - exact[i]) ** 2;
    length += exact[i] ** 2;
  }
  return Math.sqrt(distance / length);
}

interface Network {
  readonly on: (backend: Backend) => Problem;
  readonly samples: Samples;
  readonly theta: Float32Array;
}

const SAMPLES = 12;

function network(kind: 'mlp' | 'lenet, mean pooling' | 'lenet, max pooling'): Network {
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

for (const [title, why, open] of BACK_ENDS)
  describe.skipIf(why)(`on ${title}${why}`, () => agreesWithFloat64(title, why ? double : open()));

function agreesWithFloat64(title: string, backend: Backend): void {
  const both = [backend, double];
  afterEach(() => {
    vi.unstubAllEnvs();
    expect(heldOnDevice()).toBe(0);
  });

  describe.each(['mlp', 'lenet, mean pooling', 'lenet, max pooling'] as const)('%s', (kind) => {
    const { on, samples, theta } = network(kind);
    const vector = normals(theta.length, `${kind}/vector`);

    it('has the loss, gradient, and derivatives of each sample of float64', async () => {
      const results: Reals[][] = [];
      for (const one of both) {
        const problem = on(one);
        const shapes = specs(problem, SAMPLES);
        const gradient = one.compile(lossAndGradient(problem), shapes);
        const along = one.compile(directionalDerivatives(problem), [...shapes, real(theta.length)]);
        const given = [theta, samples.x, samples.y];
        results.push([...(await gradient.run(...given)), ...(await along.run(...given, vector))]);
        gradient.dispose();
        along.dispose();
      }
      for (const [i, exact] of results[1].entries()) expect(apart(results[0][i], exact)).toBeLessThan(2e-6);
    });

    it('has the Hessian of float64', async () => {
      const products: Float64Array[] = [];
      for (const one of both) {
        const family = openHessian(on(one), samples);
        const hessian = family.at(theta);
        products.push(await hessian.apply(Float64Array.from(vector)));
        hessian.dispose();
        family.dispose();
      }
      expect(apart(products[0], products[1])).toBeLessThan(2e-6);
    });

    it.each(kind === 'mlp' ? [6] : [])('has the %d leading eigenvalues of float64', async (eigenpairs) => {
      const found: Float64Array[] = [];
      for (const one of both) {
        const family = openHessian(on(one), samples);
        const hessian = family.at(theta);
        const { eigenvalues, converged } = await lanczos(hessian, { eigenpairs, openBasis: basisOn(one) });
        expect(converged).toBe(eigenpairs);
        found.push(eigenvalues);
        hessian.dispose();
        family.dispose();
      }
      found[1].forEach((exact, i) => expect(Math.abs(found[0][i] - exact)).toBeLessThan(1e-5 * found[1][0]));
    });

    it('makes the updates of float64', async () => {
      const batches = Int32Array.from({ length: 3 * 4 }, (_, i) => (5 * i) % SAMPLES);
      const results: Reals[][] = [];
      for (const one of both) {
        const optimiser = openHeavyBall(on(one), samples, 4, 0.9);
        const motion = optimiser.begin(atRest(theta, one.precision));
        const { losses, theta: path, velocity } = await motion.record(batches, 0.05);
        results.push([losses, path, velocity]);
        motion.dispose();
        optimiser.dispose();
      }
      for (const [i, exact] of results[1].entries()) expect(apart(results[0][i], exact)).toBeLessThan(5e-6);
    });
  });

  it('a basis removes components to rounding', async () => {
    const [size, rows] = [1000, 20];
    const basis = new NativeBasis(backend, size, 'float32', 8);
    for (let row = 0; row < rows; row++) {
      const vector = Float64Array.from(normals(size, `basis/${row}`));
      for (const _ of [1, 2]) await basis.removeComponents(vector, new Float64Array(rows));
      const length = Math.hypot(...vector);
      basis.push(vector.map((value) => value / length));
    }
    const vector = Float64Array.from(normals(size, 'basis/vector'));
    const components = new Float64Array(rows);
    await basis.removeComponents(vector, components);
    const left = new Float64Array(rows);
    await basis.removeComponents(vector.slice(), left);
    expect(Math.max(...components.map(Math.abs))).toBeGreaterThan(0.5);
    expect(Math.max(...left.map(Math.abs))).toBeLessThan(1e-6 * Math.hypot(...vector));
    basis.dispose();
  });

  it('projects rows on directions as float64 does', async () => {
    const [k, d, count] = [30, 5000, 7];
    const [directions, rows] = [normals(k * d, 'directions', 1 / Math.sqrt(d)), normals(count * d, 'rows')];
    const results: Reals[] = [];
    for (const one of both) {
      const projection = openProjection(one, directions, k, d);
      results.push(await projection.project(rows, count));
      projection.dispose();
    }
    expect(apart(results[0], results[1])).toBeLessThan(1e-6);
  });

  it('measures in a whole experiment what float64 does, from the same weights with the same batches', async () => {
    const directory = join(folder(), title);
    vi.stubEnv('EPOCHNOISE_STATE_IN_SESSION', backend.stateInSession ? '1' : '0');
    await run(directory, { ...FROM_MINIMUM, train: weightsOf(minimum), backend: backend.name }, 'compare');
    expect(numbers(directory, 'batches', 'indices')).toEqual(numbers(exactly, 'batches', 'indices'));
    const [own, exact] = [directory, exactly].map((one) => readCsv(join(one, 'directions.csv')));
    const [eigenvalues, expected] = [own, exact].map((table) => table.numbers('eigenvalue'));
    expected.forEach((value, i) => expect(Math.abs(eigenvalues[i] - value)).toBeLessThan(1e-4 * expected[0]));
    const isStiff = (_: number, i: number) => expected[i] > 0.1 * CROSSOVER;
    for (const column of ['theta_variance', 'velocity_variance', 'noise_variance', 'theta_variance_sampler']) {
      const [mine, theirs] = [own, exact].map((table) => table.numbers(column).filter(isStiff));
      expect(mine.length).toBeGreaterThan(4);
      mine.forEach((value, i) => expect(value / theirs[i], `${column} ${i}`).toBeCloseTo(1, 3));
    }
  });
}
