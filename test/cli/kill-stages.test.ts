/** kill -9 in the middle of a run, several times over, and going on: every result is that of a run that was never killed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fingerprints } from '../experiment/run/tiny.ts';
import { compile, epochnoise, workingFolder, writeTiny } from './program.ts';

compile();

/** What the run has just said, and so many milliseconds later. */
const KILLS: [said: string, milliseconds: number][] = [
  ['training (', 20],
  ['burn-in (', 200],
  ['eigendirections (', 0],
  ["the window's batches at its mean (", 0],
];

it('loses nothing but time', async () => {
  const folder = workingFolder();
  writeTiny(folder);
  // A window of 4,000 updates, saved after every call: long enough to be killed in.
  const settings = ['train.epochs=20', 'record.epochs=200', 'spectrum.eigenpairs=10'];
  const args = ['run', 'tiny.yaml', '--json', ...settings.flatMap((one) => ['--set', one])];
  const often = { EPOCHNOISE_CHECKPOINT_SECONDS: '0' };

  expect(await epochnoise(folder, [...args, '--out', 'whole'])).toMatchObject({ code: 0 });
  for (const [said, milliseconds] of KILLS) {
    let isSaid = false;
    const { code } = await epochnoise(folder, [...args, '--out', 'killed'], {
      environment: often,
      onProgress(err, send) {
        if (isSaid || !err.includes(said)) return;
        isSaid = true;
        setTimeout(() => send('SIGKILL'), milliseconds);
      },
    });
    expect({ said, code }).toEqual({ said, code: null });
  }
  const { code, out } = await epochnoise(folder, [...args, '--out', 'killed'], { environment: often });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ previous: null });
  expect(fingerprints(join(folder, 'killed'))).toEqual(fingerprints(join(folder, 'whole')));
  expect(readdirSync(folder).filter((name) => /previous|next/.test(name))).toEqual([]);
});
