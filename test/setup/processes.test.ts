import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  lastLines,
  markFinished,
  markUnfinished,
  onPath,
  removeUnfinished,
  run,
} from '../../scripts/setup/processes.mjs';
import { begin, megabytes, progress, say } from '../../scripts/setup/report.mjs';
import { fill, listen, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
const node = (code: string, options = {}) => run(process.execPath, ['-e', code], options);

describe('run', () => {
  test('returns both outputs together, and whether the program was content', async () => {
    expect(await node('console.log("out")')).toEqual({ ok: true, output: 'out\n' });
    expect(await node('console.error("err"); process.exit(3)')).toEqual({ ok: false, output: 'err\n' });
  });

  test('never rejects for a program that is missing', async () => {
    const { ok, output } = await run('no-such-program', []);
    expect(ok).toBe(false);
    expect(output).toContain('ENOENT');
  });

  test('ends a program after its time', async () => {
    const { ok, output } = await node('setInterval(() => {}, 1000)', { limitMs: 100 });
    expect(ok).toBe(false);
    expect(output).toMatch(/no end after 0 s\n\nended by SIGTERM$/);
  });

  test('a tick that throws ends it too, with that reason', async () => {
    const tick = () => {
      throw new Error('nothing arrived');
    };
    const { ok, output } = await node('setInterval(() => {}, 1000)', { tick });
    expect(ok).toBe(false);
    expect(output).toContain('nothing arrived');
  });
});

test('what is unfinished is removed, what was finished stays', () => {
  const folder = fill(newFolder(), { half: '', done: '' });
  for (const name of ['half', 'done']) markUnfinished(join(folder, name));
  markFinished(join(folder, 'done'));
  removeUnfinished();
  expect([existsSync(join(folder, 'half')), existsSync(join(folder, 'done'))]).toEqual([false, true]);
});

test('lastLines passes over empty ones', () => {
  expect(lastLines('a\n\nb\n \nc\n', 2)).toBe('b\nc');
});

test('a program is on the path where it can be run', () => {
  const folder = fill(newFolder(), { tool: '', 'folder/file': '' });
  const env = { PATH: `/no/such:${folder}` };
  expect(onPath('tool', env)).toBe(false);
  chmodSync(join(folder, 'tool'), 0o755);
  expect(onPath('tool', env)).toBe(true);
  expect(onPath('folder', env)).toBe(false);
  expect(onPath('tool', {})).toBe(false);
});

describe('what is said', () => {
  let ears: ReturnType<typeof listen>;
  beforeEach(() => (ears = listen()));
  afterEach(() => ears.stop());

  test('goes to standard error, a line at a time', () => {
    say('one');
    begin('two')('well');
    expect(ears.text()).toMatch(/^set-up: one\nset-up: two …\nset-up: {3}well \(\d+\.\d s\)\n$/);
  });

  test('progress is silent at first where there is no terminal', () => {
    const meter = progress('downloaded', 100);
    meter.at(50);
    meter.end();
    expect(ears.text()).toBe('');
  });

  test('megabytes are whole', () => expect(megabytes(207_208_420)).toBe('207 MB'));
});
