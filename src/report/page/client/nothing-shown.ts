/** Says so where the reader has switched off all there is in a figure: an empty frame looks like a fault. */
import type { Chart, Plugin } from 'chart.js';
import { writeMessage } from '../../plugins/lettering.ts';
import { wrap } from '../../plugins/rich-text.ts';
import type { Shown } from './shown.ts';

/** What is said. */
export const NOTHING_SHOWN = 'Nothing to show: every series is switched off.';
/** Width of a character, in pixels, on the safe side. */
const CHARACTER = 9;

/** Drawn last, in the middle; a figure without any series has a message of its own. */
export function nothingShown(shown: Shown): Plugin<'line'> {
  return {
    id: 'nothingShown',
    afterDraw(chart: Chart<'line'>) {
      const { datasets } = chart.data;
      if (datasets.length === 0 || datasets.some((_, i) => chart.isDatasetVisible(i))) return;
      const { left, right, top, bottom } = chart.chartArea;
      const lines = wrap(NOTHING_SHOWN, Math.max(12, Math.floor((right - left) / CHARACTER) - 4));
      chart.ctx.save();
      writeMessage(chart.ctx, lines, { x: (left + right) / 2, y: (top + bottom) / 2 }, shown.palette.ink);
      chart.ctx.restore();
    },
  };
}
