/** Rows that grow on the disk. Channel: the bytes of the file. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Counted, openRowFile } from '../../src/store/row-file.ts';
import { problemOf, scratchFolder } from './scratch.ts';

/** Five numbers in two rows, and what of them counts. */
function written(): { readonly path: string; readonly counted: Counted } {
  const path = join(scratchFolder(), 'folder', 'rows');
  const file = openRowFile(path);
  file.append(Float64Array.of(1, 2, 3));
  file.append(Float64Array.of(4, 5));
  const { bytes, checksum } = file;
  file.close();
  return { path, counted: { bytes, checksum } };
}
const numbers = (path: string, count: number) => [
  ...new Float64Array(Uint8Array.from(readFileSync(path).subarray(0, 8 * count)).buffer),
];

it('goes on behind what counts, and over what does not', () => {
  const { path, counted } = written();
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(11, 1)]));
  const file = openRowFile(path, counted);
  file.append(Float64Array.of(6));
  expect(file.bytes).toBe(48);
  const again = new Float64Array(2);
  file.read(again, 16);
  expect([...again]).toEqual([3, 4]);
  file.close();
  expect(numbers(path, 6)).toEqual([1, 2, 3, 4, 5, 6]);
});

it('cut back, has the checksum of what is left', () => {
  const { path, counted } = written();
  const file = openRowFile(path, counted);
  file.truncate(24);
  const { bytes, checksum } = file;
  file.close();
  const other = openRowFile(join(scratchFolder(), 'three'));
  other.append(Float64Array.of(1, 2, 3));
  expect({ bytes, checksum }).toEqual({ bytes: other.bytes, checksum: other.checksum });
  other.close();
});

it('is refused where it ends early, or has another bit', async () => {
  const { path, counted } = written();
  const bytes = readFileSync(path);
  for (const at of [0, 17, 39]) {
    const other = Buffer.from(bytes);
    other[at] ^= 16;
    writeFileSync(path, other);
    expect(await problemOf(() => openRowFile(path, counted))).toMatch(/^exit 3: .*rows is damaged: its first 40 bytes/);
  }
  writeFileSync(path, bytes);
  truncateSync(path, 32);
  expect(await problemOf(() => openRowFile(path, counted))).toMatch(/^exit 3: .*rows has 32 bytes; expected 40/);
});
