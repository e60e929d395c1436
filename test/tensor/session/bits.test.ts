/**
 * Where state lies changes no digit. Channel: the same functions whose graphs take tensors and give tensors, which other
 * tests hold against finite differences and float64.
 */
import { basename, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openHessian } from '../../../src/hessian/hessian.ts';
import { NativeBasis } from '../../../src/hessian/native-basis.ts';
import { lenet } from '../../../src/models/lenet.ts';
import { lossFor } from '../../../src/models/losses.ts';
import { defineProblem, lossAndGradient, specs } from '../../../src/models/problem.ts';
import { openHeavyBall } from '../../../src/sgd/heavy-ball.ts';
import { atRest } from '../../../src/sgd/motion.ts';
import { type Backend, openBackend } from '../../../src/tensor/backend.ts';
import { sizeOf } from '../../../src/tensor/types.ts';
import { fingerprints, run } from '../../experiment/run/tiny.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { normals } from '../graph-functions.ts';

const folder = temporaryFolders();

const SAMPLES = 12;
const [inputShape, outputs] = [[16, 16, 3], 4];
const model = lenet(inputShape, outputs, { padding: 'same', activation: 'tanh', pooling: 'max' });
const samples = {
  x: normals(SAMPLES * sizeOf(inputShape), 'x'),
  y: Float32Array.from({ length: SAMPLES * outputs }, (_, i) => Number((i >> 2) % 4 === i % 4)),
  samples: SAMPLES,
};
const theta = Float32Array.from(
  model.shapes.flatMap(({ name, shape }) => [
    ...normals(sizeOf(shape), name).map((value) => value * Math.sqrt(shape.at(-1)! / sizeOf(shape))),
  ]),
);
const vector = normals(theta.length, 'vector');

async function everything(backend: Backend) {
  const problem = defineProblem({
    backend,
    model,
    loss: lossFor('cross-entropy', 'classes'),
    inputShape,
    outputs,
    weightDecay: 1e-3,
  });
  const gradient = backend.compile(lossAndGradient(problem), specs(problem, SAMPLES));
  const [loss, slope] = await gradient.run(theta, samples.x, samples.y);
  const family = openHessian(problem, samples);
  const hessian = family.at(theta);
  const product = await hessian.apply(Float64Array.from(vector));
  const optimiser = openHeavyBall(problem, samples, 4, 0.9);
  const motion = optimiser.begin(atRest(theta, backend.precision));
  const batches = Int32Array.from({ length: 3 * 4 }, (_, i) => (5 * i) % SAMPLES);
  const losses = await motion.advance(batches, 0.05);
  const updates = await motion.record(batches.toReversed(), 0.05);
  const basis = new NativeBasis(backend, theta.length, backend.precision, 8);
  for (let row = 0; row < 20; row++) basis.push(Float64Array.from(normals(theta.length, `row ${row}`)));
  const left = Float64Array.from(vector);
  const components = new Float64Array(20);
  await basis.removeComponents(left, components);
  for (const thing of [gradient, hessian, family, motion, optimiser, basis]) thing.dispose();
  return { loss, slope, product, first: losses, ...updates, left, components };
}

it.each(['float32', 'float64'] as const)(
  'state in the session has the bits of state beside it, at %s',
  async (precision) => {
    const [beside, within] = [false, true].map((stateInSession) =>
      openBackend({ name: 'tensorflow', precision, threads: 1, stateInSession }),
    );
    expect(await everything(within)).toEqual(await everything(beside));
  },
);

it('a whole experiment has the same bytes', async () => {
  const [beside, within] = ['0', '1'].map((where) => join(folder(), where));
  for (const directory of [beside, within]) {
    vi.stubEnv('EPOCHNOISE_STATE_IN_SESSION', basename(directory));
    await run(directory);
  }
  vi.unstubAllEnvs();
  expect(fingerprints(within)).toEqual(fingerprints(beside));
});
