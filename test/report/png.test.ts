import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { allFigures } from '../../src/report/all-figures.ts';
import type { Figure } from '../../src/report/figure.ts';
import { weightVarianceFigure } from '../../src/report/figures/weight-variance.ts';
import { renderPng } from '../../src/report/png.ts';
import { cssFont } from '../../src/report/theme.ts';
import { canvasLibrary, drawn, pixelsOf } from './pixels.ts';
import { syntheticInput } from './synthetic.ts';

const figure = weightVarianceFigure(syntheticInput({ directions: 40 }));

test('a PNG of 1600 × 1100 pixels', () => {
  const png = renderPng(figure);
  expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1600, 1100]);
});

// What other tests of pictures look at.
test('it shows what is drawn, to the pixel', async () => {
  const [file, seen] = [await pixelsOf(renderPng(figure)), drawn(figure)];
  expect([seen.width, seen.height]).toEqual([file.width, file.height]);
  expect(Buffer.compare(Buffer.from(seen.data), Buffer.from(file.data))).toBe(0);
});

test('the same figure gives the same bytes, also after another', () => {
  const first = renderPng(figure);
  renderPng({ ...figure, title: 'another' });
  expect(renderPng(figure).equals(first)).toBe(true);
});

test('other intervals give another picture: they are drawn', () => {
  const without: Figure = {
    ...figure,
    series: figure.series.map((one) => ({ ...one, low: undefined, high: undefined })),
  };
  expect(renderPng(without).equals(renderPng(figure))).toBe(false);
});

test('a line goes on behind a NaN, whatever the order of x', async () => {
  const rightHalf = async (x: number[], y: number[]) => {
    const series = [{ label: '', kind: 'line', role: 'measured', emphasis: 'strong', x, y } as const];
    const axes = { x: { ...figure.x, range: [1, 100] }, y: { ...figure.y, range: [1, 100] } } as const;
    const { data, width } = await pixelsOf(renderPng({ ...figure, ...axes, series, verticals: [] }));
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
      const blue = data[i + 2] - data[i] > 60;
      if (blue && (i / 4) % width > width / 2) coloured++;
    }
    return coloured;
  };
  expect(await rightHalf([1, 2, 2, 30, 90], [10, 10, NaN, 10, 10])).toBeGreaterThan(1000);
  expect(await rightHalf([1, 2, NaN, 30, 90], [10, 10, NaN, 10, 10])).toBeGreaterThan(1000);
  expect(await rightHalf([90, 30, 2, 1], [10, 10, NaN, 10])).toBeGreaterThan(1000);
});

describe('letters', () => {
  const canvas = canvasLibrary();

  /** Pixels of a character alone, in the pictures' own font. */
  function glyph(character: string): string {
    const surface = canvas.createCanvas(80, 80);
    const ctx = surface.getContext('2d');
    ctx.font = cssFont(40);
    ctx.fillText(character, 20, 50);
    return Buffer.from(ctx.getImageData(0, 0, 80, 80).data.buffer).toString('base64');
  }

  let missing = '';
  let blank = '';
  // Fonts are known from the first picture on.
  beforeAll(() => {
    renderPng(figure);
    // A character that no font has: drawn as the box for missing ones.
    missing = glyph('\u{10fffe}');
    blank = glyph('');
  });

  test('come from our own font, not from the machine', () => {
    expect(canvas.GlobalFonts.families.map(({ family }) => family)).toContain('Epochnoise Sans');
    expect(() => createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')).not.toThrow();
  });

  test('are all there: every character of every picture, Greek and superscripts among them', () => {
    const inputs = (['reshuffle', 'shuffle-once', 'with-replacement'] as const).map((sampler) =>
      syntheticInput({ sampler }),
    );
    const texts = inputs.flatMap((input) =>
      allFigures(input).flatMap(({ figure: one }) => [
        ...[one.title, one.subtitle, one.footnote, one.x.label, one.y.label, one.right?.label ?? ''],
        ...[...one.verticals, ...one.horizontals, ...one.series].map(({ label }) => label),
      ]),
    );
    const used = new Set([...texts.join(''), ...'σθληβμντ²³⁰¹⁴⁵⁶⁷⁸⁹⁻×−∞θ̄'].filter((one) => one.trim() !== ''));
    expect([...used].filter((one) => [missing, blank].includes(glyph(one)))).toEqual([]);
    expect(used.size).toBeGreaterThan(60);
  });

  test('differ from each other', () => {
    expect(new Set([...'σθληβμν²³⁻'].map(glyph)).size).toBe(10);
  });
});
