/**
 * kill -9 in the middle of a run, several times over, and going on: every result is that of a run that was never killed. At
 * moments drawn over the whole length of a run, with controls and pictures: test/full/kill.test.ts.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectTheEnd, expectWhole, undisturbed } from './killing.ts';
import { compile, epochnoise, workingFolder, writeTiny } from './program.ts';

compile();

/** What the run has just said, and so many milliseconds later. */
const KILLS: [said: string, milliseconds: number][] = [
  ['training (', 20],
  ['burn-in (', 100],
  ['eigendirections (', 0],
  ["the window's batches at its mean (", 0],
];

it('loses nothing but time', async () => {
  const folder = workingFolder();
  writeTiny(folder);
  // A window of 2,000 updates, saved after every call: long enough to be killed in.
  const settings = ['train.epochs=20', 'record.epochs=100', 'spectrum.eigenpairs=10'];
  const args = ['tiny.yaml', '--until', 'compare', '--json', ...settings.flatMap((one) => ['--set', one])];
  const environment = { EPOCHNOISE_CHECKPOINT_SECONDS: '0' };
  const goOn = (onProgress?: (err: string, send: (signal: NodeJS.Signals) => void) => void) =>
    epochnoise(folder, ['run', ...args, '--out', 'killed'], { environment, onProgress });

  const reference = await undisturbed(folder, args);
  for (const [said, milliseconds] of KILLS) {
    let isSaid = false;
    const { code } = await goOn((err, send) => {
      if (isSaid || !err.includes(said)) return;
      isSaid = true;
      setTimeout(() => send('SIGKILL'), milliseconds);
    });
    expect({ said, code }).toEqual({ said, code: null });
    expectWhole(join(folder, 'killed'), reference, said);
  }
  const { code, out } = await goOn();
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ previous: null });
  expectTheEnd(folder, 'killed', reference);
});
