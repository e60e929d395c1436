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

/** Between the label of an axis and the end of the picture, at least. */
const EDGE = 2;

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
      const { width, height } = chart;
      label(ctx, figure.x.label, { along: middle.x, room: width }, (along) => [along, x.bottom - half], 0);
      const upwards = { along: middle.y, room: height };
      label(ctx, figure.y.label, upwards, (along) => [y.left + half, along], -Math.PI / 2);
      if (figure.right !== undefined)
        label(ctx, figure.right.label, upwards, (along) => [right.right - half, along], Math.PI / 2);

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

/**
 * The label of an axis about the middle of the axis; moved where it would leave the picture, and smaller where the picture
 * is not as long as the label.
 */
function label(
  ctx: Context,
  text: string,
  { along, room }: { readonly along: number; readonly room: number },
  at: (along: number) => [x: number, y: number],
  angle: number,
): void {
  ctx.font = cssFont(fontSize.axis);
  // Without subscripts' smaller size: on the safe side.
  const length = ctx.measureText(withoutSubscripts(text)).width;
  const size = fontSize.axis * Math.min(1, (room - 2 * EDGE) / length);
  const half = Math.min(room, (length * size) / fontSize.axis) / 2;
  ctx.save();
  ctx.translate(...at(Math.min(room - EDGE - half, Math.max(EDGE + half, along))));
  ctx.rotate(angle);
  drawRichText(ctx, text, { x: 0, y: 0, align: 'center', size }, cssFont);
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
export function writeMessage(
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
