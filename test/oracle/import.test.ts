/**
 * A network trained and recorded in PyTorch by the lines of docs/how-to/import-a-recording.md, as a reader would run them. Channels:
 * PyTorch's own updates, Hessian and per-sample gradients, held against what is computed here from the same recording.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/report/summary.ts';
import { readCsv } from '../../src/store/csv.ts';
import { readJson } from '../../src/store/json.ts';
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

const missing = pytorchMissing();

describe.skipIf(missing)(`a recording from PyTorch${missing ? ` (${missing})` : ''}`, () => {
  compile();
  const folder = workingFolder();
  const columns = (run: string) => readCsv(join(folder, run, 'directions.csv'));

  beforeAll(async () => {
    const recorder = block('python', '# recorder.py');
    const parts = [recorder, block('python', '# before'), block('python', '# the window')];
    const script = [...parts, block('python', '# pairs.py')].join('\n');
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
    const [, off, limit] =
      /^recorded updates made again: 9, gradients off by at most (\S+) % \((\S+) % are left to rounding\)$/m
        .exec(err)!
        .map(Number);
    expect(off).toBeLessThan(limit / 10);
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

  it('theory holds about the crossover, as the page says', () => {
    const { ranges, noise, warnings } = readJson<Summary>(join(folder, 'with', 'summary.json'));
    const about = ranges.filter(({ low, high, directions }) => low! >= 0.1 && high! <= 10 && directions > 0);
    expect(about).toHaveLength(2);
    for (const { ratioTwoComponent, pooledError, low } of about)
      expect(Math.abs(ratioTwoComponent! - 1), `from ${low} on`).toBeLessThan(3 * pooledError!);
    expect(noise.expectedShare).toBeLessThan(0.01);
    expect(warnings.map(({ code }) => code)).toEqual(['not-stationary', 'paths-unexplained']);
    const below = ranges.find(({ high }) => high === 0.1)!;
    expect(below.replayExplained! / below.replayPredicted!).toBeLessThan(0.8);
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
