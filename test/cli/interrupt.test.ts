/** Ctrl-C in the middle of a run, and going on. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile, epochnoise, workingFolder, writeTiny } from './program.ts';

compile();

it('ends with 130, and the same command goes on from the last finished stage', async () => {
  const folder = workingFolder();
  writeTiny(folder);
  // A window of 12,000 updates: long enough for a signal to arrive before it is over.
  const args = ['run', 'tiny.yaml', '--set', 'record.epochs=600', '--until', 'record', '--json'];
  let signalled = false;
  const interrupted = await epochnoise(folder, args, {
    onProgress(err, send) {
      if (signalled || !err.includes('burn-in (')) return;
      signalled = true;
      send('SIGINT');
    },
  });
  expect({ code: interrupted.code, out: interrupted.out }).toEqual({ code: 130, out: '' });
  expect(interrupted.err).toMatch(
    /\nSIGINT: ending at the next step; again to end at once\ninterrupted: what was finished is kept; the same command goes on from there\n$/,
  );
  const left = readdirSync(join(folder, 'results'), { recursive: true }) as string[];
  expect(left.filter((name) => /partial|lock|trajectory\//.test(name))).toEqual([]);

  const { code, out } = await epochnoise(folder, args);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ ran: ['record'], previous: null });
});
