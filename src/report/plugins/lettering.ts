/**
 * Writes what needs subscripts or a place of its own: the labels of axes and of vertical markers (the chart library
 * reserves their room with invisible ones), the footnote below the picture, and the message of an empty one.
 */
import type { Chart, Plugin } from 'chart.js';
import type { Figure } from '../figure.ts';
import { markerRows } from '../markers.ts';
import { MARKER_PADDING } from '../scales.ts';
import { cssFont, fontSize, LINE_HEIGHT, type Look, type Palette } from '../theme.ts';
import type { Context } from './drawn.ts';
import { drawRichText, withoutSubscripts, wrap } from './rich-text.ts';

/** Characters of a footnote line: at 0.53 of the type size each, the font's mean for prose, a line fills 98 % of the width. */
const FOOTNOTE_CHARACTERS = 136;
const FOOTNOTE_LINE = 1.4 * fontSize.footnote;

/** Margin around everything, in pixels. */
export const MARGIN = 14;

/** Lines of the footnote. */
function footnoteLines(figure: Figure): string[] {
  return wrap(figure.footnote, FOOTNOTE_CHARACTERS);
}

/** Room to be kept free below the plot, in pixels. */
export function footnoteHeight(figure: Figure): number {
  const lines = footnoteLines(figure).length;
  return lines === 0 ? 0 : lines * FOOTNOTE_LINE + 10;
}

/** Lettering of one figure. */
export function lettering(figure: Figure, { palette: { ink }, framed }: Look): Plugin<'line'> {
  return {
    id: 'lettering',
    afterDraw(chart: Chart<'line'>) {
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.fillStyle = ink.text;
      const { x, y, right } = chart.scales;
      const middle = { x: (chartArea.left + chartArea.right) / 2, y: (chartArea.top + chartArea.bottom) / 2 };
      const half = 0.6 * fontSize.axis;
      labelMarkers(ctx, figure, chart);
      label(ctx, figure.x.label, middle.x, x.bottom - half, 0);
      label(ctx, figure.y.label, y.left + half, middle.y, -Math.PI / 2);
      if (figure.right !== undefined) label(ctx, figure.right.label, right.right - half, middle.y, Math.PI / 2);

      ctx.fillStyle = ink.quietText;
      const lines = framed ? footnoteLines(figure) : [];
      lines.forEach((line, position) => {
        const below = lines.length - position - 0.5;
        const at = {
          x: MARGIN,
          y: chart.height - MARGIN - below * FOOTNOTE_LINE,
          align: 'left',
          size: fontSize.footnote,
        } as const;
        drawRichText(ctx, line, at, cssFont);
      });
      if (figure.message !== undefined) writeMessage(ctx, wrap(figure.message, 70), middle, ink);
      ctx.restore();
    },
  };
}

function label(ctx: Context, text: string, x: number, y: number, angle: number): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(angle);
  drawRichText(ctx, text, { x: 0, y: 0, align: 'center', size: fontSize.axis }, cssFont);
  ctx.restore();
}

/** Above its line, moved inwards where it would leave the picture. */
function labelMarkers(ctx: Context, figure: Figure, { width, scales: { x, xMarkers } }: Chart<'line'>): void {
  if (xMarkers === undefined) return;
  const markers = figure.verticals.filter(({ value }) => value >= x.min && value <= x.max);
  const rows = markerRows(markers, [x.min, x.max], figure.x.scale, width);
  ctx.font = cssFont(fontSize.marker);
  markers.forEach(({ value, label: text }, i) => {
    const half = ctx.measureText(withoutSubscripts(text)).width / 2;
    const at = Math.min(width - MARGIN / 2 - half, Math.max(MARGIN / 2 + half, x.getPixelForValue(value)));
    const up = xMarkers.bottom - MARKER_PADDING - (rows[i] + 0.5) * LINE_HEIGHT * fontSize.marker;
    drawRichText(ctx, text, { x: at, y: up, align: 'center', size: fontSize.marker }, cssFont);
  });
}

/** Centred lines on a patch without grid lines. */
function writeMessage(
  ctx: Context,
  lines: readonly string[],
  middle: { readonly x: number; readonly y: number },
  ink: Palette['ink'],
): void {
  const lineHeight = 1.5 * fontSize.axis;
  ctx.font = cssFont(fontSize.axis);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const width = Math.max(...lines.map((line) => ctx.measureText(line).width)) + 2 * lineHeight;
  const height = (lines.length + 1) * lineHeight;
  ctx.fillStyle = ink.background;
  ctx.fillRect(middle.x - width / 2, middle.y - height / 2, width, height);
  ctx.fillStyle = ink.quietText;
  lines.forEach((line, position) => {
    ctx.fillText(line, middle.x, middle.y + (position - (lines.length - 1) / 2) * lineHeight);
  });
}
