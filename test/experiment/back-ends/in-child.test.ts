/** A back end tried in a process of its own, compiled: what becomes of a driver that does not answer. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import type * as inChild from '../../../src/experiment/back-ends/in-child.ts';
import { compile, workingFolder } from '../../cli/program.ts';

let tryInChild: typeof inChild.tryInChild;
beforeAll(async () => {
  compile();
  const compiled = new URL('../../../dist/experiment/back-ends/in-child.js', import.meta.url).href;
  ({ tryInChild } = (await import(compiled)) as typeof inChild);
});

/** Options of Node with which a program sleeps for ever as soon as it loads Dawn, after it has left its number. */
function hanging(folder: string): Record<string, string> {
  const file = join(folder, 'hang.cjs');
  writeFileSync(
    file,
    `const { Module } = require('node:module');
const { writeFileSync } = require('node:fs');
const load = Module._load;
Module._load = (name, ...rest) => {
  if (name.endsWith('dawn.node')) {
    writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  return load(name, ...rest);
};`,
  );
  return { NODE_OPTIONS: `--require ${file}` };
}

it('a driver that hangs is given up after a time, and its process is ended', async () => {
  const folder = workingFolder();
  const trial = { name: 'webgpu', threads: 1, timed: null } as const;
  const found = await tryInChild(trial, { limitMs: 6000, environment: hanging(folder) });
  expect(found).toMatchObject({ name: 'webgpu', works: false, absent: false, says: 'it gave no answer within 6.0 s' });
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
});

it('what is given of the environment is there, beside what this process has', async () => {
  const trial = { name: 'webgpu', threads: 1, timed: null } as const;
  const found = await tryInChild(trial, {
    environment: { VK_DRIVER_FILES: '/there/is/no.json', EPOCHNOISE_WEBGPU: 'Nobody' },
  });
  expect(found.says).toMatch(process.platform === 'linux' ? /^EPOCHNOISE_WEBGPU is "Nobody"/ : /Nobody/);
});
