import { describe, expect, it } from 'vitest';
import { tarWalk, type TarEntry } from '../../src/data/tar.ts';
import { problemOf } from '../store/scratch.ts';
import { pattern, tar, tarEntry } from './official-layout.ts';

/** Walks an archive in pieces of this size and gives all plain files. */
function walk(archive: Uint8Array, pieceSize = archive.length, want: (entry: TarEntry) => boolean = () => true) {
  const files: Record<string, Uint8Array> = {};
  const { write, end } = tarWalk('x.tar', (entry) => {
    if (!want(entry)) return null;
    files[entry.name] = new Uint8Array(0);
    return (piece) => (files[entry.name] = Buffer.concat([files[entry.name], piece]));
  });
  for (let at = 0; at < archive.length; at += pieceSize) write(archive.subarray(at, at + pieceSize));
  end();
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, [...bytes]]));
}

const BODY = pattern(700);
const ARCHIVE = tar(
  tarEntry('folder/', '', '5'),
  tarEntry('folder/seven', BODY),
  tarEntry('empty', ''),
  tarEntry('link', '', '2'),
  tarEntry('block', BODY.subarray(0, 512), '\0'),
  tarEntry('name', 'text', '0', 'far/away'),
);
const FILES = {
  'folder/seven': [...BODY],
  empty: [],
  block: [...BODY.subarray(0, 512)],
  'far/away/name': [...Buffer.from('text')],
};

describe('tarWalk', () => {
  it.each([1, 7, 511, 512, 513, 100_000])('gives all plain files in pieces of %d bytes', (size) => {
    expect(walk(ARCHIVE, size)).toEqual(FILES);
  });

  it('skips what is not wanted', () => {
    expect(walk(ARCHIVE, 100, ({ name, bytes }) => name === 'block' && bytes === 512)).toEqual({ block: FILES.block });
  });

  it('ignores what follows the block of zeros, and does without it', () => {
    expect(walk(Buffer.concat([ARCHIVE, pattern(3000)]))).toEqual(FILES);
    expect(walk(ARCHIVE.subarray(0, ARCHIVE.length - 1024))).toEqual(FILES);
  });

  it("reads GNU's binary lengths", () => {
    const archive = Buffer.from(ARCHIVE);
    const header = archive.subarray(512, 1024); // folder/seven
    Buffer.from('8000000000000000000002bc', 'hex').copy(header, 124); // 700
    header.write('        ', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(walk(archive)).toEqual(FILES);
  });

  it('names the byte where it is no tar', async () => {
    const damaged = Buffer.from(ARCHIVE);
    damaged[512 + 3] ^= 1; // in the name of the second entry
    expect(await problemOf(() => walk(damaged))).toBe(
      'exit 3: x.tar, byte 512 of its content: no tar header (its checksum is wrong)',
    );
    const noLength = tarEntry('x', '');
    noLength.write('0000000009Z', 124);
    noLength.write('        ', 148);
    const sum = noLength.reduce((total, byte) => total + byte, 0);
    noLength.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(await problemOf(() => walk(noLength))).toBe(
      'exit 3: x.tar, byte 124 of its content: "0000000009Z" is no octal number',
    );
  });

  it.each([
    ['a header', 512 + 100],
    ['a body', 1024 + 100],
    ['the padding', 1024 + 701],
  ])('sees that it ends within %s', async (_name, length) => {
    expect(await problemOf(() => walk(ARCHIVE.subarray(0, length)))).toBe(
      `exit 3: x.tar ends at byte ${length} of its content, within a file: it was cut short`,
    );
  });
});
