/** A disk that is nearly full: what is refused, what is chosen, and that nothing is lost. Channel: a system that says so. */
import type * as Fs from 'node:fs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { runExperiment } from '../../../src/experiment/index.ts';
import { readJson } from '../../../src/store/json.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { problemOf } from '../../store/scratch.ts';
import { quiet, tiny } from '../run/tiny.ts';

const disk = vi.hoisted(() => ({ free: Infinity }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof Fs>();
  return { ...real, statfsSync: () => ({ bavail: disk.free, bsize: 1 }) };
});

const folder = temporaryFolders();
// 50 updates of 19 weights: 7,600 bytes of states, 8,000 of batches; five states between epochs, 760 bytes.
const record = (directory: string, store: string, said: string[] = []) =>
  runExperiment(
    directory,
    tiny({ record: { store } }),
    { ...quiet, say: (text) => void said.push(text) },
    {
      until: 'record',
    },
  );

it('is refused a window that does not fit, before anything of it is written', async () => {
  const directory = join(folder(), 'full');
  disk.free = 15_000;
  expect(await problemOf(() => record(directory, 'trajectory'))).toBe(
    `exit 3: recording takes 1 MB more on disk, and 0 MB are free at ${directory}: run the window again instead of storing it (record.store: replay), free some space, or choose another folder with --out`,
  );
  expect(existsSync(join(directory, 'weights.safetensors'))).toBe(false);
  disk.free = 16_000;
  expect((await record(directory, 'trajectory')).ran).toEqual(['record']);
});

it('makes the run keep less where the configuration leaves it open', async () => {
  const directory = join(folder(), 'tight');
  const said: string[] = [];
  disk.free = 10_000;
  await record(directory, 'auto', said);
  expect(said.at(-1)).toMatch(/^the window's 50 updates take 1 MB on disk, more than half of .*: it is run again/);
  expect(existsSync(join(directory, 'epochs.safetensors'))).toBe(true);
  expect(readJson(join(directory, 'experiment.json'))).toMatchObject({ choices: { store: 'replay' } });
});

it('is refused what would not fit in either way', async () => {
  const directory = join(folder(), 'no room');
  disk.free = 8_000;
  expect(await problemOf(() => record(directory, 'auto'))).toMatch(
    /^exit 3: recording takes .*: free some space, or choose another folder with --out$/,
  );
});
