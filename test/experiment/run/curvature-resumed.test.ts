/** The curvature stage ends in the middle, and goes on from what it saved to the same bytes. Channel: a run that never ended. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runExperiment, type Voice } from '../../../src/experiment/index.ts';
import { listing } from '../../store/scratch.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { fingerprints, quiet, run, tiny } from './tiny.ts';

const folder = temporaryFolders();
const INTERVAL = 'EPOCHNOISE_CHECKPOINT_SECONDS';
const before = process.env[INTERVAL];
beforeAll(() => {
  process.env[INTERVAL] = '0';
});
afterAll(() => {
  if (before === undefined) delete process.env[INTERVAL];
  else process.env[INTERVAL] = before;
});

/** Ends the run at a report of some work; notes what is done at the first report of each. */
function ending(title: string, at: number): Voice & { readonly first: Record<string, number> } {
  const first: Record<string, number> = {};
  return {
    ...quiet,
    first,
    begin: (begun) => {
      let reports = 0;
      return async (done) => {
        first[begun] ??= done;
        if (begun === title && ++reports === at) throw new Error('the end');
      };
    },
  };
}

const along = { same: 'gradients along the path', second: 'gradients along a second window' };

it.each(['same', 'second'] as const)('window %s', async (window) => {
  const settings = { curvature: { window, directions: 6 } };
  const undisturbed = join(folder(), 'undisturbed');
  await run(undisturbed, settings, 'spectrum');
  const directory = join(folder(), 'disturbed');
  cpSync(undisturbed, directory, { recursive: true, preserveTimestamps: true });
  await run(undisturbed, settings, 'curvature');

  const go = (voice: Voice) => runExperiment(directory, tiny(settings), voice, { until: 'curvature' });
  const path = ending(along[window], 35);
  await expect(go(path)).rejects.toThrow('the end');
  const steps = ending('finite steps', 4);
  await expect(go(steps)).rejects.toThrow('the end');
  // A second window goes on at the end of an epoch of ten updates, three of which were whole.
  expect([path.first[along[window]], steps.first[along[window]]]).toEqual([1, window === 'same' ? 35 : 31]);
  const along40 = ending('curvature along the window', 25);
  await expect(go(along40)).rejects.toThrow('the end');
  expect(along40.first['finite steps']).toBe(4);
  const last = ending('', 0);
  expect(await go(last)).toMatchObject({ ran: ['curvature'] });
  // All steps were saved at their end, and 25 products.
  expect(last.first['finite steps']).toBeUndefined();
  expect(last.first['curvature along the window']).toBe(26);
  // What was saved on the way is gone; the folder that it was in may stay.
  for (const one of [directory, undisturbed]) {
    expect(listing(one).filter((name) => name.startsWith('.unfinished/'))).toEqual([]);
    rmSync(join(one, '.unfinished'), { recursive: true, force: true });
  }
  expect(fingerprints(directory)).toEqual(fingerprints(undisturbed));
});
