/**
 * A disk that is full, limits of size, folders that may not be written to: one sentence, exit code 3, and when there is room
 * again the run ends with the bytes of one that never lacked it. Channels: a file system of a few kilobytes in memory, and
 * the system's limit of file sizes.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectWhole, filesOf, type Reference, undisturbed } from './killing.ts';
import { compile, epochnoise, workingFolder, writeTiny } from './program.ts';

compile();

const folder = workingFolder();
// On a small disk the window would be run again instead.
const args = ['tiny.yaml', '--set', 'controls.run=frozen', '--set', 'record.store=trajectory'];
/** Saves unfinished work whenever it can: checkpoints, too, may not find room. */
const environment = { EPOCHNOISE_CHECKPOINT_SECONDS: '0' };
let reference: Reference;
beforeAll(async () => {
  writeTiny(folder);
  reference = await undisturbed(folder, args);
});

/** The one line with which a run ends that cannot write. */
async function refusalOf(out: string, before?: string): Promise<string> {
  const { code, out: said, err } = await epochnoise(folder, ['run', ...args, '--out', out], { before, environment });
  expect({ code, said }).toEqual({ code: 3, said: '' });
  const errors = err.split('\n').filter((line) => /^(internal )?error:|^\s+at /.test(line));
  expect(errors).toHaveLength(1);
  expect(err.endsWith(`${errors[0]}\n`)).toBe(true);
  return errors[0];
}

async function expectTheEnd(out: string): Promise<void> {
  const { code, err } = await epochnoise(folder, ['run', ...args, '--out', out], { environment });
  expect(code, err).toBe(0);
  expect(filesOf(join(folder, out))).toEqual(reference.files);
}

it('at a limit of file sizes, ever larger, a run gets further, and ends as it should without', async () => {
  const named = new Set<string>();
  // In blocks of 512 bytes.
  for (const blocks of [0, 60]) {
    const refusal = await refusalOf('limited', `ulimit -f ${blocks}`);
    // The native library takes its graphs from files, too.
    expect(refusal).toMatch(
      /^error: cannot write (~\/limited\/[\w./-]+|a graph to .*): EFBIG: file too large, write; (raise the limit of file sizes \(ulimit -f\), or choose another disk|make room there, or name another folder in TMPDIR)$/,
    );
    named.add(refusal);
    expectWhole(join(folder, 'limited'), reference);
  }
  expect(named.size).toBeGreaterThan(1);
  await expectTheEnd('limited');
});

const mount = (...given: string[]) => spawnSync('mount', given).status === 0;
mkdirSync(join(folder, 'disk'));
const canMount = process.platform === 'linux' && mount('-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', join(folder, 'disk'));
const why = canMount ? '' : ' (only root can mount a file system to fill)';
afterAll(() => void (canMount && spawnSync('umount', [join(folder, 'disk')])));
const remount = (options: string) => expect(mount('-o', `remount,${options}`, join(folder, 'disk'))).toBe(true);

describe.skipIf(!canMount)(`a disk of its own${why}`, () => {
  it('that is full again and again: each run gets further, none loses anything, and the last ends as it should', async () => {
    const named = new Set<string>();
    for (const kilobytes of [4, 32, 400]) {
      remount(`size=${kilobytes}k`);
      const refusal = await refusalOf('disk/run');
      expect(refusal).toMatch(
        /^error: (cannot write ~\/disk\/run\/[\w./-]+: ENOSPC: no space left on device, write; free some space, or choose another folder|recording takes \d+ MB more on disk, .*)$/,
      );
      named.add(refusal);
      expectWhole(join(folder, 'disk', 'run'), reference);
      expect(readdirSync(join(folder, 'disk'))).toEqual(['run']);
    }
    expect(named.size).toBe(3);
    remount('size=100m');
    await expectTheEnd('disk/run');
  });

  it('that may only be read', async () => {
    remount('ro');
    expect(await refusalOf('disk/other')).toMatch(
      /^error: cannot write ~\/disk: EROFS: read-only file system; choose a folder that you may write to$/,
    );
    expect(await refusalOf('disk/run')).toMatch(/^error: cannot write ~\/disk: EROFS/);
    remount('rw');
    expect(filesOf(join(folder, 'disk', 'run'))).toEqual(reference.files);
  });
});

it('a full disk behind standard output is told, one behind standard error is no matter', async () => {
  const theory = ['theory', '--learning-rate', '0.05', '--momentum', '0.9', '--batches-per-epoch', '10'];
  const { code, out, err } = await epochnoise(folder, [...theory, '--eigenvalue', '1'], { before: 'exec >/dev/full' });
  expect({ code, out, err }).toEqual({
    code: 3,
    out: '',
    err: 'error: cannot write to standard output: ENOSPC: no space left on device, write\n',
  });
  const report = ['report', 'undisturbed', '--json'];
  writeFileSync(join(folder, 'undisturbed', 'training.csv'), '');
  expect((await epochnoise(folder, report, { before: 'exec 2>/dev/full' })).code).toBe(3);
  const repaired = await epochnoise(folder, ['train', 'undisturbed', '--repair'], { before: 'exec 2>/dev/full' });
  expect(repaired.code).toBe(0);
});
