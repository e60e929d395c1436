/**
 * Networks in PyTorch as people write them, trained weights and all: their state dicts must give their logits here. Channel:
 * PyTorch, live, where Python has it; test/experiment/run/given-weights.test.ts does the same with what it wrote once.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveExperiment, runExperiment } from '../../src/experiment/index.ts';
import { randomStream } from '../../src/random.ts';
import { readSafetensors, requireTensor, type Tensor, writeSafetensors } from '../../src/store/safetensors.ts';
import { fileURLToPath } from 'node:url';
import { problemOf, scratchFolder } from '../store/scratch.ts';
import { PYTHON, pytorchMissing } from './pytorch.ts';

process.env.EPOCHNOISE_THREADS = '1';
const SCRIPT = fileURLToPath(new URL('state_dict.py', import.meta.url));
const SIDE = 16;

/** Our name of each network, and one that differs in what weights do not tell. */
const MODELS = {
  'lenet-valid': [{ name: 'lenet' }, { name: 'lenet', activation: 'softplus' }],
  'lenet-same': [
    { name: 'lenet', padding: 'same', activation: 'relu', pooling: 'max' },
    { name: 'lenet', padding: 'same', activation: 'relu' },
  ],
  'resnet20-group': [
    { name: 'resnet20', width: 4 },
    { name: 'resnet20', width: 4, groups: 4 },
  ],
  'resnet20-none': [
    { name: 'resnet20', width: 4, normalisation: 'none' },
    { name: 'resnet20', width: 4, normalisation: 'none', activation: 'softplus' },
  ],
  'resnet20-frozen-batch': [
    { name: 'resnet20', width: 4, normalisation: 'frozen-batch' },
    { name: 'resnet20', width: 4, normalisation: 'frozen-batch', activation: 'tanh' },
  ],
} as const;

const missing = pytorchMissing();
if (missing) console.warn(`state dicts of PyTorch: ${missing}`);

describe.skipIf(missing)(`weights that PyTorch writes now${missing ? ` (${missing})` : ''}`, () => {
  it.each(Object.entries(MODELS))('%s give its logits', async (kind, [model, other]) => {
    const folder = scratchFolder();
    const path = (name: string) => join(folder, name);
    execFileSync(PYTHON, [SCRIPT, kind, path('weights.safetensors'), path('check.safetensors')]);
    const random = randomStream(1, 'images');
    const x = new Float32Array(20 * SIDE * SIDE * 3).map(() => random.normal());
    const y = Int32Array.from({ length: 20 }, (_, n) => n % 10);
    writeSafetensors(path('images.safetensors'), {
      x: { shape: [20, SIDE, SIDE, 3], data: x },
      y: { shape: [20], data: y },
    });

    const said: string[] = [];
    const voice = { begin: () => async () => {}, say: (text: string) => void said.push(text), warn: () => {} };
    const take = (as: object, check: string | null, directory: string) =>
      runExperiment(
        path(directory),
        resolveExperiment({
          data: { name: 'file', path: path('images.safetensors') },
          model: as,
          loss: 'cross-entropy',
          train: { weights: { path: path('weights.safetensors'), check } },
          polish: { method: 'none' },
          sgd: { batchSize: 10 },
        }),
        voice,
        { until: 'train' },
      );
    await take(model, path('check.safetensors'), 'run');
    // PyTorch's own rounding, at float32 and through up to twenty layers.
    const [, agreement] = / to (\S+) of the largest$/.exec(said.find((text) => text.includes('given logits'))!)!;
    expect(Number(agreement)).toBeLessThan(1e-5);
    expect(await problemOf(() => take(other, path('check.safetensors'), 'other'))).toMatch(
      /^exit 2: .* fails the check "given logits": /,
    );

    if (kind === 'resnet20-frozen-batch') {
      const statistics = requireTensor(readSafetensors(path('run/minimum.safetensors')), 'batch_statistics', 'F32');
      expect(statistics.shape).toEqual([2, 4 * 7 + 8 * 6 + 16 * 6]);
      const state = readSafetensors(path('weights.safetensors')).tensors as Record<string, Tensor<'F32'>>;
      expect([...statistics.data.subarray(0, 4)]).toEqual([...state['bn1.running_mean'].data]);
      expect([...statistics.data.subarray(-16)]).toEqual([...state['layer3.2.bn2.running_var'].data]);
    }
    // Names tell the order of LeNet's layers; of a residual network's they do not.
    const unchecked = await problemOf(() => take(model, null, 'unchecked'));
    if (kind.startsWith('lenet')) expect(unchecked).toBe('no error');
    else expect(unchecked).toMatch(/^exit 2: .*, and their names do not tell which comes first: /);
  });
});
