/**
 * ResNet-20 in all its forms. Channels: the same network in plain loops of float64 (test/oracle/plain-resnet.ts); finite
 * differences; PyTorch's own normalisations, gradient and double backward, where it is installed.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { openHessian } from '../../src/hessian/hessian.ts';
import { lenet } from '../../src/models/lenet.ts';
import { lossFor } from '../../src/models/losses.ts';
import { type Activation, initialWeights, type Model, parameterCount, places, split } from '../../src/models/model.ts';
import { defineProblem, hessianProduct, lossAndGradient, type Problem, specs } from '../../src/models/problem.ts';
import { resnet20, type Resnet20Options } from '../../src/models/resnet20.ts';
import { randomStream } from '../../src/random.ts';
import { readSafetensors, writeSafetensors } from '../../src/store/safetensors.ts';
import { atPrecision, type Backend, openBackend } from '../../src/tensor/backend.ts';
import { type Compiled, real, type Reals, type Shape, sizeOf } from '../../src/tensor/types.ts';
import { plainResnet, type PlainResnet } from '../oracle/plain-resnet.ts';
import { PYTHON, pytorchMissing } from '../oracle/pytorch.ts';
import { temporaryFolders } from '../setup/temporary.ts';
import { derivativeAtZero, largest, largestDifference } from '../tensor/finite-differences.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');
const CLASSES = 3;

const options = (changes: Partial<Resnet20Options>): Resnet20Options => ({
  width: 2,
  activation: 'tanh',
  normalisation: 'group',
  groups: null,
  ...changes,
});

function normals(count: number, deviation: number, purpose: string): Float64Array {
  const random = randomStream(6, purpose);
  return Float64Array.from({ length: count }, () => Math.fround(deviation * random.normal()));
}

/** Some images and one-hot classes, weights off their initial values, and a direction; float32 holds all of them exactly. */
function example(model: Model, input: Shape, samples: number, activation: Activation) {
  const purpose = `${model.name}/${input.join()}/${activation}`;
  const random = randomStream(6, purpose);
  const scatter = normals(parameterCount(model), 0.1, `${purpose}/theta`);
  const y = new Float32Array(samples * CLASSES);
  for (let n = 0; n < samples; n++) y[n * CLASSES + random.integer(CLASSES)] = 1;
  return {
    theta: initialWeights(model, activation, random).map((weight, i) => Math.fround(weight + scatter[i])),
    vector: normals(scatter.length, 0.3, `${purpose}/vector`),
    x: Float32Array.from(normals(samples * sizeOf(input), 1, `${purpose}/x`)),
    y,
  };
}

const problemOf = (backend: Backend, model: Model, input: Shape): Problem =>
  defineProblem({
    backend,
    model,
    loss: lossFor('cross-entropy', 'classes'),
    inputShape: input,
    outputs: CLASSES,
    weightDecay: 0,
  });

async function outputsOf(backend: Backend, model: Model, input: Shape, theta: Reals, x: Reals): Promise<Reals> {
  const samples = x.length / sizeOf(input);
  const compiled = backend.compile(
    (flat, images) => [model.forward(backend.ops, split(backend.ops, model, flat), images)],
    [real(theta.length), real(samples, ...input)],
  );
  const [outputs] = await compiled.run(theta, x);
  compiled.dispose();
  return outputs;
}

/** Gradient and Hessian product of the summed loss; each is compiled when it is first asked for. */
function derivativesOf(backend: Backend, model: Model, input: Shape, samples: number) {
  const problem = problemOf(backend, model, input);
  const given = specs(problem, samples);
  const compiled: Compiled[] = [];
  const lazily = (make: () => Compiled) => {
    let known: Compiled | undefined;
    return async (...inputs: Reals[]) => {
      if (!known) compiled.push((known = make()));
      return Float64Array.from((await known.run(...inputs)).at(-1)!);
    };
  };
  return {
    gradient: lazily(() => backend.compile(lossAndGradient(problem), given)),
    product: lazily(() => backend.compile(hessianProduct(problem), [...given, real(problem.size)])),
    dispose: () => compiled.forEach((one) => one.dispose()),
  };
}

/** A per-sample form of the network, batch statistics frozen at random ones. */
function sampleWise(input: Shape, settings: Resnet20Options): { model: Model; plain: PlainResnet } {
  const model = resnet20(input, CLASSES, settings);
  const { width, activation } = settings;
  const known = { input: input as PlainResnet['input'], outputs: CLASSES, width, activation };
  if (settings.normalisation === 'none') return { model, plain: { ...known, normalisation: 'none' } };
  if (settings.normalisation === 'group')
    return { model, plain: { ...known, normalisation: { group: settings.groups! } } };
  const { channels, freeze } = model.batchNorm!;
  const means = normals(channels, 0.3, 'statistics/means');
  const variances = normals(channels, 0.5, 'statistics/variances').map((value) => Math.fround(Math.exp(value)));
  const statistics = Float32Array.of(...means, ...variances);
  return { model: freeze(statistics), plain: { ...known, normalisation: { frozen: statistics } } };
}

const FORMS: [Resnet20Options['normalisation'], Activation, number, number, Shape][] = [
  ['group', 'tanh', 2, 2, [8, 8, 3]],
  ['group', 'relu', 4, 2, [9, 10, 1]],
  ['group', 'softplus', 3, 1, [8, 9, 2]],
  ['none', 'relu', 2, 1, [8, 8, 3]],
  ['none', 'tanh', 3, 1, [11, 8, 1]],
  ['frozen-batch', 'tanh', 2, 1, [8, 8, 3]],
  ['frozen-batch', 'relu', 3, 1, [9, 9, 2]],
];

describe('resnet20', () => {
  // By hand: 432 + 6·2,304 + 4,608 + 5·9,216 + 18,432 + 5·36,864 weights, 650 of the dense layer, and 688 channels.
  it.each([
    [16, 'group', 269_722],
    [16, 'frozen-batch', 269_722],
    [16, 'none', 269_034],
    [8, 'group', 68_050],
    [4, 'group', 17_326],
  ] as const)('of width %i with normalisation %s has %i parameters', (width, normalisation, count) => {
    expect(parameterCount(resnet20([32, 32, 3], 10, options({ width, normalisation })))).toBe(count);
  });

  it('names its parameters layer by layer, what follows a convolution after its kernel', () => {
    const names = (normalisation: Resnet20Options['normalisation']) =>
      resnet20([8, 8, 1], 2, options({ normalisation })).shapes.map(({ name, shape }) => `${name} ${shape.join('×')}`);
    const group = names('group');
    expect(group.slice(0, 5)).toEqual([
      'conv1/kernel 3×3×1×2',
      'conv1/scale 2',
      'conv1/shift 2',
      'block1/conv1/kernel 3×3×2×2',
      'block1/conv1/scale 2',
    ]);
    expect(group.slice(-5)).toEqual([
      'block9/conv2/kernel 3×3×8×8',
      'block9/conv2/scale 8',
      'block9/conv2/shift 8',
      'dense1/weight 8×2',
      'dense1/bias 2',
    ]);
    expect(names('frozen-batch')).toEqual(group);
    expect(names('none').slice(0, 2)).toEqual(['conv1/kernel 3×3×1×2', 'conv1/bias 2']);
  });

  it('starts with scales of 1, shifts and biases of 0, and the kernels of He', () => {
    const model = resnet20([8, 8, 3], 10, options({ width: 16 }));
    const weights = initialWeights(model, 'relu', randomStream(1, 'test'));
    for (const { name, shape, offset } of places(model.shapes)) {
      const own = [...weights.subarray(offset, offset + sizeOf(shape))];
      if (name.endsWith('scale')) expect(new Set(own)).toEqual(new Set([1]));
      else if (/shift|bias/.test(name)) expect(new Set(own)).toEqual(new Set([0]));
      else {
        const variance = own.reduce((sum, weight) => sum + weight ** 2, 0) / own.length;
        // √(2/432) = 7 % for the smallest kernel.
        expect(variance / (2 / sizeOf(shape.slice(0, -1)))).toBeGreaterThan(0.75);
        expect(variance / (2 / sizeOf(shape.slice(0, -1)))).toBeLessThan(1.25);
      }
    }
  });

  // Channel: plain loops, which also refuse parameters that they do not use.
  it.each(FORMS)(
    '%s, %s, width %i, %i groups, is that of plain loops on %j',
    async (kind, activation, width, groups, input) => {
      const { model, plain } = sampleWise(input, {
        width,
        activation,
        normalisation: kind,
        groups: kind === 'group' ? groups : null,
      });
      const { theta, x } = example(model, input, 2, activation);
      const expected = plainResnet(plain, theta, x).outputs.flat();
      expect(largestDifference(await outputsOf(double, model, input, theta, x), expected)).toBeLessThan(
        1e-12 * (1 + largest(expected)),
      );
      expect(largestDifference(await outputsOf(single, model, input, theta, x), expected)).toBeLessThan(
        2e-5 * (1 + largest(expected)),
      );
    },
  );

  it('has half the width for groups unless it is told how many', async () => {
    const input = [8, 8, 1];
    for (const [width, groups] of [
      [1, 1],
      [5, 1],
      [8, 4],
      [9, 3],
    ] as const) {
      const [given, expected] = [null, groups].map((count) =>
        resnet20(input, CLASSES, options({ width, groups: count })),
      );
      const { theta, x } = example(given, input, 1, 'tanh');
      expect(await outputsOf(double, given, input, theta, x)).toEqual(
        await outputsOf(double, expected, input, theta, x),
      );
    }
  });

  // Channel: differences, of plain loops' losses for the gradient, and of the gradient for the product. A step of 1e-6
  // crosses no kink of relu here; the five-point stencil is of fourth order.
  it.each(FORMS)(
    '%s, %s, width %i, %i groups, has the derivatives of its loss on %j',
    async (kind, activation, width, groups, input) => {
      const settings = { width, activation, normalisation: kind, groups: kind === 'group' ? groups : null };
      const { model, plain } = sampleWise(input, settings);
      const { theta, vector, x, y } = example(model, input, 2, activation);
      const exact = derivativesOf(double, model, input, 2);
      const moved = (t: number) => theta.map((weight, i) => weight + t * vector[i]);
      const loss = (point: Float64Array) =>
        plainResnet(plain, point, x).outputs.reduce((sum, logits, n) => {
          const total = Math.log(logits.reduce((all, z) => all + Math.exp(z), 0));
          return sum + logits.reduce((part, z, o) => part + y[n * CLASSES + o] * (total - z), 0);
        }, 0);
      const gradient = await exact.gradient(theta, x, y);
      const along = gradient.reduce((sum, value, i) => sum + value * vector[i], 0);
      const [expected] = await derivativeAtZero((t) => [loss(moved(t))], 1e-6);
      expect(Math.abs(along - expected)).toBeLessThan(1e-8 * (1 + Math.abs(expected)));

      const product = await exact.product(theta, x, y, vector);
      const differences = await derivativeAtZero((t) => exact.gradient(moved(t), x, y), 1e-6);
      expect(largestDifference(product, differences)).toBeLessThan(1e-7 * largest(differences));
      exact.dispose();

      // The graph is the same but for its precision: once for each normalisation.
      if (input !== FORMS.find(([one]) => one === kind)![4]) return;
      const rough = derivativesOf(single, model, input, 2);
      // float32 through 20 layers: some hundred roundings, and what cancels between them.
      expect(largestDifference(await rough.product(theta, x, y, vector), product)).toBeLessThan(
        2e-4 * largest(product),
      );
      rough.dispose();
    },
  );

  it.each(['group', 'none', 'frozen-batch'] as const)(
    '%s: what a batch gives is the sum over its samples',
    async (kind) => {
      const input = [8, 8, 2];
      const { model } = sampleWise(
        input,
        options({ width: 4, normalisation: kind, groups: kind === 'group' ? 2 : null }),
      );
      const { theta, vector, x, y } = example(model, input, 4, 'tanh');
      const all = derivativesOf(double, model, input, 4);
      const one = derivativesOf(double, model, input, 1);
      const width = sizeOf(input);
      const sum = async (of: (x: Reals, y: Reals) => Promise<Float64Array>) => {
        const total = new Float64Array(theta.length);
        for (let n = 0; n < 4; n++) {
          const part = await of(x.subarray(n * width, (n + 1) * width), y.subarray(n * CLASSES, (n + 1) * CLASSES));
          part.forEach((value, i) => (total[i] += value));
        }
        return total;
      };
      const gradients = await sum((image, target) => one.gradient(theta, image, target));
      const products = await sum((image, target) => one.product(theta, image, target, vector));
      expect(largestDifference(await all.gradient(theta, x, y), gradients)).toBeLessThan(1e-12 * largest(gradients));
      expect(largestDifference(await all.product(theta, x, y, vector), products)).toBeLessThan(
        1e-11 * largest(products),
      );
      for (const compiled of [all, one]) compiled.dispose();
    },
  );

  // Channel: the plain network. Standard images, the width and the size that are trained.
  it.each([
    ['none', 'relu'],
    ['none', 'tanh'],
    ['group', 'relu'],
  ] as const)('%s with %s has activations of order one at initialisation', (kind, activation) => {
    const input = [16, 16, 3];
    const { model, plain } = sampleWise(input, {
      width: 8,
      activation,
      normalisation: kind,
      groups: kind === 'group' ? 4 : null,
    });
    const random = randomStream(2, `initial/${activation}`);
    const theta = initialWeights(model, activation, random);
    const { blocks } = plainResnet(plain, theta, normals(4 * sizeOf(input), 1, 'initial/x'));
    expect(blocks).toHaveLength(9);
    for (const size of blocks) {
      expect(size).toBeGreaterThan(0.1);
      expect(size).toBeLessThan(5);
    }
  });

  // The memory rules count in units: bytes that a product's saved values take for each must be about the same for all.
  it.each([
    ['lenet', lenet([32, 32, 3], CLASSES, { padding: 'same', activation: 'tanh', pooling: 'average' })],
    ['resnet20, group', resnet20([32, 32, 3], CLASSES, options({ width: 8 }))],
    ['resnet20, none', resnet20([32, 32, 3], CLASSES, options({ width: 8, normalisation: 'none' }))],
    ['resnet20, frozen-batch', resnet20([32, 32, 3], CLASSES, options({ width: 8, normalisation: 'frozen-batch' }))],
  ])('%s saves 8 to 20 bytes a unit', (_, model) => {
    const { theta, x, y } = example(model, [32, 32, 3], 20, 'tanh');
    const family = openHessian(problemOf(single, model, [32, 32, 3]), { x, y, samples: 20 });
    const operator = family.at(theta);
    const bytes = operator.savedBytes / 20 / model.unitsPerSample;
    operator.dispose();
    family.dispose();
    expect(bytes).toBeGreaterThan(8);
    expect(bytes).toBeLessThan(20);
  });

  it.each([
    [[784], {}, 'model resnet20 was given inputs of shape [784]; expected [height, width, channels] of at least 8×8'],
    [
      [32, 7, 3],
      {},
      'model resnet20 was given inputs of shape [32, 7, 3]; expected [height, width, channels] of at least 8×8',
    ],
    [
      [32, 32, 3],
      { width: 12, groups: 5 },
      'model.groups is 5, which does not divide the 12 channels of model.width; expected 1, 2, 3, 4, 6, 12',
    ],
  ] as const)('refuses %j with %j', (shape, changes, message) => {
    expect(() => resnet20(shape, 10, options(changes))).toThrow(new ConfigurationError(message));
  });
});

const SCRIPT = fileURLToPath(new URL('../oracle/resnet20.py', import.meta.url));
const missing = pytorchMissing();
if (missing) console.warn(`PyTorch's ResNet-20 ${missing}`);

describe.skipIf(missing)(`PyTorch's ResNet-20${missing ? ` (${missing})` : ''}`, () => {
  const folder = temporaryFolders();

  it.each(FORMS)(
    '%s, %s, width %i, %i groups, has the same outputs and derivatives on %j',
    async (kind, activation, width, groups, input) => {
      const settings = { width, activation, normalisation: kind, groups: kind === 'group' ? groups : null };
      const { model, plain } = sampleWise(input, settings);
      const samples = 5;
      const { theta, vector, x, y } = example(model, input, samples, activation);
      const directory = folder();
      const [given, found] = ['in', 'out'].map((name) => join(directory, `${name}.safetensors`));
      const statistics =
        typeof plain.normalisation === 'object' && 'frozen' in plain.normalisation && plain.normalisation.frozen;
      const tensors = {
        theta: { shape: [theta.length], data: theta },
        vector: { shape: [theta.length], data: vector },
        x: { shape: [samples, ...input], data: Float64Array.from(x) },
        y: { shape: [samples, CLASSES], data: Float64Array.from(y) },
        ...(statistics && { statistics: { shape: [2, statistics.length / 2], data: Float64Array.from(statistics) } }),
      };
      writeSafetensors(given, tensors, { model: { ...settings }, parameters: places(model.shapes) });
      execFileSync(PYTHON, [SCRIPT, given, found], { stdio: ['ignore', 'ignore', 'inherit'] });
      const torch = Object.fromEntries(
        Object.entries(readSafetensors(found).tensors).map(([name, { data }]) => [name, data as Float64Array]),
      );
      const agree = (ours: ArrayLike<number>, name: string) =>
        expect(largestDifference(ours, torch[name]), name).toBeLessThan(1e-11 * (1 + largest(torch[name])));
      agree(await outputsOf(double, model, input, theta, x), 'outputs');
      const exact = derivativesOf(double, model, input, samples);
      agree(await exact.gradient(theta, x, y), 'gradient');
      agree(await exact.product(theta, x, y, vector), 'product');
      exact.dispose();
      if (!model.batchNorm) return;
      const { training, statistics: measure } = model.batchNorm;
      agree(await outputsOf(double, training, input, theta, x), 'training_outputs');
      const measured = await outputsOf(double, { ...training, forward: measure }, input, theta, x);
      agree(measured, 'training_statistics');
    },
  );
});
