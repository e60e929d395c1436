/** A graphics device that is lost in the middle of a run: one sentence, and the run goes on, on another back end or on the device again. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readEnvironment } from '../../../src/experiment/environment.ts';
import { runExperiment } from '../../../src/experiment/index.ts';
import { openedDevice } from '../../../src/tensor/webgpu/open.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { problemOf } from '../../store/scratch.ts';
import { skipped } from '../../tensor/webgpu/software.ts';
import { numbers, warningCodes } from './reading.ts';
import { quiet, run, tiny } from './tiny.ts';

const folder = temporaryFolders();
beforeEach(() => void vi.stubEnv('EPOCHNOISE_CHECKPOINT_SECONDS', '0'));
afterEach(() => void vi.unstubAllEnvs());

const SETTINGS = { polish: { method: 'none' }, curvature: { snapshots: 16 } };

it.skipIf(skipped)(`a run whose device is lost goes on${skipped}`, async () => {
  const directory = join(folder(), 'run');
  const losing = {
    ...quiet,
    begin: (title: string) => async (done: number) => {
      if (title === 'window' && done > 10) openedDevice()!.destroy();
    },
  };
  const onDevice = tiny({ ...SETTINGS, backend: 'webgpu' });
  expect(await problemOf(() => runExperiment(directory, onDevice, losing))).toMatch(
    /^exit 1: the graphics device was lost \(.+\): resume the run, on this back end or on another$/,
  );
  await run(directory, SETTINGS, 'record');
  await run(directory, { ...SETTINGS, backend: 'webgpu' }, 'spectrum');
  await run(directory, SETTINGS, 'compare');
  const { stages } = readEnvironment(directory)!;
  expect(stages).toMatchObject({
    train: { backEnds: ['webgpu'] },
    record: { backEnds: ['webgpu', 'tensorflow'] },
    spectrum: { backEnds: ['webgpu'] },
    compare: { backEnds: ['tensorflow'] },
  });
  expect(warningCodes(directory)).toEqual(expect.arrayContaining(['webgpu-backend', 'several-back-ends']));

  const whole = join(folder(), 'whole');
  await run(whole, SETTINGS, 'spectrum');
  const expected = numbers(whole, 'spectrum', 'eigenvalues');
  numbers(directory, 'spectrum', 'eigenvalues').forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(1e-5 * expected[0]),
  );
});
