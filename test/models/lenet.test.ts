import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { lenet, type LenetOptions } from '../../src/models/lenet.ts';
import { lossFor } from '../../src/models/losses.ts';
import { parameterCount, split } from '../../src/models/model.ts';
import { defineProblem, hessianProduct, lossAndGradient, specs } from '../../src/models/problem.ts';
import { randomStream } from '../../src/random.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { real, sizeOf } from '../../src/tensor/types.ts';
import { doubles } from '../oracle/plain-network-arithmetic.ts';
import { type PlainNetwork, plainOutputs } from '../oracle/plain-network.ts';
import { derivativeAtZero, largest, largestDifference } from '../tensor/finite-differences.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');

/** LeNet's layers as the literature gives them (LeCun et al. 1998, with 6 and 16 channels and dense layers 120 and 84). */
function layersOf(input: PlainNetwork['input'], outputs: number, { padding, activation, pooling }: LenetOptions) {
  const bend = { kind: 'activation', activation } as const;
  const block = (channels: number) =>
    [{ kind: 'convolution', side: 5, channels, padding }, bend, { kind: 'pooling', pooling, side: 2 }] as const;
  const dense = (width: number) => ({ kind: 'dense', outputs: width }) as const;
  return { input, layers: [...block(6), ...block(16), dense(120), bend, dense(84), bend, dense(outputs)] };
}

function normals(count: number, deviation: number, purpose: string): Float64Array {
  const random = randomStream(4, purpose);
  return Float64Array.from({ length: count }, () => Math.fround(deviation * random.normal()));
}

describe('lenet', () => {
  it.each([
    ['valid', 62_006],
    ['same', 136_886],
  ] as const)('with padding %s has %i parameters on 32×32×3 inputs and ten classes', (padding, count) => {
    expect(parameterCount(lenet([32, 32, 3], 10, { padding, activation: 'tanh', pooling: 'average' }))).toBe(count);
  });

  // Channel: the same layers in plain loops, which also refuse parameters that they do not use.
  it.each([
    ['valid', 'tanh', 'average', [16, 17, 2]],
    ['valid', 'relu', 'max', [18, 16, 1]],
    ['same', 'softplus', 'average', [9, 6, 2]],
    ['same', 'tanh', 'max', [4, 5, 3]],
    ['valid', 'relu', 'max', [32, 32, 3]],
    ['same', 'relu', 'average', [32, 32, 3]],
    ['same', 'relu', 'max', [32, 32, 3]],
  ] as const)(
    'with padding %s, %s and %s pooling is that of plain loops on %j',
    async (padding, activation, pooling, shape) => {
      const options = { padding, activation, pooling };
      const input = [...shape] as [number, number, number];
      const model = lenet(input, 10, options);
      const size = parameterCount(model);
      const theta = normals(size, 0.1, 'lenet/theta');
      const x = normals(2 * sizeOf(input), 1, 'lenet/x');
      const net = layersOf(input, 10, options);
      const width = sizeOf(input);
      const expected = [0, 1].flatMap((n) =>
        plainOutputs(doubles, net, [...theta], x.subarray(n * width, (n + 1) * width)),
      );
      for (const [backend, tolerance] of [
        [double, 1e-13],
        [single, 1e-5],
      ] as const) {
        const compiled = backend.compile(
          (flat, images) => [model.forward(backend.ops, split(backend.ops, model, flat), images)],
          [real(size), real(2, ...input)],
        );
        const [given] = await compiled.run(theta, x);
        compiled.dispose();
        expect(largestDifference(given, expected)).toBeLessThan(tolerance * (1 + largest(expected)));
      }
    },
  );

  // Channel: differences of the gradient at float64. A step of 1e-6 crosses no kink of relu or of the pooling here; its
  // error is of the order of 1e-16/1e-6 times the gradient.
  it.each([
    ['valid', 'tanh', 'average', 17],
    ['same', 'relu', 'max', 9],
  ] as const)(
    'with padding %s, %s and %s pooling has the Hessian of its gradient',
    async (padding, activation, pooling, side) => {
      const problem = defineProblem({
        backend: double,
        model: lenet([side, side, 1], 3, { padding, activation, pooling }),
        loss: lossFor('cross-entropy', 'classes'),
        inputShape: [side, side, 1],
        outputs: 3,
        weightDecay: 0,
      });
      const theta = normals(problem.size, 0.1, 'hessian/theta');
      const vector = normals(problem.size, 0.1, 'hessian/vector');
      const x = normals(2 * side * side, 1, 'hessian/x');
      const y = Float64Array.of(1, 0, 0, 0, 1, 0);
      const gradient = double.compile(lossAndGradient(problem), specs(problem, 2));
      const product = double.compile(hessianProduct(problem), [...specs(problem, 2), real(problem.size)]);
      const expected = await derivativeAtZero(
        async (t) =>
          (
            await gradient.run(
              theta.map((w, i) => w + t * vector[i]),
              x,
              y,
            )
          )[1],
        1e-6,
      );
      const [given] = await product.run(theta, x, y, vector);
      gradient.dispose();
      product.dispose();
      expect(largestDifference(given, expected)).toBeLessThan(1e-7 * largest(expected));
    },
  );

  it.each([
    [
      [784],
      'valid',
      'model lenet with padding valid was given inputs of shape [784]; expected [height, width, channels] of at least 16×16',
    ],
    [
      [15, 32, 3],
      'valid',
      'model lenet with padding valid was given inputs of shape [15, 32, 3]; expected [height, width, channels] of at least 16×16',
    ],
    [
      [4, 3, 1],
      'same',
      'model lenet with padding same was given inputs of shape [4, 3, 1]; expected [height, width, channels] of at least 4×4',
    ],
    [
      [28, 28],
      'same',
      'model lenet with padding same was given inputs of shape [28, 28]; expected [height, width, channels] of at least 4×4',
    ],
  ] as const)('refuses inputs of shape %j with padding %s', (shape, padding, message) => {
    expect(() => lenet(shape, 10, { padding, activation: 'tanh', pooling: 'average' })).toThrow(
      new ConfigurationError(message),
    );
  });
});
