/** What the program says of itself. */
import { describe, expect, it } from 'vitest';
import { experimentNames } from '../../src/experiment/catalogue.ts';
import { programVersion } from '../../src/experiment/environment.ts';
import { compile, epochnoise, here, workingFolder } from './program.ts';

compile();
const folder = workingFolder();
const stages = ['train', 'record', 'spectrum', 'curvature', 'noise', 'compare', 'controls'];

it.each<[string, string[]]>([
  [
    '',
    [
      'run',
      'init',
      ...stages,
      'report',
      'tensorboard',
      'import',
      'probe',
      'theory',
      'data',
      'doctor',
      'Exit codes: 0 done',
      '130 interrupted',
    ],
  ],
  ['run', [...experimentNames(), '--out <folder>', '--set <key.path=value>', '--until <stage>', '--json']],
  ['init', ['my-study.yaml', 'Overwrites nothing', '--json']],
  ...stages.map((name): [string, string[]] => [name, ['a run directory', '--json']]),
  ['report', ['run directories', '--out <file>', 'comparison.html', '--json']],
  ['tensorboard', ['a run directory', '--json']],
  ['import', ['--experiment <file>', '--eigenpairs <file>', '--out <folder>', '--set <key.path=value>', '--json']],
  ['probe', ['a run directory', '--samples <number>', '--iterations <number>', '--memory <size>', '--json']],
  [
    'theory',
    [
      '--learning-rate',
      '--momentum',
      '--batches-per-epoch',
      '--eigenvalue',
      '--sampler',
      '--window',
      '--plot <file.png>',
      '--json',
    ],
  ],
  ['data', ['list', 'get', 'verify', 'export']],
  ['data list', ['EPOCHNOISE_DATA', '--json']],
  ['data get', ['mnist or cifar10', '--folder <folder>']],
  ['data verify', ['[dataset]', '--json']],
  ['data export', ['--out <file>', 'safetensors']],
  ['doctor', ['--json']],
  ['completion', ['"bash", "zsh", "fish"', 'eval "$(epochnoise completion bash)"']],
])('epochnoise %s --help tells its arguments', async (command, told) => {
  const words = command.split(' ').filter((word) => word !== '');
  const { code, out, err } = await here(folder, [...words, '--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`^Usage: ${['epochnoise', ...words].join(' ')}( |$)`, 'm'));
  for (const text of told) expect(out).toContain(text);
});

describe('without a command', () => {
  it('--version prints the version alone', async () => {
    expect(await epochnoise(folder, ['--version'])).toEqual({ code: 0, out: `${programVersion()}\n`, err: '' });
  });

  it('--help is that of the program, as a process, too', async () => {
    expect(await epochnoise(folder, ['--help'])).toEqual(await here(folder, ['--help']));
  });

  it('nothing at all is wrong usage, and help goes to standard error', async () => {
    const { code, out, err } = await epochnoise(folder, []);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^Usage: epochnoise /);
  });
});
