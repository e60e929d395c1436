/** A rim of the background around lines of theory, so that they stand out from the points they pass through in any print. */
import type { Chart, Plugin } from 'chart.js';
import { dashes, lineWidth, type Palette } from '../theme.ts';
import { clipToPlot, type DrawnDataset, showable } from './drawn.ts';

/** How much wider than the line, in pixels on each side; with the opacity, so little that no point vanishes below it. */
const RIM = 1;
const OPACITY = 0.75;

/** Rims lie under their own line and over all earlier series. */
export const halo = ({ ink }: Palette): Plugin<'line'> => ({
  id: 'halo',
  beforeDatasetDraw(chart: Chart<'line'>, { index }) {
    const { series, data, yAxisID } = chart.data.datasets[index] as unknown as DrawnDataset;
    if (series.kind !== 'line') return;
    const { ctx } = chart;
    const x = chart.scales.x;
    const y = chart.scales[yAxisID ?? 'y'];
    ctx.save();
    clipToPlot(ctx, chart.chartArea);
    ctx.globalAlpha = OPACITY;
    ctx.strokeStyle = ink.background;
    ctx.lineWidth = lineWidth[series.emphasis] + 2 * RIM;
    ctx.setLineDash(dashes(series));
    ctx.beginPath();
    let broken = true;
    for (const point of data) {
      const drawn = showable(x, point.x) && showable(y, point.y);
      const at = drawn ? ([x.getPixelForValue(point.x), y.getPixelForValue(point.y)] as const) : undefined;
      if (at !== undefined && broken) ctx.moveTo(...at);
      else if (at !== undefined) ctx.lineTo(...at);
      broken = at === undefined;
    }
    ctx.stroke();
    ctx.restore();
  },
});
