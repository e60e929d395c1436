/** A second window. Channel: one window twice as long, recorded by the record stage. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { secondWindow } from '../../../src/experiment/curvature/second-window.ts';
import { statesAt, type WindowState } from '../../../src/experiment/snapshots.ts';
import { openStoredWindow } from '../../../src/experiment/window/stored.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { heldByLibrary } from '../../../src/tensor/backend.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listOf } from '../window/list.ts';
import { quiet, run, SIZE, tiny, UPDATES, UPDATES_PER_EPOCH } from '../run/tiny.ts';

const folder = temporaryFolders();
// No polish, which would look at the length of the window.
const settings = (sampler: string, precision: string, epochs: number) => ({
  precision,
  polish: { method: 'none' },
  sgd: { sampler },
  record: { epochs },
});

it.each([
  ['reshuffle', 'float32'],
  ['shuffle-once', 'float64'],
  ['with-replacement', 'float32'],
])('is what a longer window has behind the first, bit for bit: %s at %s', async (sampler, precision) => {
  const directory = join(folder(), 'long');
  const epochs = UPDATES / UPDATES_PER_EPOCH;
  await run(directory, settings(sampler, precision, 2 * epochs), 'record');
  const stored = openStoredWindow(directory, 2 * UPDATES, SIZE);
  const long = await listOf(statesAt(stored, Array(2 * UPDATES).keys()));
  stored.dispose();

  const experiment = tiny(settings(sampler, precision, epochs));
  const bench = await openWorkbench(experiment, { threads: 1 }, quiet);
  const held = heldByLibrary();
  const wanted = new Set([0, 3, 17, 33, 48]);
  const collect = async (epoch: number, { theta, velocity }: WindowState) => {
    const found: WindowState[] = [];
    for await (const state of secondWindow(experiment, bench, { epoch, state: { theta, velocity } }, wanted))
      found.push(state);
    return found;
  };
  const found = await collect(0, long[UPDATES - 1]);
  // Those asked for, and the last one of every epoch.
  expect(found.map(({ update }) => update)).toEqual([0, 3, 9, 17, 19, 29, 33, 39, 48, 49]);
  for (const { update, theta, velocity } of found) {
    expect(theta).toEqual(long[UPDATES + update].theta);
    expect(velocity).toEqual(long[UPDATES + update].velocity);
  }
  // Gone on with after two of its epochs it is the same.
  expect(await collect(2, found[4])).toEqual(found.filter(({ update }) => update >= 20));
  expect(heldByLibrary()).toEqual(held);
});
