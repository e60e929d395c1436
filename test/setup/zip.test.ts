import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extractZipEntry, readZipDirectory } from '../../scripts/setup/zip.mjs';
import { zipOf, type ZipWish } from './archives.ts';
import { temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
const long = 'all work and no play '.repeat(10_000);

function archive(wishes: readonly ZipWish[], change: (bytes: Buffer) => Buffer = (bytes) => bytes, comment = '') {
  const file = join(newFolder(), 'archive.zip');
  writeFileSync(file, change(zipOf(wishes, comment)));
  return file;
}

async function extract(file: string, position = 0) {
  const target = join(newFolder(), 'deep', 'target');
  const hash = await extractZipEntry(file, readZipDirectory(file)[position], target);
  return { hash, content: readFileSync(target, 'utf8') };
}

test('deflated, stored and empty entries come out whole, with their SHA-256', async () => {
  const file = archive([
    { name: 'deflated.txt', content: long },
    { name: 'stored.txt', content: 'as it is', method: 0 },
    { name: 'empty.txt', content: '', method: 0 },
  ]);
  expect(readZipDirectory(file).map(({ name, size }: { name: string; size: number }) => [name, size])).toEqual([
    ['deflated.txt', long.length],
    ['stored.txt', 8],
    ['empty.txt', 0],
  ]);
  const hash = createHash('sha256').update(long).digest('hex');
  expect(await extract(file, 0)).toEqual({ hash, content: long });
  expect((await extract(file, 1)).content).toBe('as it is');
  expect((await extract(file, 2)).content).toBe('');
});

test('bytes are counted while they are written', async () => {
  const file = archive([{ name: 'a', content: long }]);
  let counted = 0;
  const count = (more: number) => (counted += more);
  await extractZipEntry(file, readZipDirectory(file)[0], join(newFolder(), 'target'), count);
  expect(counted).toBe(long.length);
});

test('a comment at the end does not hide the directory', () => {
  expect(readZipDirectory(archive([{ name: 'a', content: 'a' }], undefined, 'made by hand'))).toHaveLength(1);
});

test.each([
  ['cut in the middle', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), /its directory is missing at the end/],
  ['without its beginning', (bytes: Buffer) => bytes.subarray(30), /it is shorter than it says/],
  ['that is none', () => Buffer.from('not a zip archive'), /its directory is missing at the end/],
  ['that is empty', () => Buffer.alloc(0), /its directory is missing at the end/],
])('an archive %s is refused by name', (_what, change, message) => {
  const file = archive([{ name: 'a', content: 'a', method: 0 }], change);
  expect(() => readZipDirectory(file)).toThrow(message);
  expect(() => readZipDirectory(file)).toThrow(file);
});

test('a damaged directory is refused', () => {
  const file = archive([{ name: 'a', content: 'a' }], (bytes) => {
    bytes.write('XX', bytes.indexOf('PK\x01\x02', 0, 'latin1'));
    return bytes;
  });
  expect(() => readZipDirectory(file)).toThrow(/damaged zip directory at entry 0/);
});

test('zip64 is refused with a way out, told by the archive or by one entry', () => {
  const whole = archive([{ name: 'a', content: 'a' }], (bytes) => {
    bytes.writeUInt32LE(0xffffffff, bytes.length - 6);
    return bytes;
  });
  const entry = archive([{ name: 'a', content: 'a', size: 0xffffffff }]);
  for (const file of [whole, entry])
    expect(() => readZipDirectory(file)).toThrow(/is a zip64 archive, which set-up does not read: unpack it/);
});

test.each([
  ['a wrong CRC', { name: 'a', content: long, crc: 1 }, /does not match the archive's own checksum/],
  ['a wrong size', { name: 'a', content: 'abc', size: 4, method: 0 }, /does not match the archive's own checksum/],
  ['an unknown method', { name: 'a', content: 'abc', method: 12 }, /packed by method 12/],
])('an entry with %s is refused', async (_what, wish, message) => {
  await expect(extract(archive([wish]))).rejects.toThrow(message);
});

test('an entry whose packed bytes were changed is refused in words, not in codes alone', async () => {
  const file = archive([{ name: 'name.txt', content: long }], (bytes) => {
    bytes.fill(0xff, 60, 90);
    return bytes;
  });
  await expect(extract(file)).rejects.toThrow(/name\.txt is damaged \(Z_/);
});

test('an entry whose header was overwritten is refused', async () => {
  const file = archive([{ name: 'a', content: 'a' }], (bytes) => {
    bytes.write('XX', 0);
    return bytes;
  });
  await expect(extract(file)).rejects.toThrow(/its header is missing/);
  expect(existsSync(file)).toBe(true);
});
