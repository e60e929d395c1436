/**
 * Batch normalisation, as it is trained and frozen. Channels: the plain network of test/oracle/plain-resnet.ts with the
 * statistics of its batch, in two passes; and an identity: frozen at the statistics of one batch, a network gives on that
 * batch what it gave with them.
 */
import { describe, expect, it } from 'vitest';
import { openFullBatch } from '../../src/models/full-batch.ts';
import { lossFor } from '../../src/models/losses.ts';
import { initialWeights, type Model, parameterCount, split } from '../../src/models/model.ts';
import { openPopulationStatistics } from '../../src/models/population-statistics.ts';
import {
  batchLossAndGradient,
  defineProblem,
  lanesFor,
  lossAndGradient,
  type Problem,
  specs,
} from '../../src/models/problem.ts';
import { resnet20 } from '../../src/models/resnet20.ts';
import { randomStream } from '../../src/random.ts';
import { openHeavyBall } from '../../src/sgd/heavy-ball.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { int32, real, type Reals } from '../../src/tensor/types.ts';
import { plainResnet } from '../oracle/plain-resnet.ts';
import { derivativeAtZero, largest, largestDifference } from '../tensor/finite-differences.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 2 });
const double = atPrecision(single, 'float64');
const INPUT = [8, 8, 2] as const;
const CLASSES = 3;
const WIDTH = 2;
const SAMPLES = 12;
const SIZE = 8 * 8 * 2;

const model = resnet20(INPUT, CLASSES, {
  width: WIDTH,
  activation: 'tanh',
  normalisation: 'frozen-batch',
  groups: null,
});
const forms = model.batchNorm!;
const random = randomStream(7, 'batch-norm');
const theta = initialWeights(model, 'tanh', random).map((weight) => Math.fround(weight + 0.1 * random.normal()));
// Images of different brightness, so that batches differ in their means too.
const x = Float32Array.from({ length: SAMPLES * SIZE }, (_, at) => random.normal() + Math.floor(at / SIZE) / 6);
const y = new Float32Array(SAMPLES * CLASSES);
for (let n = 0; n < SAMPLES; n++) y[n * CLASSES + random.integer(CLASSES)] = 1;
const data = { x, y, samples: SAMPLES };

const problemOf = (of: Model, backend = double): Problem =>
  defineProblem({
    backend,
    model: of,
    loss: lossFor('cross-entropy', 'classes'),
    inputShape: INPUT,
    outputs: CLASSES,
    weightDecay: 0,
  });

async function outputsOf(of: Model, images: Float32Array): Promise<Reals> {
  const compiled = double.compile(
    (flat, batch) => [of.forward(double.ops, split(double.ops, of, flat), batch)],
    [real(theta.length), real(images.length / SIZE, ...INPUT)],
  );
  const [outputs] = await compiled.run(theta, images);
  compiled.dispose();
  return outputs;
}

async function statisticsOver(batches: number[][], backend = double): Promise<Float32Array> {
  const population = openPopulationStatistics(
    problemOf(model, backend),
    data,
    Int32Array.from(batches.flat()),
    batches[0].length,
  );
  const found = await population.at(theta);
  expect(await population.at(theta)).toEqual(found);
  population.dispose();
  return found;
}

const rows = (indices: readonly number[]) =>
  Float32Array.from(indices.flatMap((n) => [...x.subarray(n * SIZE, (n + 1) * SIZE)]));
const plain = (indices: readonly number[]) =>
  plainResnet(
    { input: INPUT, outputs: CLASSES, width: WIDTH, activation: 'tanh', normalisation: 'batch' },
    theta,
    rows(indices),
  );
const everyone = Array.from({ length: SAMPLES }, (_, n) => n);

describe('the form that is trained', () => {
  it('normalises with the statistics of its batch', async () => {
    const expected = plain(everyone);
    expect(largestDifference(await outputsOf(forms.training, x), expected.outputs.flat())).toBeLessThan(1e-11);
    const measured = await outputsOf({ ...forms.training, forward: forms.statistics }, x);
    expect(largestDifference(measured, [...expected.means, ...expected.variances])).toBeLessThan(1e-12);
  });

  it('has the same parameters, and its samples are coupled', async () => {
    expect(forms.training.shapes).toEqual(model.shapes);
    expect(parameterCount(forms.training)).toBe(theta.length);
    const alone = await outputsOf(forms.training, rows([0, 1, 2]));
    const among = (await outputsOf(forms.training, x)).slice(0, 3 * CLASSES);
    expect(largestDifference(alone, among)).toBeGreaterThan(0.01);
  });

  // Channel: differences of the plain network's loss over whole batches.
  it('has the gradient of the whole batch, which no lane divides', async () => {
    const training = problemOf(forms.training, single);
    const many = { ...training, model: { ...forms.training, unitsPerSample: 1e6 } };
    expect(lanesFor(many, 1000)).toBe(1);
    expect(lanesFor({ ...many, model: { ...model, unitsPerSample: 1e6 } }, 1000)).toBeGreaterThan(1);

    const batch = [3, 8, 1, 10, 5];
    const problem = problemOf(forms.training);
    const compiled = double.compile(batchLossAndGradient(problem), [
      real(SAMPLES, ...INPUT),
      real(SAMPLES, CLASSES),
      real(theta.length),
      int32(batch.length),
    ]);
    const [[loss], gradient] = await compiled.run(x, y, theta, Int32Array.from(batch));
    compiled.dispose();
    const lossAt = (point: Float64Array) =>
      plainResnet(
        { input: INPUT, outputs: CLASSES, width: WIDTH, activation: 'tanh', normalisation: 'batch' },
        point,
        rows(batch),
      ).outputs.reduce((sum, logits, row) => {
        const total = Math.log(logits.reduce((all, z) => all + Math.exp(z), 0));
        return sum + logits.reduce((part, z, o) => part + y[batch[row] * CLASSES + o] * (total - z), 0) / batch.length;
      }, 0);
    expect(Math.abs(loss - lossAt(theta))).toBeLessThan(1e-12);
    // The last parameters and the first kernel: those of the dense layer, and through all layers.
    const some = [
      ...Array.from({ length: 12 }, (_, i) => i),
      ...Array.from({ length: 8 }, (_, i) => theta.length - 1 - i),
    ];
    const differences: number[] = [];
    for (const at of some) {
      const moved = (t: number) => theta.map((weight, i) => (i === at ? weight + t : weight));
      differences.push((await derivativeAtZero((t) => [lossAt(moved(t))], 1e-4))[0]);
    }
    const ours = Float64Array.from(some, (i) => gradient[i]);
    expect(largestDifference(ours, differences)).toBeLessThan(1e-8 * (1 + largest(differences)));
  });

  it('has no sums over samples: what is computed chunk by chunk is refused', () => {
    expect(() => openFullBatch(problemOf(forms.training), data)).toThrow(
      'resnet20 couples the samples of a batch, so that there are no sums over samples: freeze it',
    );
    openHeavyBall(problemOf(forms.training), data, 4, 0.9).dispose();
  });
});

describe('population statistics', () => {
  it('of one batch are its own, and the frozen network gives what it gave with them', async () => {
    const found = await statisticsOver([everyone]);
    const { means, variances } = plain(everyone);
    expect(found).toEqual(Float32Array.of(...means, ...variances));
    const frozen = forms.freeze(found);
    // Statistics are rounded to float32.
    expect(largestDifference(await outputsOf(frozen, x), await outputsOf(forms.training, x))).toBeLessThan(1e-5);
    expect(
      largestDifference(await outputsOf(frozen, rows([4])), (await outputsOf(frozen, x)).slice(12, 15)),
    ).toBeLessThan(1e-12);
  });

  // Channel: the moments by hand from the plain network's, batch by batch.
  it.each([[3], [4]])('of batches of %i are the mean and the whole variance', async (size) => {
    const batches = Array.from({ length: SAMPLES / size }, (_, batch) =>
      everyone.slice(batch * size, (batch + 1) * size),
    );
    const parts = batches.map(plain);
    const expected = parts[0].means.map((_, channel) => {
      const mean = parts.reduce((sum, { means }) => sum + means[channel], 0) / parts.length;
      const within = parts.reduce((sum, { variances }) => sum + variances[channel], 0) / parts.length;
      const between = parts.reduce((sum, { means }) => sum + (means[channel] - mean) ** 2, 0) / parts.length;
      return { mean, within, between };
    });
    const wanted = [...expected.map(({ mean }) => mean), ...expected.map(({ within, between }) => within + between)];
    expect(largest(expected.map(({ between }) => between))).toBeGreaterThan(0.05);
    expect(largestDifference(await statisticsOver(batches), wanted)).toBeLessThan(1e-6 * (1 + largest(wanted)));
    expect(largestDifference(await statisticsOver(batches, single), wanted)).toBeLessThan(1e-5 * (1 + largest(wanted)));
    // The first layer does not depend on the batches: its statistics are those of all samples.
    const whole = plain(everyone);
    for (let channel = 0; channel < WIDTH; channel++) {
      expect(Math.abs(wanted[channel] - whole.means[channel])).toBeLessThan(1e-12);
      expect(Math.abs(wanted[forms.channels + channel] - whole.variances[channel])).toBeLessThan(1e-12);
    }
  });

  it('must be as many as there are channels', () => {
    expect(() => forms.freeze(new Float32Array(3))).toThrow(RangeError);
  });
});

describe('the frozen form', () => {
  it('starts with means 0 and variances 1', async () => {
    const start = new Float32Array(2 * forms.channels).fill(1, forms.channels);
    expect(await outputsOf(model, x)).toEqual(await outputsOf(forms.freeze(start), x));
  });

  it('is a sum over samples again', async () => {
    const problem = problemOf(forms.freeze(await statisticsOver([everyone])));
    const gradientOf = (samples: number) => double.compile(lossAndGradient(problem), specs(problem, samples));
    const [all, half] = [gradientOf(SAMPLES), gradientOf(SAMPLES / 2)];
    const whole = (await all.run(theta, x, y))[1];
    const middle = SAMPLES / 2;
    const parts: Reals[] = [];
    for (const part of [0, 1]) {
      const own = x.subarray(part * middle * SIZE, (part + 1) * middle * SIZE);
      const targets = y.subarray(part * middle * CLASSES, (part + 1) * middle * CLASSES);
      parts.push((await half.run(theta, own, targets))[1]);
    }
    for (const compiled of [all, half]) compiled.dispose();
    expect(
      largestDifference(
        whole,
        parts[0].map((value, i) => value + parts[1][i]),
      ),
    ).toBeLessThan(1e-12 * largest(whole));
  });
});
