/**
 * Whole runs against PyTorch: the program as it is compiled makes a run and exports its data, and check_run.py computes
 * everything again from these files in float64. Channel: another framework, another derivation of every derivative.
 */
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { readSafetensors, writeSafetensors } from '../../src/store/safetensors.ts';
import { compile, epochnoise, workingFolder } from '../cli/program.ts';
import { disagreements, pytorchMissing, recompute } from './pytorch.ts';

/** Losses, samplers, activations, poolings, both precisions and both ways to measure the noise, each at least once. */
const EXPERIMENTS = {
  'regression, tanh, reshuffled': `
    data: { name: teacher, samples: 400, testSamples: 0, inputs: 4, hidden: [5], noise: 0.2 }
    model: { name: mlp, hidden: [5], initialisation: { from: teacher } }
    sgd: { learningRate: 0.05, batchSize: 20 }
    record: { burnInEpochs: 4, epochs: 6 }`,
  'classes, relu and softmax, one shuffle, float64': `
    precision: float64
    data: { name: digits, samples: 300, testSamples: 0, size: 8 }
    model: { name: mlp, hidden: [4, 3], activation: relu }
    loss: cross-entropy
    train: { epochs: 5, initialLearningRate: 0.1 }
    polish: { method: none }
    sgd: { learningRate: 0.02, batchSize: 30, weightDecay: 1.0e-3, sampler: shuffle-once }
    record: { burnInEpochs: 1, epochs: 3 }`,
  'convolutions, tanh and average pooling, squared error': `
    data: { name: file, path: images.safetensors }
    model: { name: lenet, padding: valid, activation: tanh, pooling: average }
    train: { epochs: 2, initialLearningRate: 0.02 }
    polish: { method: none }
    sgd: { learningRate: 0.01, momentum: 0, batchSize: 10, weightDecay: 1.0e-2 }
    record: { burnInEpochs: 1, epochs: 2 }
    spectrum: { eigenpairs: 5, tolerance: 0.1 }`,
  'convolutions, softplus and max pooling, binary, with replacement': `
    data: { name: file, path: images.safetensors }
    model: { name: lenet, padding: same, activation: softplus, pooling: max }
    loss: binary-cross-entropy
    train: { epochs: 2, initialLearningRate: 0.02 }
    polish: { method: none }
    sgd: { learningRate: 0.01, momentum: 0.5, batchSize: 10, sampler: with-replacement }
    record: { burnInEpochs: 1, epochs: 2 }
    spectrum: { eigenpairs: 5, tolerance: 0.1 }
    noise: { method: batches }`,
  'convolutions, relu and max pooling, padding same': `
    data: { name: file, path: images.safetensors }
    model: { name: lenet, padding: same, activation: relu, pooling: max }
    loss: binary-cross-entropy
    train: { epochs: 2, initialLearningRate: 0.02 }
    polish: { method: none }
    sgd: { learningRate: 0.005, batchSize: 10 }
    record: { burnInEpochs: 1, epochs: 2 }
    spectrum: { eigenpairs: 5, tolerance: 0.1 }`,
  'a residual network with group normalisation, relu': `
    data: { name: file, path: images.safetensors }
    model: { name: resnet20, width: 2, groups: 2 }
    loss: binary-cross-entropy
    train: { epochs: 2, initialLearningRate: 0.05 }
    polish: { method: none }
    sgd: { learningRate: 0.005, momentum: 0.5, batchSize: 10, weightDecay: 1.0e-2 }
    record: { burnInEpochs: 1, epochs: 2 }
    spectrum: { eigenpairs: 5, tolerance: 0.1 }`,
  'a residual network without normalisation, tanh': `
    data: { name: file, path: images.safetensors }
    model: { name: resnet20, width: 3, activation: tanh, normalisation: none }
    train: { epochs: 2, initialLearningRate: 0.05 }
    polish: { method: none }
    sgd: { learningRate: 0.005, momentum: 0.5, batchSize: 10, weightDecay: 1.0e-2 }
    record: { burnInEpochs: 1, epochs: 2 }
    spectrum: { eigenpairs: 5, tolerance: 0.1 }`,
  'a residual network with frozen batch normalisation, tanh': `
    data: { name: file, path: images.safetensors }
    model: { name: resnet20, width: 2, activation: tanh, normalisation: frozen-batch }
    loss: binary-cross-entropy
    train: { epochs: 2, initialLearningRate: 0.05 }
    polish: { method: none }
    sgd: { learningRate: 0.005, momentum: 0.5, batchSize: 10, weightDecay: 1.0e-2 }
    record: { burnInEpochs: 1, epochs: 2 }
    spectrum: { eigenpairs: 5, tolerance: 0.1 }`,
} as const;
type Name = keyof typeof EXPERIMENTS;
const NAMES = Object.keys(EXPERIMENTS) as Name[];

const missing = pytorchMissing();
if (missing) console.warn(`PyTorch tests ${missing}`);

describe.skipIf(missing)(`PyTorch finds what a run has found${missing ? ` (${missing})` : ''}`, () => {
  const folder = workingFolder();
  const path = (name: string) => join(folder, name);

  /** Runs an experiment and exports its data, once: `<index>` and `<index>.safetensors`. */
  async function make(name: Name): Promise<string> {
    const index = String(NAMES.indexOf(name));
    if (existsSync(path(`${index}.safetensors`))) return index;
    writeFileSync(path(`${index}.yaml`), EXPERIMENTS[name]);
    const run = await epochnoise(folder, ['run', `${index}.yaml`, '--out', index, '--until', 'compare']);
    expect(run.code, run.err).toBe(0);
    const exported = await epochnoise(folder, ['data', 'export', index, '--out', `${index}.safetensors`]);
    expect(exported.code, exported.err).toBe(0);
    return index;
  }

  /** 16×16 pixels in three colours, brighter where the label is 1. */
  function writeImages(): void {
    const random = randomStream(1, 'images');
    const y = Int32Array.from({ length: 40 }, () => random.integer(2));
    const x = Float32Array.from({ length: 40 * 768 }, (_, at) => 0.5 * random.normal() + 0.2 * y[Math.floor(at / 768)]);
    const tensors = { x: { shape: [40, 16, 16, 3], data: x }, y: { shape: [40], data: y } };
    writeSafetensors(path('images.safetensors'), tensors);
  }

  /** Changes numbers of a tensor of a file in place. */
  function damage(file: string, tensor: string, change: (data: Float64Array | Int32Array) => void): void {
    const { tensors, metadata } = readSafetensors(path(file));
    change(tensors[tensor].data as Float64Array | Int32Array);
    writeSafetensors(path(file), tensors, metadata);
  }

  beforeAll(() => {
    compile();
    writeImages();
  });

  it.each(NAMES)('%s', async (name) => {
    const index = await make(name);
    const found = await recompute(path(index), path(`${index}.safetensors`));
    expect(disagreements(found)).toEqual([]);
    expect(found).toMatchObject({ code: 0, err: '' });
    expect(found.checks.length).toBeGreaterThan(30);
  });

  it('and notices eigenvalues, noise and batches that are a little off', async () => {
    const sound = await make(NAMES[0]);
    cpSync(path(sound), path('damaged'), { recursive: true });
    damage('damaged/spectrum.safetensors', 'eigenvalues', (values) => (values[0] *= 1.001));
    damage('damaged/noise.safetensors', 'variance', (values) =>
      values.forEach((value, i) => (values[i] = 1.01 * value)),
    );
    damage('damaged/batches.safetensors', 'indices', (values) => values.subarray(0, 40).reverse());
    const found = await recompute(path('damaged'), path(`${sound}.safetensors`));
    expect(found.code).toBe(1);
    const failed = found.checks.filter(({ ok }) => !ok).map(({ check }) => check.replace(/ \(.*/, ''));
    expect(failed).toEqual([
      ...[0, 8, 15, 22, 30].map((direction) => `noise variance ${direction}`),
      'eigenvalue 0',
      'residual 0',
      'theta, 20 updates from the opening',
      'velocity, 20 updates from the opening',
      // The batches are met in another order, hence at other weights.
      'mean batch loss of that epoch',
      'eigenvalue of directions.csv and of its own file',
      'noise_variance of directions.csv and of its own file',
    ]);
  });

  it('and says so where data and run do not belong together', async () => {
    const [one, other] = [await make(NAMES[0]), await make(NAMES[1])];
    const { code, checks, err } = await recompute(path(one), path(`${other}.safetensors`));
    expect({ code, checks }).toEqual({ code: 2, checks: [] });
    expect(err).toMatch(/^error: .* cannot be used: 2400 samples in batches are not 6 epochs of 300\n$/);
  });
});
