/** Figures as vectors: read as a PDF reader would, without the library that wrote them. */
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Figure } from '../../src/report/figure.ts';
import { weightVarianceFigure } from '../../src/report/figures/weight-variance.ts';
import { renderPdf } from '../../src/report/pdf.ts';
import { syntheticInput } from './synthetic.ts';

const figure = weightVarianceFigure(syntheticInput({ directions: 40, negative: 0 }));
const pdf = renderPdf(figure);
const text = pdf.toString('latin1');

/** All streams of a document, unpacked. */
function streams(document: Buffer): string[] {
  const all = document.toString('latin1');
  return [...all.matchAll(/<<[^]*?\/Length (\d+)[^]*?>>\s*stream\r?\n/g)].map((found) => {
    const start = found.index + found[0].length;
    const bytes = document.subarray(start, start + Number(found[1]));
    return found[0].includes('/FlateDecode') ? inflateSync(bytes).toString('latin1') : bytes.toString('latin1');
  });
}

test('one page of 800 × 550 points', () => {
  expect(text).toMatch(/^%PDF-/);
  expect(text.match(/\/Type \/Page\b/g)).toHaveLength(1);
  expect(text).toMatch(/\/MediaBox \[0 0 800 550\]/);
});

test('letters of our own fonts, embedded; nothing is a bitmap', () => {
  const fonts = [...text.matchAll(/\/FontName \/[A-Z]+\+([A-Za-z-]+)/g)].map(([, name]) => name);
  expect(new Set(fonts)).toEqual(new Set(['DejaVuSans', 'DejaVuSans-Bold']));
  expect(text.match(/\/FontFile2/g)).toHaveLength(fonts.length);
  expect(text).not.toMatch(/\/Subtype \/Image/);
});

test('every point is a shape of its own', () => {
  const drawn = (changes: Partial<Figure>) =>
    streams(renderPdf({ ...figure, ...changes }))
      .join('\n')
      .match(/^f\*?$|^S$/gm)?.length ?? 0;
  const without = figure.series.map((one) => (one.kind === 'errorbars' ? { ...one, x: [], y: [] } : one));
  const bars = figure.series.find(({ kind }) => kind === 'errorbars')!.x.length;
  expect(bars).toBeGreaterThan(10);
  // A disc and a bar each.
  expect(drawn({}) - drawn({ series: without })).toBe(2 * bars);
});

test('the same figure gives the same bytes, and another others', () => {
  expect(renderPdf(figure).equals(pdf)).toBe(true);
  expect(renderPdf({ ...figure, title: 'another' }).equals(pdf)).toBe(false);
});
