import { expect, test } from 'vitest';
import type { Context } from '../../src/report/plugins/drawn.ts';
import { drawRichText, withoutSubscripts, wrap } from '../../src/report/plugins/rich-text.ts';

test.each([
  ['σ²_θ', 'σ²θ'],
  ['λ/λ_×', 'λ/λ×'],
  ['no subscript', 'no subscript'],
  ['ends with _', 'ends with '],
  ['2σ²_θ/σ²_v (updates)', '2σ²θ/σ²v (updates)'],
])('%s reads %s', (text, plain) => expect(withoutSubscripts(text)).toBe(plain));

test('wrap breaks between words, at plain spaces only', () => {
  expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  expect(wrap('with λ\u00a0≤\u00a00', 9)).toEqual(['with', 'λ\u00a0≤\u00a00']);
  expect(wrap('unbreakable', 4)).toEqual(['unbreakable']);
  expect(wrap('', 4)).toEqual([]);
});

/** Notes what is written where; every character is as wide as the type size in its font. */
function recorder() {
  const written: { text: string; x: number; y: number; font: string }[] = [];
  const ctx = {
    font: '',
    measureText: (text: string) => ({ width: text.length * Number.parseFloat(ctx.font) }),
    fillText: (text: string, x: number, y: number) => written.push({ text, x, y, font: ctx.font }),
  };
  return { ctx: ctx as unknown as Context, written };
}

test('a subscript is small and low, and stands under the ² before it', () => {
  const { ctx, written } = recorder();
  drawRichText(ctx, 'σ²_θ!', { x: 0, y: 100, align: 'left', size: 10 }, (pixels) => `${pixels}px`);
  const [base, subscript, rest] = written;
  expect(written.map((one) => one.text)).toEqual(['σ²', 'θ', '!']);
  expect(Number.parseFloat(subscript.font)).toBeLessThan(10);
  expect(subscript.y).toBeGreaterThan(base.y);
  expect(subscript.x).toBe(10);
  expect(rest.y).toBe(base.y);
});

test('centred text has as much on either side', () => {
  const { ctx, written } = recorder();
  drawRichText(ctx, 'abcd', { x: 50, y: 0, align: 'center', size: 10 }, (pixels) => `${pixels}px`);
  expect(written[0].x).toBe(30);
});
