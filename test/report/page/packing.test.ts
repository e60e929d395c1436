/** Numbers go through a page's text and come back. */
import { expect, test } from 'vitest';
import { parsePacked, shorts } from '../../../src/report/page/client/unpacking.ts';
import { base64, packedJson } from '../../../src/report/page/packing.ts';

const long = Array.from({ length: 20 }, (_, i) => (i === 3 ? NaN : Math.PI * 10 ** (i - 12)));

test('long lists come back to seven digits, undefined numbers as such', () => {
  const back = parsePacked<{ x: number[] }>(packedJson({ x: long })).x;
  expect(back).toHaveLength(20);
  back.forEach((value, i) => {
    if (i === 3) expect(value).toBeNaN();
    else expect(Math.abs(value / long[i] - 1)).toBeLessThan(1e-7);
  });
});

test('typed arrays too', () => {
  expect(parsePacked(packedJson(Float64Array.from(long.slice(4))))).toEqual(
    Array.from(Float32Array.from(long.slice(4))),
  );
});

test('short lists and everything else stay as they are', () => {
  const value = { range: [1e-9, 1 / 3], words: ['a', 'b'], nothing: null, nested: [{ y: [1, 2] }], empty: [] };
  expect(parsePacked(packedJson(value))).toEqual(value);
});

test('a gap in a short list comes back', () => {
  expect(parsePacked(packedJson([1, NaN, 3]))).toEqual([1, NaN, 3]);
});

test('no script ends early', () => {
  expect(packedJson({ text: '</script><b>' })).not.toContain('<');
  expect(parsePacked(packedJson({ text: '</script><b>' }))).toEqual({ text: '</script><b>' });
});

test('short integers', () => {
  const numbers = Int16Array.from([0, 1, -1, 32767, -32767]);
  expect(shorts(base64(numbers))).toEqual(numbers);
  expect(shorts('')).toHaveLength(0);
});
