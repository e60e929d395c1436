/** Draws what the chart library has no kind for: asymmetric error bars, and the shaded band around a line. */
import type { Chart, Plugin, Scale } from 'chart.js';
import { colour, type Palette, pointStyle } from '../theme.ts';
import { clipToPlot, type Context, type DrawnDataset, showable } from './drawn.ts';

/** Opacity of a band. */
export const BAND_OPACITY = 0.2;

/** Intervals lie under their own series and over all earlier ones. */
export const intervals = (palette: Palette): Plugin<'line'> => ({
  id: 'intervals',
  beforeDatasetDraw(chart: Chart<'line'>, { index }) {
    const dataset = chart.data.datasets[index] as unknown as DrawnDataset;
    const { kind } = dataset.series;
    if (kind !== 'errorbars' && kind !== 'band') return;
    const { ctx, chartArea } = chart;
    const x = chart.scales.x;
    const y = chart.scales[dataset.yAxisID ?? 'y'];
    ctx.save();
    clipToPlot(ctx, chartArea);
    if (kind === 'band') drawBand(ctx, dataset, x, y, palette);
    else drawBars(ctx, dataset, x, y, palette);
    ctx.restore();
  },
});

function drawBars(ctx: Context, { series, data }: DrawnDataset, x: Scale, y: Scale, palette: Palette): void {
  const style = pointStyle(series.emphasis, data.length);
  ctx.strokeStyle = colour(palette, series, style.barOpacity);
  ctx.lineWidth = style.barWidth;
  // One path a bar: bars that cross in a single path would not darken one another, and the density would be lost.
  for (const point of data) {
    const ends = pixelEnds(point.low, point.high, y);
    if (ends === undefined || !showable(x, point.x) || !showable(y, point.y)) continue;
    const at = x.getPixelForValue(point.x);
    ctx.beginPath();
    ctx.moveTo(at, ends[0]);
    ctx.lineTo(at, ends[1]);
    ctx.stroke();
  }
}

function drawBand(ctx: Context, { series, data }: DrawnDataset, x: Scale, y: Scale, palette: Palette): void {
  ctx.fillStyle = colour(palette, series, BAND_OPACITY);
  let piece: [number, number, number][] = [];
  for (const point of data) {
    const ends = pixelEnds(point.low, point.high, y);
    if (ends !== undefined && showable(x, point.x)) piece.push([x.getPixelForValue(point.x), ...ends]);
    else finishPiece();
  }
  finishPiece();

  function finishPiece(): void {
    if (piece.length > 1) {
      ctx.beginPath();
      for (const [at, low] of piece) ctx.lineTo(at, low);
      for (const [at, , high] of piece.toReversed()) ctx.lineTo(at, high);
      ctx.closePath();
      ctx.fill();
    }
    piece = [];
  }
}

/** Where an interval begins and ends; an end that a log axis cannot show (0) is the edge of the picture. */
function pixelEnds(low: number | undefined, high: number | undefined, y: Scale): [number, number] | undefined {
  if (low === undefined || high === undefined || Number.isNaN(low) || !showable(y, high)) return undefined;
  return [showable(y, low) ? y.getPixelForValue(low) : y.bottom, y.getPixelForValue(high)];
}
