/** Ctrl-C in the middle of a run, and going on. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile, epochnoise, workingFolder, writeTiny } from './program.ts';

compile();

// A window of 6,000 updates: long enough for a signal to arrive before it is over.
const args = ['run', 'tiny.yaml', '--set', 'record.epochs=300', '--until', 'record', '--json'];

/** Interrupted once the window is being recorded. */
async function interrupted(folder: string, ...signals: NodeJS.Signals[]) {
  writeTiny(folder);
  let signalled = false;
  return await epochnoise(folder, args, {
    onProgress(err, send) {
      if (signalled || !err.includes('burn-in (')) return;
      signalled = true;
      signals.forEach(send);
    },
  });
}

it.each(['SIGINT', 'SIGTERM'] as const)('ends with 130 at %s, and the same command goes on', async (signal) => {
  const folder = workingFolder();
  const { code, out, err } = await interrupted(folder, signal);
  expect({ code, out }).toEqual({ code: 130, out: '' });
  expect(err).toMatch(
    new RegExp(
      `\\n${signal}: ending at the next step; again to end at once\\ninterrupted: what was finished is kept; the same command goes on from there\\n$`,
    ),
  );
  const left = readdirSync(join(folder, 'results'), { recursive: true }) as string[];
  expect(left.filter((name) => /partial|lock|trajectory\//.test(name))).toEqual([]);

  const resumed = await epochnoise(folder, args);
  expect(resumed.code).toBe(0);
  expect(JSON.parse(resumed.out)).toMatchObject({ ran: ['record'], previous: null });
});

it('ends at once at a second signal, lets go of the directory, and can be gone on with', async () => {
  const folder = workingFolder();
  const { code, err } = await interrupted(folder, 'SIGINT', 'SIGTERM');
  expect(code).toBe(130);
  // Which of two signals sent together arrives first is the kernel's choice.
  expect(err).toMatch(
    /\n(SIGINT|SIGTERM): ending at the next step; again to end at once\ninterrupted at once: what was saved before is kept\n$/,
  );
  const left = readdirSync(join(folder, 'results')) as string[];
  expect(left).toEqual(['tiny']);
  expect((await epochnoise(folder, args)).code).toBe(0);
});
