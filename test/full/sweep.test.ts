/** Ctrl-C in the middle of a sweep, and going on. Channel: the same sweep undisturbed, file by file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf } from '../cli/killing.ts';
import { compile, epochnoise, workingFolder, writeTiny } from '../cli/program.ts';

compile();

const SWEEP = `
base: tiny.yaml
set: { record.epochs: 200, polish.method: none, train.epochs: 2 }
list: [{ sgd.sampler: reshuffle }, { sgd.sampler: with-replacement }]
until: record
`;

function folderWith(text: string): string {
  const folder = workingFolder();
  writeTiny(folder);
  writeFileSync(join(folder, 'own.yaml'), text);
  return folder;
}

const run = (folder: string) => epochnoise(folder, ['sweep', 'own.yaml', '--json']);

describe('a sweep', () => {
  it('ends all its processes at Ctrl-C, and goes on to the same results', async () => {
    const folder = folderWith(SWEEP);
    let signalled = false;
    const { code, err } = await epochnoise(folder, ['sweep', 'own.yaml', '--processes', '2'], {
      onProgress(said, send) {
        if (signalled || !said.includes('sampler-with-replacement: started')) return;
        signalled = true;
        // Both are at work by then.
        setTimeout(() => send('SIGINT'), 1500);
      },
    });
    expect(code, err).toBe(130);
    expect(err).toMatch(/interrupted: what was finished is kept; the same command goes on from there\n$/);
    const resumed = await run(folder);
    expect(resumed.code, resumed.err).toBe(0);
    const whole = folderWith(SWEEP);
    expect((await run(whole)).code).toBe(0);
    const points = join('results', 'own', 'points');
    expect(filesOf(join(folder, points))).toEqual(filesOf(join(whole, points)));
  });
});
