/**
 * A back end that fails at any of its calls, storing, compiling, running: whoever was opening or working then leaves nothing
 * in the native library. Channel: the library's own count of tensors and sessions.
 */
import { expect, it } from 'vitest';
import { Disposables } from '../src/disposables.ts';
import { openHessian } from '../src/hessian/hessian.ts';
import { NativeBasis } from '../src/hessian/native-basis.ts';
import { openFullBatch } from '../src/models/full-batch.ts';
import { openBatchGradients } from '../src/noise/batch-gradients.ts';
import { perSampleVariance } from '../src/noise/per-sample.ts';
import { silent } from '../src/progress.ts';
import { openHeavyBall } from '../src/sgd/heavy-ball.ts';
import { atRest } from '../src/sgd/motion.ts';
import { type Backend, heldByLibrary, openBackend } from '../src/tensor/backend.ts';
import { openProjection } from '../src/tensor/projection.ts';
import { mlpProblem, noisySamples, normals, SMALL_CHUNKS } from './hessian/plain-mlp.ts';
import { FAILURE, failingAt } from './tensor/failing.ts';

const [INPUTS, HIDDEN, OUTPUTS] = [3, 4, 2];
const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { precision: 'float32', unitsPerSample: SMALL_CHUNKS });
const { size } = problem;
// Chunks of 100, 100 and 50 samples.
const data = noisySamples(250, INPUTS, OUTPUTS);
const theta = normals(size, 1, 0.5);
const directions = Float32Array.from(normals(2 * size, 2));
const indices = Int32Array.from({ length: 20 }, (_, i) => i);

type Work = (backend: Backend, held: Disposables) => unknown;
const on = (backend: Backend) => ({ ...problem, backend });

it.each<[string, Work]>([
  [
    'the Hessian, everything kept',
    (backend, held) => held.add(held.add(openHessian(on(backend), data)).at(theta)).apply(theta),
  ],
  [
    'the Hessian, nothing kept',
    (backend, held) => held.add(held.add(openHessian(on(backend), data, 0)).at(theta)).apply(theta),
  ],
  ['the full batch', (backend, held) => held.add(openFullBatch(on(backend), data)).valueAndGradient(theta)],
  [
    'heavy ball',
    async (backend, held) => {
      const heavyBall = held.add(openHeavyBall(on(backend), data, 10, 0.9));
      const motion = held.add(heavyBall.begin(atRest(theta, 'float32')));
      await motion.advance(indices, 0.1);
      await motion.record(indices, 0.1);
    },
  ],
  [
    'gradients of batches',
    (backend, held) => {
      const gradients = held.add(openBatchGradients(on(backend), data, 10, directions, backend));
      return gradients.along(theta, indices, silent, { lessAt: theta.map(Math.sin) });
    },
  ],
  ['variances over samples', (backend) => perSampleVariance(on(backend), data, theta, directions, silent)],
  [
    'projections in two lanes',
    (backend, held) => held.add(openProjection({ ...backend, threads: 2 }, directions, 2, size)).project(directions, 2),
  ],
  [
    'an orthonormal basis',
    async (backend, held) => {
      const basis = held.add(new NativeBasis(backend, 300, 'float32', 8));
      for (let row = 0; row < 20; row++) basis.push(normals(300, row));
      await basis.removeComponents(normals(300, 99), new Float64Array(20));
      await basis.combine(new Float64Array(40).fill(1), 2);
      await basis.truncate(3);
    },
  ],
])('%s', async (_, work) => {
  for (const stateInSession of [false, true]) await leavesNothing(work, stateInSession);
});

async function leavesNothing(work: Work, stateInSession: boolean): Promise<void> {
  const backend = openBackend({ ...problem.backend, stateInSession });
  const before = heldByLibrary();
  let failed = 0;
  for (let call = 1; ; call++) {
    const { failing, counted } = failingAt(call, backend);
    const held = new Disposables();
    try {
      await work(failing, held);
    } catch (error) {
      expect((error as Error).message).toBe(FAILURE);
      failed++;
    } finally {
      held.dispose();
    }
    expect(heldByLibrary(), `call ${call} fails`).toEqual(before);
    if (counted.calls < call) break;
  }
  expect(failed).toBeGreaterThan(3);
}
