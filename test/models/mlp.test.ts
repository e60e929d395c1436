import { describe, expect, it } from 'vitest';
import { mlp } from '../../src/models/mlp.ts';
import { type Activation, parameterCount, split } from '../../src/models/model.ts';
import { randomStream } from '../../src/random.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { real, type Shape, sizeOf } from '../../src/tensor/types.ts';
import { doubles } from '../oracle/plain-network-arithmetic.ts';
import { type PlainLayer, plainOutputs } from '../oracle/plain-network.ts';
import { largestDifference } from '../tensor/finite-differences.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1 });

describe('mlp', () => {
  // Channel: dense layers in plain loops.
  it.each<[Shape, number[], Activation, number]>([
    [[3], [4], 'tanh', 2],
    [[5], [4, 3], 'relu', 1],
    [[2, 3, 2], [6, 2, 5], 'softplus', 3],
    [[4], [], 'tanh', 2],
  ])('on inputs %j with hidden layers %j and %s is that of plain loops', async (shape, hidden, activation, outputs) => {
    const model = mlp(shape, outputs, { hidden, activation });
    const random = randomStream(6, 'mlp');
    const draw = (count: number) => Float64Array.from({ length: count }, () => random.normal());
    const theta = draw(parameterCount(model));
    const x = draw(3 * sizeOf(shape));
    const layers: PlainLayer[] = [
      ...hidden.flatMap((width): PlainLayer[] => [
        { kind: 'dense', outputs: width },
        { kind: 'activation', activation },
      ]),
      { kind: 'dense', outputs },
    ];
    const width = sizeOf(shape);
    const expected = [0, 1, 2].flatMap((n) =>
      plainOutputs(doubles, { input: [1, 1, width], layers }, [...theta], x.subarray(n * width, (n + 1) * width)),
    );
    const compiled = backend.compile(
      (flat, inputs) => [model.forward(backend.ops, split(backend.ops, model, flat), inputs)],
      [real(theta.length), real(3, ...shape)],
    );
    expect(largestDifference((await compiled.run(theta, x))[0], expected)).toBeLessThan(1e-13);
    compiled.dispose();
  });

  it('names its parameters, a bias after its weights', () => {
    expect(mlp([20], 1, { hidden: [40], activation: 'tanh' })).toMatchObject({
      name: 'mlp',
      unitsPerSample: 41,
      shapes: [
        { name: 'dense1/weight', shape: [20, 40] },
        { name: 'dense1/bias', shape: [40] },
        { name: 'dense2/weight', shape: [40, 1] },
        { name: 'dense2/bias', shape: [1] },
      ],
    });
  });

  it('without hidden layers is linear', () => {
    const { name, shapes } = mlp([2, 2], 3, { hidden: [], activation: 'tanh' });
    expect(name).toBe('linear');
    expect(shapes.map(({ shape }) => shape)).toEqual([[4, 3], [3]]);
  });
});
