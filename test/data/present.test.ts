/** Which files are there, told by name and length. Channel: files made for it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { KnownDataset } from '../../src/data/known-files.ts';
import { presentFiles } from '../../src/data/present.ts';
import { scratchFolder } from '../store/scratch.ts';

const file = (name: string) => ({ file: `set/${name}`, bytes: 5, md5: '', sha256: '', urls: [] });
const dataset: KnownDataset = {
  name: 'set',
  title: '',
  citation: '',
  files: ['whole.gz', 'short.gz', 'unpacked.gz', 'archive.tar.gz', 'folder.gz', 'none.gz'].map(file),
};

it('tells whole, short, unpacked and missing files apart', () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'set', 'folder.gz'), { recursive: true });
  for (const [name, length] of [
    ['whole.gz', 5],
    ['short.gz', 4],
    ['unpacked', 9],
    ['archive.tar', 9],
  ] as const)
    writeFileSync(join(folder, 'set', name), Buffer.alloc(length));
  expect(presentFiles(dataset, folder).map(({ file, bytes, officialLength }) => [file, bytes, officialLength])).toEqual(
    [
      ['set/whole.gz', 5, true],
      ['set/short.gz', 4, false],
      ['set/unpacked.gz', 9, null],
      ['set/archive.tar.gz', null, null],
      ['set/folder.gz', null, null],
      ['set/none.gz', null, null],
    ],
  );
});
