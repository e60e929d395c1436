import { describe, expect, it } from 'vitest';
import { evaluateTeacher, teacherDataset, type TeacherOptions } from '../../src/data/teacher.ts';
import { problemOf } from '../store/scratch.ts';

function make(changes: Partial<TeacherOptions> = {}) {
  return teacherDataset({ seed: 1, samples: 200, testSamples: 50, ...changes });
}

/** Mean and mean square about it, in float64. */
function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const numbers = Array.from(values);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return { mean, variance: numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length };
}

describe('teacherDataset', () => {
  it('has the shape that was asked for', () => {
    const data = make({ inputs: 3, hidden: [5, 4], outputs: 2 });
    expect(data).toMatchObject({
      name: 'teacher',
      inputShape: [3],
      outputs: 2,
      task: 'regression',
      sources: [],
      warnings: [],
    });
    expect([data.train.x.length, data.train.y.length, data.train.samples]).toEqual([600, 400, 200]);
    expect([data.test!.x.length, data.test!.y.length, data.test!.samples]).toEqual([150, 100, 50]);
    expect(data.teacher).toHaveLength((3 + 1) * 5 + (5 + 1) * 4 + (4 + 1) * 2);
    expect(make({ testSamples: 0 }).test).toBeNull();
  });

  it('gives the same bytes for the same options, others for another seed', () => {
    expect(make()).toEqual(make());
    expect(make({ seed: 2 }).train.x).not.toEqual(make().train.x);
    expect(make({ seed: 2 }).teacher).not.toEqual(make().teacher);
  });

  it('keeps these numbers: a change of the recipe would change every stored run', () => {
    const { train, teacher } = make();
    const close = (found: ArrayLike<number>, expected: number[]) =>
      expected.forEach((value, index) => expect(found[index]).toBeCloseTo(value, 6));
    close(train.x, [0.549951851, -0.949356139, -2.080193281]);
    close(train.y, [1.205424786, -1.01486218, 1.323274255]);
    close(teacher!, [0.544589129, -0.714014663, 0.653358955]);
  });

  it('a larger one begins with the smaller one, and has the same test split', () => {
    const [small, large] = [make(), make({ samples: 300, testSamples: 80 })];
    expect(large.train.x.subarray(0, 200 * 20)).toEqual(small.train.x);
    expect(large.train.y.subarray(0, 200)).toEqual(small.train.y);
    expect(large.test!.y.subarray(0, 50)).toEqual(small.test!.y);
    expect(large.teacher).toEqual(small.teacher);
  });

  it('training and test samples differ', () => {
    const { train, test } = make();
    expect(test!.x.subarray(0, 20)).not.toEqual(train.x.subarray(0, 20));
  });

  it('without noise the teacher explains the targets to float32 rounding', () => {
    const { train, teacher } = make({ noise: 0, hidden: [7, 6], outputs: 2 });
    // A tanh network written another way round: per unit, from the layout that is promised (weights [in, out], then bias).
    const widths = [20, 7, 6, 2];
    const network = (x: number[]): number[] => {
      let offset = 0;
      let units = x;
      for (let layer = 1; layer < widths.length; layer++) {
        const [from, to] = [widths[layer - 1], widths[layer]];
        const sums = Array.from({ length: to }, (_, unit) =>
          units.reduce(
            (sum, value, index) => sum + value * teacher![offset + index * to + unit],
            teacher![offset + from * to + unit],
          ),
        );
        offset += (from + 1) * to;
        units = layer === widths.length - 1 ? sums : sums.map(Math.tanh);
      }
      return units;
    };
    for (let sample = 0; sample < train.samples; sample++) {
      network(Array.from(train.x.subarray(sample * 20, sample * 20 + 20))).forEach((expected, output) => {
        const found = train.y[2 * sample + output];
        // Half a unit in the last place of float32, 2⁻²⁴, of numbers below 8; and float64 sums in another order.
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(2 ** -24 * Math.max(1, Math.abs(expected)) * 1.001);
      });
    }
  });

  it('noise changes neither inputs nor teacher, and has the deviation asked for', () => {
    const options = { samples: 20_000, testSamples: 0, inputs: 5, hidden: [4] };
    const [clean, noisy] = [make({ ...options, noise: 0 }), make({ ...options, noise: 0.3 })];
    expect(noisy.train.x).toEqual(clean.train.x);
    expect(noisy.teacher).toEqual(clean.teacher);
    const { mean, variance } = moments(noisy.train.y.map((value, index) => value - clean.train.y[index]));
    // Standard errors of 20,000 draws: σ/√n = 0.0021, and σ/√(2n) = 0.0015 for the deviation; five of each.
    expect(Math.abs(mean)).toBeLessThan(0.0106);
    expect(Math.abs(Math.sqrt(variance) - 0.3)).toBeLessThan(0.0075);
  });

  it('inputs are standard normal; targets have deviation about 1', () => {
    const { train } = make({ samples: 10_000, testSamples: 0, noise: 0 });
    const x = moments(train.x);
    // 200,000 draws: standard errors 1/√n = 0.0022 of the mean and √(2/n) = 0.0032 of the variance; five of each.
    expect(Math.abs(x.mean)).toBeLessThan(0.0112);
    expect(Math.abs(x.variance - 1)).toBeLessThan(0.0158);
    const beyond = train.x.filter((value) => Math.abs(value) > 1.959964).length / train.x.length;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / 200_000));
    // The size of the targets is a property of the teacher drawn, which scatters: gain 1.25 times a tanh's deviation.
    const deviations = [1, 2, 3, 4, 5].map((seed) =>
      Math.sqrt(moments(make({ seed, samples: 2000, testSamples: 0, noise: 0 }).train.y).variance),
    );
    expect(moments(deviations).mean).toBeGreaterThan(0.75);
    expect(moments(deviations).mean).toBeLessThan(1.25);
  });

  it('teacher weights have variance gain²/fan-in, biases 0.1²', () => {
    const inputs = 100;
    const { teacher } = make({ samples: 1, testSamples: 0, inputs, hidden: [100], outputs: 100 });
    const weights = 100 * 100;
    const within = (from: number, to: number, variance: number) => {
      const found = moments(teacher!.subarray(from, to)).variance;
      expect(Math.abs(found / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / (to - from)));
    };
    within(0, weights, 1.5 ** 2 / 100);
    within(weights, weights + 100, 0.01);
    within(weights + 100, 2 * weights + 100, 1.25 ** 2 / 100);
    within(2 * weights + 100, 2 * weights + 200, 0.01);
  });

  it('evaluates no hidden layer as a linear map', () => {
    const y = evaluateTeacher(Float64Array.of(1, 2, 3, 4, 0.5, -0.5), [2, 2], Float32Array.of(1, 10, 0, 1));
    expect([...y]).toEqual([31.5, 41.5, 3.5, 3.5]);
  });

  it.each([
    [{ samples: 0 }, 'data.samples is 0; expected an integer of at least 1'],
    [{ testSamples: -1 }, 'data.testSamples is -1; expected an integer of at least 0'],
    [{ noise: -0.1 }, 'data.noise is -0.1; expected a finite number of at least 0'],
    [{ noise: Infinity }, 'data.noise is Infinity; expected a finite number of at least 0'],
    [{ hidden: [10, 0] }, 'a width of the teacher is 0; expected an integer of at least 1'],
    [{ inputs: 2.5 }, 'a width of the teacher is 2.5; expected an integer of at least 1'],
  ])('refuses %j', async (changes, expected) => {
    expect(await problemOf(() => make(changes))).toBe(`exit 2: ${expected}`);
  });
});
