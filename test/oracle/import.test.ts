/**
 * A network trained and recorded in PyTorch by the lines of docs/how-to/import-a-recording.md, as a reader would run them. Channels:
 * PyTorch's own updates, Hessian and per-sample gradients, held against what is computed here from the same recording.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../src/store/csv.ts';
import { compile, epochnoise, refusal, workingFolder } from '../cli/program.ts';
import { blocksOf } from '../docs/blocks.ts';
import { commandsOf } from '../docs/page.ts';
import { PYTHON, pytorchMissing } from './pytorch.ts';

const blocks = blocksOf('docs/how-to/import-a-recording.md');
const [withNetwork, withoutNetwork] = commandsOf(blocks).map((args) => args.slice(0, -2));
const block = (language: string, first: string): string => {
  const found = blocks.find((one) => one.language === language && one.code.startsWith(first));
  if (!found) throw new Error(`the page has no ${language} that begins with ${first}`);
  return found.code;
};

/** What the page leaves to its reader: data, a network, a training that ends near a minimum. */
const TRAINING = `
import torch
torch.manual_seed(1)
batch_size, weight_decay = 30, 1e-3
x = torch.randn(600, 6)
teacher = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
y = torch.distributions.Categorical(logits=2 * teacher(x).detach()).sample()
model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
loss = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=weight_decay)
for epoch in range(150):
    for group in optimizer.param_groups: group['lr'] = 0.05 if epoch >= 145 else 0.3 * 0.985 ** epoch
    for indices in torch.randperm(len(x)).split(batch_size):
        optimizer.zero_grad()
        loss(model(x[indices]), y[indices]).backward()
        optimizer.step()
save_file(dict(x=x, y=y), 'samples.safetensors')
`;
const FORWARD = `
def forward(theta, x):
    w1, b1, w2, b2 = theta.split([48, 8, 24, 3])
    return torch.tanh(x.double() @ w1.reshape(8, 6).T + b1) @ w2.reshape(3, 8).T + b2
`;

const missing = pytorchMissing();

describe.skipIf(missing)(`a recording from PyTorch${missing ? ` (${missing})` : ''}`, () => {
  compile();
  const folder = workingFolder();
  const columns = (run: string) => readCsv(join(folder, run, 'directions.csv'));

  beforeAll(async () => {
    const recorder = block('python', '# recorder.py');
    const script = [recorder, TRAINING, block('python', '# the window'), FORWARD, block('python', '# pairs.py')].join(
      '\n',
    );
    writeFileSync(join(folder, 'all.py'), script);
    execFileSync(PYTHON, ['all.py'], { cwd: folder, env: { ...process.env, OMP_NUM_THREADS: '1' } });
    writeFileSync(join(folder, 'trained.yaml'), block('yaml', '# trained.yaml'));
  });

  it('the recorder has twenty lines', () => {
    const lines = block('python', '# recorder.py')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'));
    expect(lines.length).toBeLessThanOrEqual(22);
  });

  it('is imported with its network: the updates are those of the network', async () => {
    const { code, err } = await epochnoise(folder, [...withNetwork, '--out', 'with']);
    expect(code, err).toBe(0);
    expect(columns('with').numbers('eigenvalue')).toHaveLength(83);
  });

  it('and without it, by PyTorch’s own eigenpairs and noise, which are those found here', async () => {
    const { code, err } = await epochnoise(folder, [...withoutNetwork, '--out', 'bare']);
    expect(code, err).toBe(0);
    const [here, there] = [columns('with'), columns('bare')];
    const lambda = there.numbers('eigenvalue');
    // Directions that are one another's neighbours may be mixed differently: gaps of a few per cent at least.
    const apart = [...lambda.keys()].filter(
      (i) => lambda[i] > 2e-3 && [i - 1, i + 1].every((j) => !(Math.abs(lambda[j] / lambda[i] - 1) < 0.03)),
    );
    expect(apart.length).toBeGreaterThan(20);
    for (const name of [
      'eigenvalue',
      'noise_variance',
      'theta_variance',
      'velocity_variance',
      'theta_variance_sampler',
    ])
      for (const i of apart) expect(here.numbers(name)[i] / there.numbers(name)[i], `${name} ${i}`).toBeCloseTo(1, 2);
  });

  it('a network of another shape is refused in a sentence', async () => {
    const args = [
      'import',
      'window.safetensors',
      '--experiment',
      'trained.yaml',
      '--set',
      'model.hidden=[7]',
      '--out',
      'other',
    ];
    expect(await refusal(folder, args)).toMatch(
      /^2: .*window\.safetensors has 83 weights, but model mlp has 73: name the model that was recorded$/,
    );
  });
});
