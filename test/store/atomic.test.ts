import { chmodSync, fstatSync, mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attempt, openAtomic, sha256File, writeFileAtomic } from '../../src/store/atomic.ts';
import { bytesOf, readFully, writeFully } from '../../src/store/descriptor.ts';
import { listing, problemOf, scratchFolder } from './scratch.ts';

describe('openAtomic', () => {
  it('shows nothing under the name before commit', () => {
    const folder = scratchFolder();
    const path = join(folder, 'new', 'result.csv');
    const file = openAtomic(path);
    writeSync(file.descriptor, 'content');
    expect(listing(join(folder, 'new'))).toEqual([expect.stringMatching(/^\.result\.csv\.\d+-\d+\.partial$/)]);
    file.commit();
    expect(listing(join(folder, 'new'))).toEqual(['result.csv']);
    expect(readFileSync(path, 'utf8')).toBe('content');
    file.discard();
    expect(listing(join(folder, 'new'))).toEqual(['result.csv']);
    expect(() => file.commit()).toThrow('was already ended');
  });

  it('readers see the old file, whole, until commit', () => {
    const path = join(scratchFolder(), 'result.csv');
    writeFileSync(path, 'old');
    const file = openAtomic(path);
    writeSync(file.descriptor, 'new, half writ');
    expect(readFileSync(path, 'utf8')).toBe('old');
    writeSync(file.descriptor, 'ten');
    file.commit();
    expect(readFileSync(path, 'utf8')).toBe('new, half written');
  });

  it('discard leaves the old file and nothing else, and closes', () => {
    const folder = scratchFolder();
    const path = join(folder, 'result.csv');
    writeFileSync(path, 'old');
    const file = openAtomic(path);
    writeSync(file.descriptor, 'new');
    file.discard();
    expect(listing(folder)).toEqual(['result.csv']);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(() => fstatSync(file.descriptor)).toThrow('EBADF');
  });

  it('two at once for one name do not disturb each other; the last commit stays', () => {
    const path = join(scratchFolder(), 'result.csv');
    const [first, second] = [openAtomic(path), openAtomic(path)];
    writeSync(first.descriptor, 'first');
    writeSync(second.descriptor, 'second');
    second.commit();
    expect(readFileSync(path, 'utf8')).toBe('second');
    first.commit();
    expect(readFileSync(path, 'utf8')).toBe('first');
  });

  it('a commit that the system refuses is one sentence and leaves nothing', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'result', 'taken'), { recursive: true });
    const file = openAtomic(join(folder, 'result'));
    expect(await problemOf(() => file.commit())).toMatch(/^exit 3: cannot write ~\/result: (EISDIR|ENOTEMPTY|EEXIST)/);
    expect(listing(folder)).toEqual(['result', join('result', 'taken')]);
  });
});

describe('writeFileAtomic', () => {
  it('writes text as UTF-8, and bytes, replacing what is there', () => {
    const path = join(scratchFolder(), 'a', 'b', 'file');
    writeFileAtomic(path, 'σ² = ½');
    expect(readFileSync(path, 'utf8')).toBe('σ² = ½');
    writeFileAtomic(path, Uint8Array.of(0, 255));
    expect([...readFileSync(path)]).toEqual([0, 255]);
  });

  it('says where it cannot write; the old file stays', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'file'), 'old');
    expect(await problemOf(() => writeFileAtomic(join(folder, 'file', 'below'), 'new'))).toMatch(
      /^exit 3: cannot write ~\/file\/below: /,
    );
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('old');
  });

  it.each([
    ['ENOSPC', 'free some space, or choose another folder'],
    ['EROFS', 'choose a folder that you may write to'],
  ])('names the way out of %s', (code, wayOut) => {
    const refusal = () => {
      throw Object.assign(new Error('no'), { code });
    };
    expect(() => attempt('/x', refusal)).toThrow(`cannot write /x: no; ${wayOut}`);
  });

  it('needs no right to list the folder', () => {
    const folder = join(scratchFolder(), 'write-only');
    mkdirSync(folder);
    chmodSync(folder, 0o300);
    writeFileAtomic(join(folder, 'file'), 'content');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('content');
    chmodSync(folder, 0o700);
  });
});

describe('sha256File', () => {
  it('gives the digest of FIPS 180-2, also of more than one piece', () => {
    const folder = scratchFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'abc');
    expect(sha256File(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    writeFileSync(path, Buffer.alloc(1_000_000, 'a'));
    expect(sha256File(path)).toBe('cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0');
    // A whole number of pieces; literal from Python's hashlib.
    writeFileSync(path, Buffer.alloc(1 << 21));
    expect(sha256File(path)).toBe('5647f05ec18958947d32874eeb788fa396a05d0bab7c1b71f112ceb7e9b31eee');
  });

  it('names what it cannot read', async () => {
    const folder = scratchFolder();
    expect(await problemOf(() => sha256File(join(folder, 'none')))).toBe('exit 3: no file ~/none');
    expect(await problemOf(() => sha256File(folder))).toMatch(/^exit 3: cannot read ~: EISDIR/);
  });
});

it('reads and writes of a descriptor go to their place', () => {
  const file = openAtomic(join(scratchFolder(), 'file'));
  writeFully(file.descriptor, bytesOf(Uint16Array.of(0x0201, 0x0403).subarray(1)), 4);
  const bytes = new Uint8Array(8);
  expect(readFully(file.descriptor, bytes, 2)).toBe(4);
  expect([...bytes]).toEqual([0, 0, 3, 4, 0, 0, 0, 0]);
  file.discard();
});
