import { describe, expect, it } from 'vitest';
import { lenet } from '../../src/models/lenet.ts';
import { mlp } from '../../src/models/mlp.ts';
import { initialWeights, parameterCount, places, split, weightsNear } from '../../src/models/model.ts';
import { randomStream } from '../../src/random.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { real, sizeOf } from '../../src/tensor/types.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const shapes = [
  { name: 'kernel', shape: [2, 2, 1, 3] },
  { name: 'bias', shape: [3] },
  { name: 'weight', shape: [3, 2] },
];

describe('the flat vector', () => {
  it('holds the parameters one after the other', () => {
    expect(places(shapes)).toEqual([
      { name: 'kernel', shape: [2, 2, 1, 3], offset: 0 },
      { name: 'bias', shape: [3], offset: 12 },
      { name: 'weight', shape: [3, 2], offset: 15 },
    ]);
    expect(parameterCount({ shapes })).toBe(21);
  });

  it.each([[shapes], [shapes.slice(2)]])('is cut at these places into these shapes', async (given) => {
    const size = parameterCount({ shapes: given });
    let cut: number[][] = [];
    const compiled = backend.compile(
      (flat) => {
        const parts = split(backend.ops, { shapes: given }, flat);
        cut = parts.map((part) => part.shape);
        return parts;
      },
      [real(size)],
    );
    const flat = Float32Array.from({ length: size }, (_, i) => i);
    const parts = await compiled.run(flat);
    compiled.dispose();
    expect(cut).toEqual(given.map(({ shape }) => shape));
    places(given).forEach(({ shape, offset }, i) =>
      expect(parts[i]).toEqual(flat.subarray(offset, offset + sizeOf(shape))),
    );
  });
});

describe('initial weights', () => {
  const model = lenet([32, 32, 3], 10, { padding: 'valid', activation: 'tanh', pooling: 'average' });

  it.each([
    ['tanh', 1],
    ['softplus', 1],
    ['relu', 2],
  ] as const)('for %s have variance %i over the fan-in, and biases zero', (activation, gain) => {
    const weights = initialWeights(model, activation, randomStream(1, 'weights'));
    expect(weights).toHaveLength(parameterCount(model));
    for (const { name, shape, offset } of places(model.shapes)) {
      const values = [...weights.subarray(offset, offset + sizeOf(shape))];
      if (name.endsWith('bias')) {
        expect(
          values.every((value) => value === 0),
          name,
        ).toBe(true);
        continue;
      }
      const fanIn = sizeOf(shape) / shape[shape.length - 1];
      const n = values.length;
      const mean = values.reduce((sum, value) => sum + value, 0) / n;
      const variance = values.reduce((sum, value) => sum + value * value, 0) / n;
      // Four standard errors of a normal sample's mean and variance: √(1/n) and √(2/n).
      expect(Math.abs(mean), name).toBeLessThan(4 * Math.sqrt(gain / fanIn / n));
      expect(Math.abs((variance * fanIn) / gain - 1), name).toBeLessThan(4 * Math.sqrt(2 / n));
    }
  });

  it('are the same for the same seed and purpose, and for no other', () => {
    const small = mlp([3], 2, { hidden: [4], activation: 'tanh' });
    const draw = (seed: number, purpose: string) => initialWeights(small, 'tanh', randomStream(seed, purpose));
    expect(draw(1, 'weights')).toEqual(draw(1, 'weights'));
    expect(draw(2, 'weights')).not.toEqual(draw(1, 'weights'));
    expect(draw(1, 'others')).not.toEqual(draw(1, 'weights'));
  });
});

describe('weights near others', () => {
  it('scatter about them by the given deviation', () => {
    const centre = Float64Array.from({ length: 20_000 }, (_, i) => i);
    const near = weightsNear(centre, centre.length, 0.25, randomStream(1, 'near'));
    const deviations = near.map((value, i) => value - centre[i]);
    const variance = deviations.reduce((sum, value) => sum + value * value, 0) / centre.length;
    expect(Math.abs(variance / 0.0625 - 1)).toBeLessThan(4 * Math.sqrt(2 / centre.length));
    expect(centre[1]).toBe(1);
    expect([...weightsNear(centre.subarray(0, 3), 3, 0, randomStream(1, 'near'))]).toEqual([0, 1, 2]);
  });

  it('are refused for another number of parameters', () => {
    expect(() => weightsNear(new Float64Array(3), 4, 1, randomStream(1, 'near'))).toThrow(
      'model.initialisation is teacher, but the teacher has 3 parameters and the model 4: give both the same layers',
    );
  });
});
