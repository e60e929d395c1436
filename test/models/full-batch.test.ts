import { describe, expect, it } from 'vitest';
import { type FullBatch, openFullBatch, openFullBatches } from '../../src/models/full-batch.ts';
import { lossFor, type LossName } from '../../src/models/losses.ts';
import type { Problem } from '../../src/models/problem.ts';
import { atPrecision, heldByLibrary, openBackend } from '../../src/tensor/backend.ts';
import { doubles } from '../oracle/plain-network-arithmetic.ts';
import { plainGradient, plainLosses, plainValue } from '../oracle/plain-network-derivatives.ts';
import { type PlainNetwork, plainOutputs } from '../oracle/plain-network.ts';
import { largest, largestDifference } from '../tensor/finite-differences.ts';
import { modelOf, OUTPUTS, twins } from './tiny-nets.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });

const SAMPLES = 230;
/** So many units a sample that the smallest chunks are used: 100, 100 and 30 samples. */
const CHUNKED = 1e6;
const netFor = (loss: LossName): PlainNetwork => ({
  input: [1, 1, 2],
  layers: [
    { kind: 'dense', outputs: 3 },
    { kind: 'activation', activation: 'tanh' },
    { kind: 'dense', outputs: OUTPUTS[loss] },
  ],
});

describe.each<LossName>(['half-mean-squared-error', 'binary-cross-entropy', 'cross-entropy'])('%s', (loss) => {
  const net = netFor(loss);
  // The oracle in plain loops: value, and the exact gradient by hyper-dual numbers.
  const oracle = twins(net, loss, SAMPLES, loss, { weightDecay: 0.05 });
  const { theta, plain, data } = oracle;
  const value = plainValue(plain, theta);
  const gradient = plainGradient(plain, theta);
  const meanLoss = plainLosses(doubles, plain, [...theta]).reduce((sum, one) => sum + one / SAMPLES, 0);

  describe.each([
    ['in one chunk', 1],
    ['in three chunks of two lengths', CHUNKED],
  ])('%s', (_, unitsPerSample) => {
    const model = { ...modelOf(net), unitsPerSample };
    const { problem } = twins(net, loss, SAMPLES, loss, { weightDecay: 0.05, model });

    it.each([
      [double, 1e-14],
      [single, 1e-6],
      [cpu, 1e-6],
    ] as const)('has the value and gradient of the oracle, on $name at $precision', async (backend, tolerance) => {
      const full = openFullBatch(problem(backend), data);
      expect(full.samples).toBe(SAMPLES);
      const given = await full.valueAndGradient(theta);
      expect(Math.abs(given.value - value)).toBeLessThan(tolerance * value);
      expect(Math.abs((await full.value(theta)) - value)).toBeLessThan(tolerance * value);
      expect(largestDifference(given.gradient, gradient)).toBeLessThan(tolerance * (1 + largest(gradient)));
      expect(Math.abs((await full.evaluate(theta)).loss - meanLoss)).toBeLessThan(tolerance * value);
      full.dispose();
    });

    it('knows the share of samples recognised', async () => {
      const full = openFullBatch(problem(double), data);
      const { accuracy } = await full.evaluate(theta);
      full.dispose();
      if (loss === 'half-mean-squared-error') return expect(accuracy).toBeNull();
      const right = recognised(net, [...theta], data.x, data.y);
      expect(right).not.toBe(SAMPLES);
      expect(accuracy).toBe(right / SAMPLES);
    });

    it('takes another θ, in either kind of array, and gives everything back', async () => {
      const before = heldByLibrary();
      const full = openFullBatch(problem(single), data);
      const zero = new Float32Array(theta.length);
      const same = Float32Array.from(theta);
      expect(await full.value(zero)).not.toBe(await full.value(theta));
      expect(await full.value(same)).toBe(await full.value(theta));
      expect(await full.evaluate(same)).toEqual(await full.evaluate(theta));
      full.dispose();
      expect(heldByLibrary()).toEqual(before);
    });
  });
});

describe('several splits', () => {
  const net = netFor('cross-entropy');
  const { problem, data, theta } = twins(net, 'cross-entropy', SAMPLES, 'splits', { weightDecay: 0.05 });
  const part = (first: number, samples: number) => ({
    x: data.x.subarray(2 * first, 2 * (first + samples)),
    y: data.y.subarray(3 * first, 3 * (first + samples)),
    samples,
  });

  it('are each what it is alone, byte for byte, and give everything back', async () => {
    const before = heldByLibrary();
    const splits = [part(0, 100), part(100, 100), part(200, 30)];
    const { batches, dispose } = openFullBatches(problem(single), splits);
    const resultsOf = async (batch: Omit<FullBatch, 'dispose'>) => [
      await batch.valueAndGradient(theta),
      await batch.evaluate(theta),
      await batch.value(theta),
    ];
    const together: unknown[] = [];
    for (const batch of batches) together.push(await resultsOf(batch));
    dispose();
    const alone: unknown[] = [];
    for (const split of splits) {
      const batch = openFullBatch(problem(single), split);
      alone.push(await resultsOf(batch));
      batch.dispose();
    }
    expect(together).toEqual(alone);
    expect(together[0]).not.toEqual(together[1]);
    expect(heldByLibrary()).toEqual(before);
  });
});

/** Samples whose largest output, or whose only one's sign, is that of the target. */
function recognised(net: PlainNetwork, theta: number[], x: Float32Array, y: Float32Array): number {
  const outputs = y.length / SAMPLES;
  let right = 0;
  for (let n = 0; n < SAMPLES; n++) {
    const given = plainOutputs(doubles, net, theta, x.subarray(2 * n, 2 * n + 2));
    const wanted = [...y.subarray(n * outputs, (n + 1) * outputs)];
    if (outputs === 1 ? given[0] > 0 === (wanted[0] === 1) : given.indexOf(Math.max(...given)) === wanted.indexOf(1))
      right++;
  }
  return right;
}

describe('squared error on classes and on 0/1 targets', () => {
  it.each([
    ['classes', 3, [0.1, 0.9, 0.3, 0.2, 0.6, 0.5], [0, 1, 0, 0, 0, 1], 0.5],
    ['binary', 1, [0.4, 0.6, 0.7], [0, 1, 0], 2 / 3],
  ] as const)('recognises samples of %s', async (task, outputs, x, y, accuracy) => {
    // The identity as a model: outputs are the inputs.
    const model = { ...modelOf({ input: [1, 1, outputs], layers: [{ kind: 'dense', outputs }] }) };
    const problem: Problem = {
      backend: double,
      model,
      loss: lossFor('half-mean-squared-error', task),
      inputShape: [outputs],
      outputs,
      size: outputs * outputs + outputs,
      weightDecay: 0,
    };
    const identity = new Float64Array(problem.size);
    for (let i = 0; i < outputs; i++) identity[i * outputs + i] = 1;
    const full = openFullBatch(problem, {
      x: Float32Array.from(x),
      y: Float32Array.from(y),
      samples: x.length / outputs,
    });
    expect((await full.evaluate(identity)).accuracy).toBe(accuracy);
    full.dispose();
  });
});
