/** A ring around the picked direction in every figure that shows it. */
import type { Chart, Plugin } from 'chart.js';
import { type DrawnDataset, showable } from '../../plugins/drawn.ts';
import type { Shown } from './shown.ts';

const RADIUS = 8;
/** Nearer to each other than this, a ring would cover the other's point: the topmost point has it. */
const APART = 22;

/** Drawn over everything, within the plot area. */
export function pickedMark(shown: Shown, run: number): Plugin<'line'> {
  return {
    id: 'pickedMark',
    afterDatasetsDraw(chart: Chart<'line'>) {
      const { picked, palette } = shown;
      if (!picked || picked.run !== run) return;
      const { ctx, chartArea } = chart;
      ctx.save();
      const ringed: (readonly [number, number])[] = [];
      chart.data.datasets.toReversed().forEach((dataset, back) => {
        const i = chart.data.datasets.length - 1 - back;
        const { series, yAxisID } = dataset as unknown as DrawnDataset;
        const at = series.directions?.indexOf(picked.direction) ?? -1;
        if (at === -1 || !chart.isDatasetVisible(i)) return;
        const x = chart.scales.x;
        const y = chart.scales[yAxisID ?? 'y'];
        if (!showable(x, series.x[at]) || !showable(y, series.y[at])) return;
        const [left, top] = [x.getPixelForValue(series.x[at]), y.getPixelForValue(series.y[at])];
        if (left < chartArea.left || left > chartArea.right || top < chartArea.top || top > chartArea.bottom) return;
        if (ringed.some(([otherLeft, otherTop]) => Math.hypot(otherLeft - left, otherTop - top) < APART)) return;
        ringed.push([left, top]);
        for (const [colour, width] of [
          [palette.ink.background, 5],
          [palette.ink.picked, 2],
        ] as const) {
          ctx.strokeStyle = colour;
          ctx.lineWidth = width;
          ctx.beginPath();
          ctx.arc(left, top, RADIUS, 0, 2 * Math.PI);
          ctx.stroke();
        }
      });
      ctx.restore();
    },
  };
}
