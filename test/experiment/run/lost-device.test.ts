/**
 * A graphics device that is lost in the middle of a run: one sentence, and the run goes on, on another back end or on the
 * device again.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readEnvironment } from '../../../src/experiment/environment.ts';
import { runExperiment } from '../../../src/experiment/index.ts';
import { openedDevice } from '../../../src/tensor/webgpu/open.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { problemOf } from '../../store/scratch.ts';
import { skipped } from '../../tensor/webgpu/software.ts';
import { numbers, warningCodes } from './reading.ts';
import { fingerprints, quiet, run, tiny } from './tiny.ts';

const folder = temporaryFolders();
beforeEach(() => void vi.stubEnv('EPOCHNOISE_CHECKPOINT_SECONDS', '0'));
afterEach(() => void vi.unstubAllEnvs());

/** Takes the device away, once, at a report of some work. */
function losing(title: string, at: number) {
  let reports = 0;
  return {
    ...quiet,
    begin: (begun: string) => async () => {
      if (begun === title && ++reports === at) openedDevice()!.destroy();
    },
  };
}
const LOST = /^exit 1: the graphics device was lost \(.+\): resume the run, on this back end or on another$/;

const LOSSES: [title: string, report: number][] = [
  ['polish', 3],
  ['burn-in', 2],
  ['eigendirections', 5],
  ['noise variance', 3],
];

const SETTINGS = { polish: { method: 'none' }, curvature: { snapshots: 16 } };

it.skipIf(skipped)(`a run whose device is lost goes on${skipped}`, async () => {
  const directory = join(folder(), 'run');
  const onDevice = tiny({ ...SETTINGS, backend: 'webgpu' });
  expect(await problemOf(() => runExperiment(directory, onDevice, losing('window', 3)))).toMatch(LOST);
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

// On the same device, opened again. Every loss comes after work that is kept, but the polish, which is made anew.
it.skipIf(skipped)(
  `a run whose device is lost in the polish, before the window, in Lanczos and in the noise ends with the bytes of one that kept it${skipped}`,
  async () => {
    const settings = {
      record: { burnInEpochs: 2, epochs: 3 },
      spectrum: { eigenpairs: 6 },
      curvature: { snapshots: 16 },
    };
    const directory = join(folder(), 'again');
    const onDevice = tiny({ ...settings, backend: 'webgpu' });
    for (const [title, at] of LOSSES)
      expect(
        await problemOf(() => runExperiment(directory, onDevice, losing(title, at), { until: 'noise' })),
        title,
      ).toMatch(LOST);
    await runExperiment(directory, onDevice, quiet, { until: 'noise' });
    const { stages } = readEnvironment(directory)!;
    for (const stage of ['train', 'record', 'spectrum', 'noise'] as const)
      expect(stages[stage]!.backEnds, stage).toEqual(['webgpu']);

    const undisturbed = join(folder(), 'undisturbed');
    await runExperiment(undisturbed, onDevice, quiet, { until: 'noise' });
    expect(fingerprints(directory)).toEqual(fingerprints(undisturbed));
  },
);
