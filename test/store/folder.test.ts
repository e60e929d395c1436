/** Folders, made one after the other. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../src/store/folder.ts';
import { scratchFolder } from './scratch.ts';

it('makes what is missing, and leaves what is there', () => {
  const path = join(scratchFolder(), 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it('a file in its way is told, and nothing made beside it', () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file'))).toThrow(/^EEXIST/);
  expect(() => makeFolder(join(folder, 'file', 'inner'))).toThrow(/^(ENOTDIR|EEXIST)/);
});

it.skipIf(process.platform !== 'linux')('ends where the system makes none', () => {
  expect(() => makeFolder('/proc/none/inner')).toThrow(/^ENOENT/);
  expect(existsSync('/proc/none')).toBe(false);
});
