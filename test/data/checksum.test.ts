import { describe, expect, it } from 'vitest';
import { checksumFile, checksumming, isOfficial, judgeSource } from '../../src/data/checksum.ts';
import { KNOWN_DATASETS, knownFile } from '../../src/data/known-files.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';
import { place } from './official-layout.ts';

/** Of the three bytes "abc": RFC 1321 and FIPS 180-2. */
const ABC = {
  bytes: 3,
  md5: '900150983cd24fb0d6963f7d28e17f72',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
};
const LABELS = knownFile('mnist/t10k-labels-idx1-ubyte.gz')!;

describe('checksums', () => {
  it('of pieces and of a file', async () => {
    const sums = checksumming();
    sums.update(Buffer.from('a'));
    sums.update(Buffer.from('bc'));
    expect(sums.digest()).toEqual(ABC);
    expect(await checksumFile(place(scratchFolder(), 'abc', 'abc'))).toEqual(ABC);
  });

  it('of no file', async () => {
    expect(await problemOf(() => checksumFile('/nowhere/x'))).toMatch(/^exit 3: cannot read \/nowhere\/x: ENOENT/);
  });
});

describe('judgeSource', () => {
  it('official bytes give no warning', () => {
    expect(judgeSource(LABELS.file, LABELS)).toEqual({
      source: { file: LABELS.file, sha256: LABELS.sha256, official: true },
      warnings: [],
    });
    expect(isOfficial(LABELS, LABELS)).toBe(true);
  });

  it('other bytes are named with both checksums', () => {
    const { source, warnings } = judgeSource(LABELS.file, ABC);
    expect(source.official).toBe(false);
    expect(warnings).toEqual([
      {
        code: 'checksum',
        text:
          `mnist/t10k-labels-idx1-ubyte.gz is not the official file (md5 ${ABC.md5}; official ${LABELS.md5}): ` +
          'published numbers may not be reproduced exactly',
      },
    ]);
  });

  it('a file nobody published says so', () => {
    const { source, warnings } = judgeSource('mnist/t10k-labels-idx1-ubyte', ABC);
    expect(source.official).toBeNull();
    expect(warnings[0].text).toMatch(/^mnist\/t10k-labels-idx1-ubyte has no official checksum to compare with/);
  });
});

it('known files have whole checksums, sizes, addresses and a place of their own', () => {
  const files = KNOWN_DATASETS.flatMap(({ files }) => files);
  for (const { file, md5, sha256, bytes, urls } of files) {
    expect(md5).toMatch(/^[0-9a-f]{32}$/);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(bytes).toBeGreaterThan(1000);
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls) expect(url).toMatch(new RegExp(`^https://.*/${file.split('/')[1]}$`));
  }
  expect(new Set(files.map(({ file }) => file)).size).toBe(files.length);
});
