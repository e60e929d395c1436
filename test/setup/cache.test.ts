import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as cache from '../../scripts/setup/cache.mjs';
import { sha256 } from '../../scripts/setup/files.mjs';
import { deadProcess } from './dead-process.ts';
import { fill, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();

test.each([
  ['linux', {}, '/home/me/.cache/epochnoise'],
  ['linux', { XDG_CACHE_HOME: '/fast/cache' }, '/fast/cache/epochnoise'],
  // The specification asks to ignore a relative path.
  ['linux', { XDG_CACHE_HOME: 'cache' }, '/home/me/.cache/epochnoise'],
  ['darwin', {}, '/home/me/Library/Caches/epochnoise'],
  ['win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\epochnoise\\Cache'],
] as const)('on %s with %j the cache is %s', (platform, env, folder) => {
  expect(cache.cacheFolder(env, platform, '/home/me')).toBe(folder);
});

async function entryIn(folder: string, name: string, platform = 'linux-x64') {
  const partial = cache.newPartial(folder);
  fill(partial, { 'lib/a.so': 'aaa', 'include/b.h': 'b' });
  const checksums = {
    'lib/a.so': await sha256(join(partial, 'lib/a.so')),
    'include/b.h': await sha256(join(partial, 'include/b.h')),
  };
  const target = join(folder, 'libtensorflow', name);
  return { target, entry: cache.keepEntry(partial, target, { origin: 'a test', platform, checksums }) };
}

describe('an entry', () => {
  test('is whole, named and leaves nothing half done behind', async () => {
    const folder = newFolder();
    const { target, entry } = await entryIn(folder, 'tf');
    expect(entry).toMatchObject({ folder: target, origin: 'a test', platform: 'linux-x64' });
    expect(await cache.damagedFile(entry)).toBeNull();
    expect(readdirSync(folder)).toEqual(['libtensorflow']);
  });

  test('with a file changed or missing is found damaged', async () => {
    const { target, entry } = await entryIn(newFolder(), 'tf');
    writeFileSync(join(target, 'lib/a.so'), 'aab');
    expect(await cache.damagedFile(entry)).toBe('lib/a.so');
    cache.dropEntry(entry);
    expect(existsSync(target)).toBe(false);
    expect(await cache.damagedFile(entry)).toBe('lib/a.so');
  });

  test('without its last file, or with another form of it, is none', () => {
    const folder = fill(newFolder(), { 'a/lib/a.so': '', 'b/complete.json': '{', 'c/complete.json': '{"schema": 2}' });
    for (const name of ['a', 'b', 'c', 'd']) expect(cache.readEntry(join(folder, name))).toBeNull();
  });

  test('that another set-up was faster to make is used', async () => {
    const folder = newFolder();
    const first = await entryIn(folder, 'tf');
    const second = await entryIn(folder, 'tf');
    expect(second.entry.madeMs).toBe(first.entry.madeMs);
    expect(readdirSync(folder)).toEqual(['libtensorflow']);
  });

  test('takes the place of what is no entry', async () => {
    const folder = newFolder();
    fill(folder, { 'libtensorflow/tf/lib/a.so': 'a copy that someone broke off' });
    const { entry } = await entryIn(folder, 'tf');
    expect(await cache.damagedFile(entry)).toBeNull();
  });
});

test('libraries are listed for one platform, newest first, partial ones never', async () => {
  const folder = newFolder();
  const older = await entryIn(folder, 'older');
  utimesSync(join(older.target, 'complete.json'), 1000, 1000);
  await entryIn(folder, 'newer');
  await entryIn(folder, 'other', 'darwin-arm64');
  cache.newPartial(folder);
  mkdirSync(join(folder, 'libtensorflow', 'broken'));
  const names = cache.cachedLibraries(folder, 'linux-x64').map(({ folder: at }: { folder: string }) => at);
  expect(names.map((at: string) => at.split('/').at(-1))).toEqual(['newer', 'older']);
  expect(cache.cachedLibraries(newFolder(), 'linux-x64')).toEqual([]);
});

describe('openCache', () => {
  test('falls back where the preferred folder cannot be made', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(cache.openCache(join(folder, 'file', 'cache'), join(folder, 'other'))).toBe(join(folder, 'other'));
    expect(() => cache.openCache(join(folder, 'file', 'a'), join(folder, 'file', 'b'))).toThrow();
  });

  test('removes what a killed set-up left, not what a living one or another machine is making', () => {
    const folder = newFolder();
    const names = [
      `.partial-${deadProcess()}@${hostname()}-aaaaaa`,
      `.partial-${process.pid}@${hostname()}-bbbbbb`,
      '.partial-1@elsewhere-cccccc',
      '.partial-1@elsewhere-dddddd',
    ];
    for (const name of names) mkdirSync(join(folder, name));
    utimesSync(join(folder, names[3]), 1000, 1000);
    cache.openCache(folder, folder);
    expect(readdirSync(folder).sort()).toEqual([names[1], names[2]].sort());
  });
});
