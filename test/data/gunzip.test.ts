import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.ts';
import { readPieces, readUnpacked } from '../../src/data/gunzip.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';
import { pattern, place } from './official-layout.ts';

const BODY = pattern(3_000_000);
const PACKED = gzipSync(BODY);

describe('readUnpacked', () => {
  it('unpacks gzip and gives checksums of the file on the disk', async () => {
    const { bytes, checksums } = await readUnpacked(place(scratchFolder(), 'x.gz', PACKED));
    expect(bytes.length).toBe(BODY.length);
    expect(Buffer.compare(bytes, BODY)).toBe(0);
    expect(checksums).toEqual({
      bytes: PACKED.length,
      md5: createHash('md5').update(PACKED).digest('hex'),
      sha256: createHash('sha256').update(PACKED).digest('hex'),
    });
  });

  it('reads a name without .gz as it is, also where it is gzip', async () => {
    const { bytes, checksums } = await readUnpacked(place(scratchFolder(), 'x', PACKED));
    expect(Buffer.compare(bytes, PACKED)).toBe(0);
    expect(checksums.bytes).toBe(PACKED.length);
  });

  it('joins the members of a gzip of several', async () => {
    const two = Buffer.concat([gzipSync(Buffer.from('one ')), gzipSync(Buffer.from('two'))]);
    expect(Buffer.from((await readUnpacked(place(scratchFolder(), 'x.gz', two))).bytes).toString()).toBe('one two');
  });
});

describe('damaged gzip', () => {
  const changed = (at: number) => {
    const bytes = Buffer.from(PACKED);
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    return bytes;
  };
  const CASES: [string, Uint8Array, string | RegExp][] = [
    ['empty', new Uint8Array(0), 'x.gz is damaged gzip (unexpected end of file) after byte 0 of its content'],
    ['no gzip', Buffer.from('<html>'), 'x.gz is damaged gzip (incorrect header check) after byte 0 of its content'],
    [
      'cut short',
      PACKED.subarray(0, 5000),
      /x\.gz is damaged gzip \(unexpected end of file\) after byte \d{4,} of its/,
    ],
    [
      'a wrong checksum',
      changed(-6),
      /x\.gz is damaged gzip \(incorrect data check\) after byte \d{6,} of its content/,
    ],
    [
      'a wrong length',
      changed(-2),
      /x\.gz is damaged gzip \(incorrect length check\) after byte \d{6,} of its content/,
    ],
    [
      'a few zeros after it',
      Buffer.concat([PACKED, Buffer.alloc(10)]),
      `x.gz, byte ${PACKED.length}: 10 bytes after the end of the gzip data`,
    ],
    [
      'many zeros after it',
      Buffer.concat([PACKED, Buffer.alloc(5_000_000)]),
      `x.gz, byte ${PACKED.length}: 5000000 bytes after the end of the gzip data`,
    ],
    [
      'text after it',
      Buffer.concat([PACKED, Buffer.from('and so on')]),
      'x.gz is damaged gzip (incorrect header check)',
    ],
  ];
  it.each(CASES)('%s', async (_name, bytes, expected) => {
    const path = place(scratchFolder(), 'x.gz', bytes);
    const problem = await problemOf(() => readUnpacked(path));
    if (typeof expected === 'string') expect(problem).toContain(`exit 3: ~/${expected}`);
    else expect(problem).toMatch(expected);
  });

  it('no file, and a folder in its place', async () => {
    const folder = scratchFolder();
    expect(await problemOf(() => readUnpacked(join(folder, 'x.gz')))).toMatch(/^exit 3: cannot read ~\/x\.gz: ENOENT/);
    expect(await problemOf(() => readUnpacked(folder))).toMatch(/^exit 3: cannot read ~: EISDIR/);
  });
});

describe('readPieces', () => {
  it('hands on pieces that are smaller than the file', async () => {
    const sizes: number[] = [];
    await readPieces(place(scratchFolder(), 'x.gz', PACKED), (piece) => sizes.push(piece.length));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(BODY.length);
    expect(Math.max(...sizes)).toBeLessThan(BODY.length / 10);
  });

  it('ends where a piece is refused, with that error', async () => {
    const path = place(scratchFolder(), 'x.gz', PACKED);
    let pieces = 0;
    const refuse = () => {
      pieces++;
      throw new DataError('label 11');
    };
    expect(await problemOf(() => readPieces(path, refuse))).toBe('exit 3: label 11');
    expect(pieces).toBe(1);
  });
});
