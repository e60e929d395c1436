/**
 * Draws the legend's keys as the series look: a dashed line dashed, a point with its bar, a band as a band. The chart
 * library lays the legend out and writes its text; its own keys (one shape, one width for all) are made invisible.
 */
import type { Chart, Plugin } from 'chart.js';
import { type DrawPointOptions, drawPoint } from 'chart.js/helpers';
import type { Series } from '../figure.ts';
import { colour, dashes, lineWidth, type Palette, pointBorder, pointStyle, shapeOf } from '../theme.ts';
import { BAND_OPACITY } from './intervals.ts';
import type { Context, DrawnDataset } from './drawn.ts';

/** Width of a key in pixels. */
export const KEY_WIDTH = 30;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

/** Keys of the legend. */
export const legendKeys = (palette: Palette): Plugin<'line'> => ({
  id: 'legendKeys',
  afterDraw(chart: Chart<'line'>) {
    const legend = chart.legend as unknown as { legendHitBoxes: Box[]; legendItems: { datasetIndex: number }[] };
    legend.legendHitBoxes.forEach((box, position) => {
      const { datasetIndex } = legend.legendItems[position];
      const { series } = chart.data.datasets[datasetIndex] as unknown as DrawnDataset;
      chart.ctx.save();
      drawKey(chart.ctx, series, palette, { left: box.left, middle: box.top + box.height / 2 });
      chart.ctx.restore();
    });
  },
});

/** Draws the key of a series, {@link KEY_WIDTH} wide. @param at its left end and half its height */
export function drawKey(
  ctx: Context,
  series: Series,
  palette: Palette,
  { left, middle }: { readonly left: number; readonly middle: number },
): void {
  if (series.kind === 'band') {
    ctx.fillStyle = colour(palette, series, BAND_OPACITY);
    ctx.fillRect(left, middle - 6, KEY_WIDTH, 12);
  }
  if (series.kind === 'line' || series.kind === 'band') {
    ctx.strokeStyle = colour(palette, series);
    ctx.lineWidth = lineWidth[series.emphasis];
    ctx.setLineDash(dashes(series));
    ctx.beginPath();
    ctx.moveTo(left, middle);
    ctx.lineTo(left + KEY_WIDTH, middle);
    ctx.stroke();
    return;
  }
  // As if there were few of them: a key as faint as one point of thousands could not be seen.
  const style = pointStyle(series.emphasis, 1);
  const border = pointBorder(series);
  for (const part of [0.15, 0.5, 0.85]) {
    const centre = left + part * KEY_WIDTH;
    if (series.kind === 'errorbars') {
      ctx.strokeStyle = colour(palette, series, style.barOpacity);
      ctx.lineWidth = 1.2;
      ctx.beginPath();
      ctx.moveTo(centre, middle - 7);
      ctx.lineTo(centre, middle + 7);
      ctx.stroke();
    }
    ctx.fillStyle = series.hollow ? 'transparent' : colour(palette, series, style.opacity);
    ctx.strokeStyle = border.alone ? colour(palette, series, style.opacity) : palette.ink.background;
    const look = { pointStyle: shapeOf(series), radius: style.radius, borderWidth: border.width } as DrawPointOptions;
    drawPoint(ctx as unknown as Parameters<typeof drawPoint>[0], look, centre, middle);
  }
}
