import { describe, expect, it } from 'vitest';
import { batchLossAndGradient, lossAndOutputs, sampleLosses, onBackend, specs } from '../../src/models/problem.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { int32, real } from '../../src/tensor/types.ts';
import { doubles } from '../oracle/plain-network-arithmetic.ts';
import { plainGradient, plainLosses, plainValue } from '../oracle/plain-network-derivatives.ts';
import { type PlainNetwork, plainOutputs } from '../oracle/plain-network.ts';
import { largest, largestDifference } from '../tensor/finite-differences.ts';
import { twins } from './tiny-nets.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });

const SAMPLES = 9;
const net: PlainNetwork = {
  input: [4, 4, 1],
  layers: [
    { kind: 'convolution', side: 2, channels: 2, padding: 'same' },
    { kind: 'activation', activation: 'tanh' },
    { kind: 'pooling', pooling: 'average', side: 2 },
    { kind: 'dense', outputs: 3 },
  ],
};
const pair = twins(net, 'cross-entropy', SAMPLES, 'problem', { weightDecay: 0.1 });
const { theta, data, plain } = pair;

describe('a batch', () => {
  // Channel: the oracle on the rows of the batch; one row is drawn twice, as with replacement.
  const batch = Int32Array.of(4, 0, 8, 4);
  const rows = (values: Float32Array) => {
    const width = values.length / SAMPLES;
    return Float32Array.from([...batch].flatMap((n) => [...values.subarray(n * width, (n + 1) * width)]));
  };
  const drawn = { ...plain, weightDecay: 0, data: { x: rows(data.x), y: rows(data.y), samples: batch.length } };

  it.each([
    [double, 1e-14],
    [single, 1e-6],
    [cpu, 1e-6],
  ] as const)(
    'has the mean loss of its samples and its gradient, without L2, on $name at $precision',
    async (backend, tolerance) => {
      const problem = pair.problem(backend);
      const [flat, x, y] = specs(problem, SAMPLES);
      const compiled = backend.compile(batchLossAndGradient(problem), [x, y, flat, int32(batch.length)]);
      const [loss, gradient] = await compiled.run(data.x, data.y, theta, batch);
      compiled.dispose();
      const expected = plainGradient(drawn, theta);
      expect(Math.abs(loss[0] - plainValue(drawn, theta))).toBeLessThan(10 * tolerance);
      expect(largestDifference(gradient, expected)).toBeLessThan(tolerance * (1 + largest(expected)));
    },
  );
});

describe('a problem', () => {
  it('gives the losses one by one, and their sum with the outputs', async () => {
    const problem = pair.problem(double);
    const inputs = specs(problem, SAMPLES);
    const both = double.compile(lossAndOutputs(problem), inputs);
    const alone = double.compile(sampleLosses(problem), inputs);
    const [sum, outputs] = await both.run(theta, data.x, data.y);
    const [single] = await alone.run(theta, data.x, data.y);
    both.dispose();
    alone.dispose();
    const losses = plainLosses(doubles, plain, [...theta]);
    expect(largestDifference(single, losses)).toBeLessThan(1e-13);
    expect(sum[0]).toBeCloseTo(
      losses.reduce((total, loss) => total + loss, 0),
      12,
    );
    const expected = Array.from({ length: SAMPLES }, (_, n) =>
      plainOutputs(doubles, net, [...theta], data.x.subarray(16 * n, 16 * (n + 1))),
    );
    expect(largestDifference(outputs, expected.flat())).toBeLessThan(1e-13);
  });

  it('moves to another back end as it is', () => {
    const problem = pair.problem(single);
    const moved = onBackend(problem, double);
    expect(moved).toEqual({ ...problem, backend: double });
    expect(specs(moved, 2)).toEqual([real(theta.length), real(2, 4, 4, 1), real(2, 3)]);
    expect(moved.size).toBe(theta.length);
  });
});
