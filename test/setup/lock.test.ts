import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive, lockFile, takeLock } from '../../scripts/setup/lock.mjs';
import { deadProcess } from './dead-process.ts';
import { listen, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
let ears: ReturnType<typeof listen>;
beforeEach(() => (ears = listen()));
afterEach(() => ears.stop());

test('a second set-up says that it waits, and goes on when the first is done', async () => {
  const file = join(newFolder(), 'lock');
  const release = await takeLock(file);
  const order: string[] = [];
  const second = takeLock(file).then((end: () => void) => {
    order.push('second');
    return end;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  order.push('first');
  release();
  (await second)();
  expect(order).toEqual(['first', 'second']);
  expect(ears.text()).toBe(`set-up: another set-up works in this folder (process ${process.pid}); waiting for it\n`);
  expect(existsSync(file)).toBe(false);
});

test('of many that wait, one at a time holds it', async () => {
  const file = join(newFolder(), 'lock');
  let inside = 0;
  let most = 0;
  const work = async () => {
    const release = await takeLock(file);
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside--;
    release();
  };
  await Promise.all(Array.from({ length: 5 }, work));
  expect(most).toBe(1);
});

test('the lock of a process that has ended is taken over without a word', async () => {
  const file = join(newFolder(), 'lock');
  writeFileSync(file, JSON.stringify({ pid: deadProcess() }));
  const release = await takeLock(file);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.pid });
  expect(ears.text()).toBe('');
  release();
});

test('a lock that was never written to the end is taken over once it is old', async () => {
  const file = join(newFolder(), 'lock');
  writeFileSync(file, '');
  utimesSync(file, 1000, 1000);
  (await takeLock(file))();
  expect(existsSync(file)).toBe(false);
});

test('each checkout has its own lock, outside of it', () => {
  expect(lockFile('/a')).not.toBe(lockFile('/b'));
  expect(lockFile('/a/../a')).toBe(lockFile('/a'));
  expect(lockFile('/a').startsWith('/a/')).toBe(false);
});

test('isAlive knows the living from the dead', () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(deadProcess())).toBe(false);
});
