import { afterAll, describe, expect, it } from 'vitest';
import { openHeavyBall } from '../../src/sgd/heavy-ball.ts';
import { atRest } from '../../src/sgd/motion.ts';
import { heldByLibrary } from '../../src/tensor/backend.ts';
import type { Reals } from '../../src/tensor/types.ts';
import { mlpProblem, noisySamples, normals, plainMlp, range } from '../hessian/plain-mlp.ts';

const [INPUTS, HIDDEN, OUTPUTS] = [3, 4, 2];
const [SAMPLES, BATCH] = [24, 6];
const WEIGHT_DECAY = 0.01;
const [learningRate, momentum] = [0.05, 0.9];
const net = plainMlp(INPUTS, HIDDEN, OUTPUTS);
const data = noisySamples(SAMPLES, INPUTS, OUTPUTS);
const start = normals(net.size, 1, 0.7);
// A sample may come twice in a batch.
const batches = range(40).map((update) => Int32Array.from({ length: BATCH }, (_, i) => (7 * update + i * i) % SAMPLES));

/** v ← βv − η(g + μθ), θ ← θ + v by plain loops; `round` is applied to v and θ as they are stored. */
function plainRun(round: (value: number) => number) {
  const theta = start.map(round);
  const velocity = new Float64Array(net.size);
  const losses: number[] = [];
  for (const batch of batches) {
    losses.push(net.objective(theta, data, batch));
    const gradient = net.meanGradient(theta, data, batch, WEIGHT_DECAY);
    for (let i = 0; i < net.size; i++) {
      velocity[i] = round(momentum * velocity[i] - learningRate * gradient[i]);
      theta[i] = round(theta[i] + velocity[i]);
    }
  }
  return { theta, velocity, losses };
}

async function run(precision: 'float32' | 'float64') {
  const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { precision, weightDecay: WEIGHT_DECAY });
  const heavyBall = openHeavyBall(problem, data, BATCH, momentum);
  const motion = heavyBall.begin(atRest(start, precision));
  // One update, then 13 times three: both lengths of a call.
  const losses: number[] = [];
  const rows: { theta: Reals; velocity: Reals }[] = [];
  for (let first = 0; first < batches.length; first += first === 0 ? 1 : 3) {
    const indices = Int32Array.from(batches.slice(first, first === 0 ? 1 : first + 3).flatMap((batch) => [...batch]));
    const updates = await motion.record(indices, learningRate);
    losses.push(...updates.losses);
    for (let at = 0; at < updates.theta.length; at += net.size)
      rows.push({ theta: updates.theta.slice(at, at + net.size), velocity: updates.velocity.slice(at, at + net.size) });
  }
  const state = await motion.state();
  motion.dispose();
  heavyBall.dispose();
  return { ...state, losses, rows };
}

const largest = (a: Reals | number[], b: Reals | number[]) =>
  Math.max(...range(a.length).map((i) => Math.abs(a[i] - b[i])));

// Channel of all: the update in plain float64 loops, with a gradient that was written out by hand.
describe('heavy ball', () => {
  const before = heldByLibrary();

  it('is v ← βv − ηg, θ ← θ + v with g the batch gradient plus μθ, at float64', async () => {
    const plain = plainRun((value) => value);
    const { theta, velocity, losses } = await run('float64');
    expect(theta).toBeInstanceOf(Float64Array);
    expect(largest(theta, plain.theta)).toBeLessThan(1e-12);
    expect(largest(velocity, plain.velocity)).toBeLessThan(1e-12);
    // The loss is that before the update, without L2.
    expect(largest(losses, plain.losses)).toBeLessThan(1e-12);
  });

  it('gives the state after every update of a call', async () => {
    const { rows, theta, velocity } = await run('float64');
    expect(rows).toHaveLength(batches.length);
    const last = rows[rows.length - 1];
    expect([last.theta, last.velocity]).toEqual([theta, velocity]);
    // θ_k − θ_{k−1} = v_k, to rounding.
    for (let k = 1; k < rows.length; k++)
      expect(
        largest(
          rows[k].theta.map((value, i) => value - rows[k - 1].theta[i]),
          rows[k].velocity,
        ),
      ).toBeLessThan(1e-15);
  });

  it('differs at float32 by the rounding of gradients only', async () => {
    const plain = plainRun(Math.fround);
    const { theta, velocity, losses } = await run('float32');
    expect(theta).toBeInstanceOf(Float32Array);
    // Gradients of size 1 rounded by 1e-7, times η/(1−β) and √40 of them: a few 1e-7.
    expect(largest(theta, plain.theta)).toBeLessThan(3e-6);
    expect(largest(velocity, plain.velocity)).toBeLessThan(1e-6);
    expect(largest(losses, plain.losses)).toBeLessThan(3e-6);
  });

  // Channel: the same arithmetic with Math.fround, gradient left out by η = 0: β is rounded too.
  it('rounds the velocity and the weights once each at float32', async () => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { precision: 'float32' });
    const heavyBall = openHeavyBall(problem, data, BATCH, momentum);
    const state = { theta: Float32Array.from(start), velocity: Float32Array.from(normals(net.size, 5, 1e-3)) };
    const motion = heavyBall.begin(state);
    await motion.advance(batches[0], 0);
    const { theta, velocity } = await motion.state();
    motion.dispose();
    heavyBall.dispose();
    for (const i of range(net.size)) {
      expect(velocity[i]).toBe(Math.fround(Math.fround(momentum) * state.velocity[i]));
      expect(theta[i]).toBe(Math.fround(state.theta[i] + velocity[i]));
    }
  });

  it('gives the same bytes for the same batches', async () => {
    expect(await run('float32')).toEqual(await run('float32'));
  });

  it.each([0, BATCH - 1, BATCH + 1])('refuses %i samples, which are no whole batches', async (samples) => {
    const heavyBall = openHeavyBall(mlpProblem(INPUTS, HIDDEN, OUTPUTS), data, BATCH, momentum);
    const motion = heavyBall.begin(atRest(start, 'float64'));
    for (const work of [motion.advance, motion.record]) {
      const refused = work(new Int32Array(samples), learningRate);
      await expect(refused).rejects.toThrow(RangeError);
      await expect(refused).rejects.toThrow(`${samples} samples are no whole batches of ${BATCH}`);
    }
    motion.dispose();
    heavyBall.dispose();
  });

  it.each([
    [2, 'many updates a call: they are short', 10],
    [50, 'one, whose graph is large enough', 1],
  ])('makes of a network of %i parameter tensors %s', (tensors, _, expected) => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS);
    const shapes = range(tensors).map((index) => problem.model.shapes[index % problem.model.shapes.length]);
    const heavyBall = openHeavyBall({ ...problem, model: { ...problem.model, shapes } }, data, BATCH, momentum);
    expect(heavyBall.updatesPerCall).toBe(expected);
    heavyBall.dispose();
  });

  it('starts at rest, from a copy, in the precision of the run', () => {
    const single = atRest(Float64Array.of(0.1, 2), 'float32');
    expect(single).toEqual({ theta: Float32Array.of(0.1, 2), velocity: new Float32Array(2) });
    const double = atRest(start, 'float64');
    double.theta[0] = 99;
    expect(start[0]).not.toBe(99);
  });

  afterAll(() => expect(heldByLibrary()).toEqual(before));
});
