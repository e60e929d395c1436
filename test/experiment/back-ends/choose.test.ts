/** Which back end `auto` takes, and what it says. Channel: findings made up for the purpose, and real trials of wrong derivatives. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { DataError } from '../../../src/errors.ts';
import { chooseBackend, withChosenBackend } from '../../../src/experiment/back-ends/choose.ts';
import { writeStoredExperiment } from '../../../src/experiment/run-directory.ts';
import { resolveExperiment } from '../../../src/experiment/index.ts';
import type { Experiment } from '../../../src/experiment/schema.ts';
import type { Trial } from '../../../src/experiment/back-ends/try.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { quiet, tiny } from '../run/tiny.ts';
import { skipped } from '../../tensor/webgpu/software.ts';
import { pretend, type Speeds, tryHere } from './tries.ts';

const folder = mkdtempSync(join(tmpdir(), 'epochnoise-choose-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function choose(speeds: Speeds, experiment: Experiment = tiny(), directory?: string) {
  const said: string[] = [];
  const { trials, attempt } = pretend(speeds);
  const voice = { ...quiet, say: (text: string) => void said.push(text) };
  const name = await chooseBackend(experiment, voice, { directory, attempt });
  return {
    name,
    said: said.join('\n'),
    tried: trials.map(({ name, timed }) => `${name}${timed ? ' timed' : ''}`),
    trials,
  };
}

/** A run directory of which nothing is known but its settings. */
function runOn(backend: Experiment['backend'], changes = {}): string {
  const directory = mkdtempSync(join(folder, 'run-'));
  writeStoredExperiment(directory, { experiment: tiny({ backend, ...changes }), choices: { threads: 1 } });
  return directory;
}

describe('of two that work', () => {
  it('the faster one is taken, on the same samples', async () => {
    const { name, said, tried, trials } = await choose({ webgpu: 3, tensorflow: 180, cpu: 1 });
    expect(name).toBe('webgpu');
    expect(said).toBe(
      'back end webgpu: a Hessian product of this network on 1,234 samples takes 3.0 ms on webgpu, 180 ms on tensorflow',
    );
    expect(tried).toEqual(['webgpu timed', 'tensorflow timed']);
    expect(trials.map(({ timed }) => timed !== 'lenet' && timed?.samples)).toEqual([null, 1234]);
  });

  it('and the other one where that is faster', async () => {
    const { name, said } = await choose({ webgpu: 12_000, tensorflow: 0.24, cpu: 1 });
    expect(name).toBe('tensorflow');
    expect(said).toContain('takes 0.24 ms on tensorflow, 12 s on webgpu');
  });
});

describe('one that does not work is left out, with the reason', () => {
  it('and nothing is timed for the last', async () => {
    const { name, said, tried } = await choose({ webgpu: null, tensorflow: 180, cpu: 1 });
    expect(name).toBe('tensorflow');
    expect(said).toBe('back end tensorflow; left out: webgpu, no graphics device was found');
    expect(tried).toEqual(['webgpu timed', 'tensorflow']);
  });

  it('also the native one', async () => {
    const { name, said } = await choose({ webgpu: 3, tensorflow: 'no such library', cpu: 1 });
    expect(name).toBe('webgpu');
    expect(said).toBe('back end webgpu; left out: tensorflow (no such library)');
  });

  it('cpu is taken where neither works', async () => {
    const { name, said, tried } = await choose({ webgpu: null, tensorflow: 'no such library', cpu: 9 });
    expect(name).toBe('cpu');
    expect(said).toBe(
      'back end cpu; left out: webgpu, no graphics device was found; left out: tensorflow (no such library)',
    );
    expect(tried).toEqual(['webgpu timed', 'tensorflow', 'cpu']);
  });

  it('and where none works there is nothing to take', async () => {
    await expect(choose({ webgpu: null, tensorflow: 'no such library', cpu: 'broken' })).rejects.toThrow(
      'no back end of this machine computes this experiment (webgpu, no graphics device was found; tensorflow (no such library); cpu (broken)): `epochnoise doctor` tells what to do',
    );
  });
});

describe('at float64', () => {
  const double = tiny({ precision: 'float64' });

  it('only tensorflow is tried', async () => {
    const { name, said, tried } = await choose({ webgpu: 1, tensorflow: 180, cpu: 1 }, double);
    expect(name).toBe('tensorflow');
    expect(said).toBe('back end tensorflow; left out: webgpu, which has no float64');
    expect(tried).toEqual(['tensorflow']);
  });

  it('cpu does not take its place', async () => {
    await expect(choose({ webgpu: 1, tensorflow: 'no such library', cpu: 1 }, double)).rejects.toThrow(
      'tensorflow (no such library); webgpu, which has no float64',
    );
  });
});

describe('where there is a run', () => {
  it('its back end is taken, and nothing is timed', async () => {
    const directory = runOn('cpu');
    const { name, said, tried } = await choose({ webgpu: 1, tensorflow: 2, cpu: 9 }, tiny(), directory);
    expect(name).toBe('cpu');
    expect(said).toBe(`back end cpu, that of the run in ${directory}`);
    expect(tried).toEqual(['cpu']);
  });

  it('and another one where that does not work any more', async () => {
    const { name, said, tried } = await choose({ webgpu: null, tensorflow: 2, cpu: 9 }, tiny(), runOn('webgpu'));
    expect(name).toBe('tensorflow');
    expect(said).toBe('back end tensorflow; left out: webgpu, no graphics device was found');
    expect(tried).toEqual(['webgpu', 'tensorflow']);
  });

  it('and another one where that has no such precision', async () => {
    const double = tiny({ precision: 'float64' });
    expect((await choose({ webgpu: 1, tensorflow: 2, cpu: 9 }, double, runOn('webgpu'))).tried).toEqual(['tensorflow']);
  });

  it('a folder that is none, or is empty, tells nothing', async () => {
    const speeds = { webgpu: null, tensorflow: 2, cpu: 9 };
    expect((await choose(speeds, tiny(), join(folder, 'not-there'))).name).toBe('tensorflow');
    expect((await choose(speeds, tiny(), mkdtempSync(join(folder, 'empty-')))).name).toBe('tensorflow');
  });
});

it('data that is missing is said to be, and no back end blamed', async () => {
  vi.stubEnv('EPOCHNOISE_DATA', mkdtempSync(join(folder, 'no-data-')));
  const experiment = tiny({ data: { name: 'mnist' }, model: { name: 'linear' }, sgd: { batchSize: 50 } });
  const tried: string[] = [];
  // Real trials, all in plain JavaScript.
  const attempt = async (trial: Trial) => {
    tried.push(trial.name);
    return { ...(await tryHere()({ ...trial, name: 'cpu' })), name: trial.name };
  };
  const missing = await openWorkbench(experiment, { threads: 1 }, quiet).catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(DataError);
  await expect(chooseBackend(experiment, quiet, { attempt })).rejects.toEqual(missing);
  expect(tried).toEqual(['webgpu']);
  vi.unstubAllEnvs();
});

it('without a network there is nothing to time', async () => {
  const imported = { recording: 'w.safetensors', eigenpairs: 'e.safetensors' };
  const experiment = resolveExperiment({
    data: { name: 'none', samples: 400 },
    model: { name: 'none' },
    import: imported,
    polish: { method: 'none' },
  });
  const { name, tried } = await choose({ webgpu: 1, tensorflow: 2, cpu: 9 }, experiment);
  expect({ name, tried }).toEqual({ name: 'tensorflow', tried: ['tensorflow'] });
  expect((await choose({ webgpu: 1, tensorflow: 'none', cpu: 9 }, experiment)).name).toBe('webgpu');
});

describe.skipIf(skipped)(`tried in earnest, with a software device${skipped}`, () => {
  const chosen = async (...wrong: ('tensorflow' | 'webgpu')[]) => {
    const said: string[] = [];
    const voice = { ...quiet, say: (text: string) => void said.push(text) };
    const { backend } = await withChosenBackend(tiny(), voice, { attempt: tryHere(...wrong) });
    return { backend, said: said.join('\n') };
  };

  it('takes the native one, which is faster', async () => {
    const { backend, said } = await chosen();
    expect(backend).toBe('tensorflow');
    expect(said).toMatch(
      /^back end tensorflow: a Hessian product of this network on 400 samples takes \S+ ms on tensorflow, \S+ m?s on webgpu \(.*SwiftShader.*in software\)$/,
    );
  });

  it('but not one whose derivatives are wrong', async () => {
    const { backend, said } = await chosen('tensorflow');
    expect(backend).toBe('webgpu');
    expect(said).toMatch(/^back end webgpu; left out: tensorflow \(tensorflow \S+: wrong derivatives\)$/);
  });
});
