/**
 * The derivative of each sample's loss along a direction, against five-point differences of the losses that the oracle
 * computes in plain loops: no automatic differentiation on that side.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { LossName } from '../../src/models/losses.ts';
import { directionalDerivatives, specs } from '../../src/models/problem.ts';
import { randomStream } from '../../src/random.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { real } from '../../src/tensor/types.ts';
import { doubles } from '../oracle/plain-network-arithmetic.ts';
import { plainLosses } from '../oracle/plain-network-derivatives.ts';
import type { PlainLayer, PlainNetwork } from '../oracle/plain-network.ts';
import { alongDirection, largest, largestDifference } from '../tensor/finite-differences.ts';
import { OUTPUTS, twins } from './tiny-nets.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
const SAMPLES = 7;

const convolutional = (outputs: number): PlainNetwork => ({
  input: [6, 6, 1],
  layers: [
    { kind: 'convolution', side: 3, channels: 2, padding: 'valid' },
    { kind: 'activation', activation: 'tanh' },
    { kind: 'pooling', pooling: 'max', side: 2 },
    { kind: 'dense', outputs },
  ],
});
const layered = (outputs: number): PlainNetwork => {
  const hidden: PlainLayer[] = [
    { kind: 'dense', outputs: 4 },
    { kind: 'activation', activation: 'softplus' },
  ];
  return { input: [1, 1, 3], layers: [...hidden, { kind: 'dense', outputs }] };
};

describe.each<[string, (outputs: number) => PlainNetwork]>([
  ['a dense network', layered],
  ['a convolution', convolutional],
])('directional derivatives of %s', (name, netOf) => {
  describe.each<LossName>(['half-mean-squared-error', 'binary-cross-entropy', 'cross-entropy'])('with %s', (loss) => {
    const net = netOf(OUTPUTS[loss]);
    const pair = twins(net, loss, SAMPLES, `${name}/${loss}`);
    const { theta, data } = pair;
    const random = randomStream(8, `${name}/${loss}`);
    const direction = theta.map(() => Math.fround(0.2 * random.normal()));
    let expected: Float64Array;
    beforeAll(async () => {
      const losses = (point: Float64Array) => plainLosses(doubles, pair.plain, Array.from(point));
      expected = await alongDirection(losses, theta, direction);
    });

    it.each([
      [atPrecision(single, 'float64'), 1e-9],
      [single, 3e-6],
      [cpu, 3e-6],
    ] as const)('are those of the losses, on $name at $precision', async (backend, tolerance) => {
      const problem = pair.problem(backend);
      const compiled = backend.compile(directionalDerivatives(problem), [
        ...specs(problem, SAMPLES),
        real(problem.size),
      ]);
      const [given] = await compiled.run(theta, data.x, data.y, direction);
      compiled.dispose();
      expect(given).toHaveLength(SAMPLES);
      expect(largestDifference(given, expected)).toBeLessThan(tolerance * (1 + largest(expected)));
    });
  });
});
