/**
 * What crosses the bus where graphs keep state on the device. Channel: the binding, whose every tensor given to a session and
 * taken from one is counted. Small ones (numbers of values, shapes, factors) do not count, but for their types.
 */
import { describe, expect, it } from 'vitest';
import { type Disposable } from '../../../src/disposables.ts';
import { openHessian } from '../../../src/hessian/hessian.ts';
import { NativeBasis } from '../../../src/hessian/native-basis.ts';
import { openRows } from '../../../src/noise/gradient-rows.ts';
import { perSampleVariance } from '../../../src/noise/per-sample.ts';
import { silent } from '../../../src/progress.ts';
import { openHeavyBall } from '../../../src/sgd/heavy-ball.ts';
import { atRest } from '../../../src/sgd/motion.ts';
import { openBackend } from '../../../src/tensor/backend.ts';
import { openProjection } from '../../../src/tensor/projection.ts';
import { mlpProblem, noisySamples, normals, SMALL_CHUNKS } from '../../hessian/plain-mlp.ts';
import { countCrossings, type Crossings, crossingsOf, FLOAT, INT32 } from './counted.ts';

countCrossings();
const [INPUTS, HIDDEN, OUTPUTS, SAMPLES, BATCH] = [7, 20, 3, 250, 40];
const shapes = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { precision: 'float32', unitsPerSample: SMALL_CHUNKS });
const data = noisySamples(SAMPLES, INPUTS, OUTPUTS);
const { size } = shapes;
const theta = normals(size, 1, 0.5);
/** What crossed, all of it in a type that no GPU is asked to hold on the way. */
async function inSession(work: () => unknown): Promise<Crossings> {
  const { types, ...crossed } = await crossingsOf(work);
  expect(types).toEqual([INT32]);
  return crossed;
}

/** Lets things go in this order; values that are done with are not taken out before. */
async function letGo(...things: Disposable[]): Promise<void> {
  const { given, taken } = await inSession(() => things.forEach((thing) => thing.dispose()));
  expect({ given, taken }).toEqual({ given: [], taken: [] });
}

const PRECISIONS = [
  ['float32', 4],
  ['float64', 8],
] as const;

describe.each(PRECISIONS)('at %s, numbers of %i bytes', (precision, bytes) => {
  const open = (stateInSession: boolean) => openBackend({ name: 'tensorflow', precision, threads: 1, stateInSession });
  const backend = open(true);
  const problem = { ...shapes, backend };
  const indices = Int32Array.from({ length: 20 * BATCH }, (_, i) => i % SAMPLES);

  describe('updates', () => {
    it('take indices and give losses, and states where they are recorded', async () => {
      const optimiser = openHeavyBall(problem, data, BATCH, 0.9);
      const motion = optimiser.begin(atRest(theta, precision));
      const first = await inSession(() => motion.advance(indices, 0.1));
      // Data, weights and velocity, once.
      const once = [SAMPLES * INPUTS, SAMPLES * OUTPUTS, size, size].map((numbers) => numbers * bytes);
      expect(first.given.toSorted()).toEqual([...once, 4 * indices.length].toSorted());
      for (let again = 0; again < 3; again++)
        expect(await inSession(() => motion.advance(indices, 0.1))).toEqual({
          given: [4 * indices.length],
          taken: [20 * bytes],
        });
      expect(await inSession(() => motion.record(indices, 0.1))).toEqual({
        given: [4 * indices.length],
        taken: [20, 19 * size, size, 19 * size, size].map((numbers) => numbers * bytes),
      });
      await letGo(motion, optimiser);
    });

    it('of another number a call take the state along once', async () => {
      const optimiser = openHeavyBall(problem, data, BATCH, 0.9);
      const motion = optimiser.begin(atRest(theta, precision));
      const [many, few] = [indices, indices.subarray(0, 3 * BATCH)];
      for (const batches of [many, few]) await motion.advance(batches, 0.1);
      const state = [size * bytes, size * bytes];
      const { given, taken } = await inSession(() => motion.advance(many, 0.1));
      expect(given).toEqual([...state, 4 * many.length]);
      expect(taken).toEqual([...state, 20 * bytes]);
      await letGo(motion, optimiser);
    });

    it('take everything at every call where the processor keeps state', async () => {
      const optimiser = openHeavyBall({ ...shapes, backend: open(false) }, data, BATCH, 0.9);
      const motion = optimiser.begin(atRest(theta, precision));
      await motion.advance(indices, 0.1);
      const { given, types } = await crossingsOf(() => motion.advance(indices, 0.1));
      expect(given).toContain(SAMPLES * INPUTS * bytes);
      expect(given.filter((one) => one === size * bytes)).toHaveLength(2);
      // What would go to a GPU and back shows in the types.
      expect(types.includes(FLOAT)).toBe(precision === 'float32');
      motion.dispose();
      optimiser.dispose();
    });
  });

  it('a Hessian product takes the vector, and gives a product for every chunk of samples', async () => {
    // Chunks of 100, 100 and 50 samples, which have graphs of two lengths.
    const family = openHessian(problem, data);
    const hessian = family.at(theta);
    const vector = normals(size, 2);
    await hessian.apply(vector);
    const one = size * bytes;
    expect(await inSession(() => hessian.apply(vector))).toEqual({
      given: [one, one],
      taken: [one, one, one, one],
    });
    await letGo(hessian, family);
  });

  it('a pass over a basis takes the vector and factors, and gives products and a combination', async () => {
    const [length, rows] = [256 * 20, 16];
    const basis = new NativeBasis(backend, length, precision, rows);
    for (let row = 0; row < 3 * rows; row++) basis.push(normals(length, row));
    const pass = () => basis.removeComponents(normals(length, 99), new Float64Array(3 * rows));
    await pass();
    const { given, taken } = await inSession(pass);
    expect(given).toEqual([length, rows, rows, rows].map((numbers) => numbers * bytes));
    const products = 20 * rows;
    expect(taken).toEqual([products, products, products, length].map((numbers) => numbers * bytes));
    await letGo(basis);
  });

  it('a projection takes rows, and gives numbers', async () => {
    const [k, rows] = [30, 20];
    const projection = openProjection(backend, normals(k * size, 3), k, size);
    await projection.project(normals(rows * size, 4), rows);
    expect(await inSession(() => projection.project(normals(rows * size, 5), rows))).toEqual({
      given: [rows * size * bytes],
      taken: [rows * k * bytes],
    });
    await letGo(projection);
  });

  it('gradients along directions take indices, and give numbers', async () => {
    const k = 30;
    const rows = openRows(
      { ...problem, backend: { ...backend, isDevice: true } },
      data,
      BATCH,
      normals(k * size, 3),
      backend,
    );
    const here = backend.store(theta, [size]);
    const batches = [0, 1, 2].map((batch) => indices.subarray(batch * BATCH, (batch + 1) * BATCH));
    const take = () => rows.take({ here }, batches, () => {});
    await take();
    expect(await inSession(take)).toEqual({
      given: batches.map(() => 4 * BATCH),
      taken: batches.map(() => k * bytes),
    });
    await letGo(here, rows);
  });
  it('combinations of a basis take its blocks along once, and give themselves', async () => {
    const [length, rows] = [256 * 20, 16];
    const basis = new NativeBasis(backend, length, precision, rows);
    for (let row = 0; row < rows + 1; row++) basis.push(normals(length, row));
    await basis.removeComponents(normals(length, 99), new Float64Array(rows + 1));
    const { taken } = await inSession(() => basis.combine(new Float64Array(rows + 1).fill(1), 1));
    expect(taken).toEqual([rows * length, length].map((numbers) => numbers * bytes));
    await letGo(basis);
  });

  it('variances over samples give a number for every sample and direction; weights go to chunks of another length', async () => {
    const { taken } = await inSession(() =>
      perSampleVariance(problem, data, theta, Float32Array.from(normals(2 * size, 3)), silent),
    );
    expect(taken).toEqual([100, 100, 100, 100, size, 50, 50].map((numbers) => numbers * bytes));
  });
});
