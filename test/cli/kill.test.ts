/** kill -9 in the midst of a run, and going on: test/full/kill.test.ts does it more often, with controls and pictures. */
import { it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { killAndGoOn, undisturbed } from './killing.ts';
import { compile, workingFolder, writeTiny } from './program.ts';

compile();

const KILLS = 3;

it(`killed at ${KILLS} moments, ends with the bytes of a run that never was`, async () => {
  const folder = workingFolder();
  writeTiny(folder);
  const args = ['tiny.yaml', '--until', 'compare'];
  const reference = await undisturbed(folder, args);
  const random = randomStream(1, 'test/kill');
  for (let kill = 0; kill < KILLS; kill++) {
    // One moment in every third of the run.
    const part = (kill + random.uniform()) / KILLS;
    await killAndGoOn(folder, `kill-${kill}`, args, reference, part, '0');
  }
});
