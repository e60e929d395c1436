/** A problem on several threads: its functions are cut into lanes, and mean the same. */
import { describe, expect, it } from 'vitest';
import {
  batchLossAndGradient,
  directionalDerivatives,
  hessianProduct,
  lanesFor,
  lossAndGradient,
  lossAndOutputs,
  sampleLosses,
  specs,
} from '../../src/models/problem.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { int32, real, type Reals } from '../../src/tensor/types.ts';
import { doubles } from '../oracle/plain-network-arithmetic.ts';
import { plainGradient, plainLosses } from '../oracle/plain-network-derivatives.ts';
import type { PlainNetwork } from '../oracle/plain-network.ts';
import { largest, largestDifference } from '../tensor/finite-differences.ts';
import { normals } from '../tensor/graph-functions.ts';
import { modelOf, twins } from './tiny-nets.ts';

const backend = atPrecision(openBackend({ name: 'tensorflow', precision: 'float32', threads: 2 }), 'float64');
const SAMPLES = 103;
const net: PlainNetwork = {
  input: [2, 2, 1],
  layers: [
    { kind: 'dense', outputs: 3 },
    { kind: 'activation', activation: 'tanh' },
    { kind: 'dense', outputs: 3 },
  ],
};
// Samples so large that lanes pay.
const model = { ...modelOf(net), unitsPerSample: 1e6 };
const pair = twins(net, 'cross-entropy', SAMPLES, 'lanes', { model });
const { theta, data, plain } = pair;
const problem = pair.problem(backend);
const [flat, x, y] = specs(problem, SAMPLES);

async function run(
  ...[fn, inputs, given]: [Parameters<typeof backend.compile>[0], (typeof x)[], (Reals | Int32Array)[]]
) {
  const compiled = backend.compile(fn, inputs);
  const outputs = await compiled.run(...given);
  compiled.dispose();
  return outputs;
}
const close = (given: ArrayLike<number>, expected: ArrayLike<number>) => {
  expect(given).toHaveLength(expected.length);
  expect(largestDifference(Float64Array.from(given), Float64Array.from(expected))).toBeLessThan(
    1e-13 * (1 + largest(Float64Array.from(expected))),
  );
};

// Channel: the oracle in plain loops over all samples.
describe('a problem in lanes', () => {
  it('has four of them on two threads, fewer for few samples and one for one thread', () => {
    expect(lanesFor(problem, SAMPLES)).toBe(4);
    expect(lanesFor(problem, 60)).toBe(2);
    expect(lanesFor(problem, 10)).toBe(1);
    expect(lanesFor({ model, backend: { ...backend, threads: 1 } }, SAMPLES)).toBe(1);
    expect(lanesFor({ model: { ...model, unitsPerSample: 41 }, backend }, 500)).toBe(1);
  });

  // Channel: layers that are computed while a graph is recorded, one by one.
  it('has one on a device, whatever its threads', () => {
    function layersIn(how: { threads: number; isDevice: boolean }): number {
      let layers = 0;
      const { matMul } = backend.ops;
      const counting: typeof matMul = (...given) => (layers++, matMul(...given));
      const counted = pair.problem({ ...backend, ...how, ops: { ...backend.ops, matMul: counting } });
      const inputs = [...specs(counted, SAMPLES), real(problem.size)];
      backend.compile(hessianProduct(counted), inputs).dispose();
      return layers;
    }
    const once = layersIn({ threads: 1, isDevice: false });
    expect(once).toBeGreaterThan(0);
    expect(layersIn({ threads: 16, isDevice: false })).toBe(4 * once);
    expect(layersIn({ threads: 16, isDevice: true })).toBe(once);
  });

  it('has the same losses, in order', async () => {
    const losses = plainLosses(doubles, plain, [...theta]);
    close((await run(sampleLosses(problem), [flat, x, y], [theta, data.x, data.y]))[0], losses);
    const [sum, outputs] = await run(lossAndOutputs(problem), [flat, x, y], [theta, data.x, data.y]);
    close(sum, Float64Array.of(losses.reduce((total, loss) => total + loss, 0)));
    expect(outputs).toHaveLength(SAMPLES * 3);
  });

  it('has the same gradients, of all samples and of a batch', async () => {
    const mean = plainGradient({ ...plain, weightDecay: 0 }, theta);
    const [, sum] = await run(lossAndGradient(problem), [flat, x, y], [theta, data.x, data.y]);
    close(
      sum.map((value) => value / SAMPLES),
      mean,
    );
    const all = Int32Array.from({ length: SAMPLES }, (_, n) => SAMPLES - 1 - n);
    const [, gradient] = await run(
      batchLossAndGradient(problem),
      [x, y, flat, int32(SAMPLES)],
      [data.x, data.y, theta, all],
    );
    close(gradient, mean);
  });

  // Channel: central differences of the oracle's gradient.
  it('has the same Hessian products and directional derivatives', async () => {
    const vector = Float64Array.from(normals(problem.size, 'lanes/vector'));
    const step = 1e-5;
    const at = (sign: number) => theta.map((value, i) => value + sign * step * vector[i]);
    const gradient = (sign: number) => plainGradient({ ...plain, weightDecay: 0 }, at(sign));
    const [ahead, behind] = [gradient(1), gradient(-1)];
    const [product] = await run(
      hessianProduct(problem),
      [flat, x, y, real(problem.size)],
      [theta, data.x, data.y, vector],
    );
    ahead.forEach((value, i) => {
      expect(Math.abs(product[i] / SAMPLES - (value - behind[i]) / (2 * step))).toBeLessThan(1e-8);
    });
    const [along] = await run(
      directionalDerivatives(problem),
      [flat, x, y, real(problem.size)],
      [theta, data.x, data.y, vector],
    );
    const [after, before] = [plainLosses(doubles, plain, [...at(1)]), plainLosses(doubles, plain, [...at(-1)])];
    expect(along).toHaveLength(SAMPLES);
    after.forEach((value, n) => {
      expect(Math.abs(along[n] - (value - before[n]) / (2 * step))).toBeLessThan(1e-8);
    });
  });
});
