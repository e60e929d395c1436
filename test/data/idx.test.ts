import { describe, expect, it } from 'vitest';
import { parseIdx } from '../../src/data/idx.ts';
import { problemOf } from '../store/scratch.ts';

/** Two images of 1×3, byte for byte as the format's description has it. */
const IMAGES = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 255);

describe('parseIdx', () => {
  it('reads shape and values', () => {
    expect(parseIdx(IMAGES, 'x', 3)).toEqual({ shape: [2, 1, 3], values: Uint8Array.of(10, 20, 30, 40, 50, 255) });
    expect(parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0), 'x', 1)).toEqual({ shape: [0], values: new Uint8Array(0) });
  });

  it('reads from the middle of a larger buffer', () => {
    const larger = new Uint8Array(40).fill(7);
    larger.set(IMAGES, 5);
    expect(parseIdx(larger.subarray(5, 5 + IMAGES.length), 'x', 3).shape).toEqual([2, 1, 3]);
  });

  const changed = (at: number, value: number) =>
    Uint8Array.from(IMAGES, (byte, index) => (index === at ? value : byte));
  it.each([
    ['a short header', IMAGES.subarray(0, 15), 'x ends at byte 15; its header has 16 bytes'],
    ['another type', changed(2, 13), 'x, byte 0: magic number 0x00000d03; expected 0x00000803'],
    ['other dimensions', changed(3, 4), 'x, byte 0: magic number 0x00000804; expected 0x00000803'],
    ['no zeros first', changed(0, 31), 'x, byte 0: magic number 0x1f000803; expected 0x00000803'],
    ['a value too few', IMAGES.subarray(0, 21), 'x ends at byte 21; its array of shape [2, 1, 3] ends at byte 22'],
    ['two values too many', Uint8Array.of(...IMAGES, 1, 2), 'x, byte 22: 2 bytes after the array of shape [2, 1, 3]'],
    [
      'a length beyond all files',
      changed(4, 255),
      'x ends at byte 22; its array of shape [4278190082, 1, 3] ends at byte 12834570262',
    ],
  ])('refuses %s', async (_name, bytes, expected) => {
    expect(await problemOf(() => parseIdx(bytes, 'x', 3))).toBe(`exit 3: ${expected}`);
  });
});
