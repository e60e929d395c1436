/** docs/how-to/weights-from-pytorch.md, done as it says, where Python has PyTorch. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/experiment/index.ts';
import { modelOfModule } from '../../src/models/module.ts';
import { readSafetensors, requireTensor } from '../../src/store/safetensors.ts';
import { compile, workingFolder } from '../cli/program.ts';
import { PYTHON, pytorchMissing } from '../oracle/pytorch.ts';
import { blocksOf } from './blocks.ts';
import { commandsOf, runs, writeFiles } from './page.ts';

const blocks = blocksOf('docs/how-to/weights-from-pytorch.md');
const folder = workingFolder();
writeFiles(blocks, folder);

it('its experiment is one', () => {
  const { experiment } = loadExperiment(join(folder, 'from-pytorch.yaml'));
  expect(experiment.train).toMatchObject({ epochs: 0, weights: { layout: 'pytorch', names: null } });
});

it('what it says of shapes is what a module may say', async () => {
  const [{ code }] = blocks.filter(({ language }) => language === 'js');
  // Its lines are one entry each.
  const shapes = (0, eval)(
    `[${code
      .trim()
      .split('\n')
      .map((line) => `${line.replace(/\/\/.*/, '')},`)
      .join('\n')}]`,
  ) as unknown[];
  expect(shapes).toHaveLength(3);
  const setting = { inputShape: [1], outputs: 1, options: {} };
  const model = await modelOfModule({ shapes, forward: () => {} }, 'net.mjs', setting);
  expect(model.shapes).toEqual(shapes);
});

const missing = pytorchMissing();
if (missing) console.warn(`weights from PyTorch, as the page has it: ${missing}`);

describe.skipIf(missing)(`done${missing ? ` (${missing})` : ''}`, () => {
  beforeAll(() => {
    compile();
    execFileSync(PYTHON, ['train.py'], { cwd: folder, env: { ...process.env, OMP_NUM_THREADS: '1' } });
  });

  it('its commands take the weights, whose logits agree', async () => {
    const [doctor, run] = commandsOf(blocks);
    expect((await runs(folder, doctor)).out).toMatch(
      /^passed {2}given logits +outputs are the logits of check\.safetensors for its 100 inputs to \d\.\de-\d+ of the largest$/m,
    );
    await runs(folder, run);
    const minimum = readSafetensors(join(folder, 'results', 'from-pytorch', 'minimum.safetensors'));
    expect(requireTensor(minimum, 'theta', 'F64').shape).toEqual([6 * 26 + 16 * 151 + 17 * 120 + 121 * 84 + 85 * 2]);
    expect(minimum.metadata.weights).toMatchObject({
      file: 'lenet.safetensors',
      names: { 'conv1/kernel': '0.weight' },
    });
  });
});
