/** Turns a figure into a configuration of the chart library (Chart.js 4). Pure: nothing is drawn here. */
import type { ChartConfiguration, Plugin } from 'chart.js';
import type { Figure, Series } from './figure.ts';
import { halo } from './plugins/halo.ts';
import { intervals } from './plugins/intervals.ts';
import { KEY_WIDTH, legendKeys } from './plugins/legend-keys.ts';
import { footnoteHeight, lettering, MARGIN } from './plugins/lettering.ts';
import { pointLabels } from './plugins/point-labels.ts';
import { wrap } from './plugins/rich-text.ts';
import type { DrawnDataset, DrawnPoint } from './plugins/drawn.ts';
import { scales } from './scales.ts';
import {
  colour,
  dashes,
  font,
  fontSize,
  HOLLOW,
  lineWidth,
  type Look,
  type Palette,
  pointBorder,
  pointStyle,
  PRINTED,
  shapeOf,
  size,
} from './theme.ts';

/** What `chartConfiguration` returns: a line chart whose points carry their intervals. */
export type FigureConfiguration = ChartConfiguration<'line', DrawnPoint[]>;

/** Longest line of a subtitle, in characters. */
const SUBTITLE_CHARACTERS = 115;

/**
 * Configuration of a figure: one data set a series, explicit ranges, ticks at decades on log axes, marker lines as grid
 * lines of invisible further axes (so that the library keeps room for their labels), no animation.
 */
export function chartConfiguration(figure: Figure, look: Look = PRINTED): FigureConfiguration {
  const { palette, framed } = look;
  const { ink } = palette;
  const labelled = legendEntries(figure.series);
  const subtitle = figure.subtitle.split('\n').flatMap((line) => wrap(line, SUBTITLE_CHARACTERS));
  return {
    type: 'line',
    data: {
      datasets: figure.series.map((series, position) => dataset(series, figure.series.length - position, palette)),
    },
    options: {
      devicePixelRatio: size.pixelRatio,
      responsive: false,
      animation: false,
      events: [],
      font: font(fontSize.tick),
      layout: {
        padding: framed
          ? { left: MARGIN, right: MARGIN + 6, top: MARGIN - 4, bottom: MARGIN - 4 + footnoteHeight(figure) }
          : { left: 0, right: 6, top: 4, bottom: 0 },
      },
      scales: scales(figure, look),
      plugins: {
        title: {
          display: framed,
          align: 'start',
          text: figure.title,
          color: ink.text,
          font: font(fontSize.title, 'bold'),
          padding: { top: 4, bottom: subtitle.length > 0 ? 4 : 8 },
        },
        subtitle: {
          display: framed && subtitle.length > 0,
          align: 'start',
          text: subtitle,
          color: ink.quietText,
          font: font(fontSize.subtitle),
          padding: { top: 0, bottom: labelled.length > 0 ? 8 : 14 },
        },
        legend: {
          display: framed && labelled.length > 0,
          position: 'top',
          align: 'start',
          labels: {
            usePointStyle: true,
            pointStyleWidth: KEY_WIDTH,
            boxHeight: fontSize.legend,
            padding: 9,
            font: font(fontSize.legend),
            generateLabels: () =>
              labelled.map((series) => ({
                text: series.label,
                datasetIndex: figure.series.indexOf(series),
                fontColor: ink.text,
                fillStyle: 'transparent',
                strokeStyle: 'transparent',
                lineWidth: 0,
              })),
          },
        },
        tooltip: { enabled: false },
      },
    },
    plugins: [
      halo(palette),
      intervals(palette),
      ...(framed ? [legendKeys(palette)] : []),
      pointLabels(figure, palette),
      lettering(figure, look),
    ] as Plugin<'line'>[],
  };
}

/** What the legend names, the topmost first: a series that is drawn in two parts, below others and above them, once. */
export function legendEntries(series: readonly Series[]): Series[] {
  const entries = new Map<string, Series>();
  for (const one of series.toReversed()) {
    const entry = legendEntry(one);
    if (one.label !== '' && !entries.has(entry)) entries.set(entry, one);
  }
  return [...entries.values()];
}

/** What makes two series one entry. */
export const legendEntry = ({ label, role, kind }: Series): string => [label, role, kind].join('\n');

function dataset(series: Series, order: number, palette: Palette): DrawnDataset {
  const points = series.kind === 'points' || series.kind === 'errorbars';
  // A line through one point would be invisible: a dash is drawn there instead.
  const alone = series.y.filter((value, i) => Number.isFinite(value) && Number.isFinite(series.x[i])).length === 1;
  return {
    type: 'line',
    series,
    label: series.label,
    order,
    // Left to the library's own reading: told that they are in order, it would lose points behind a NaN.
    data: series.x.map((x, i) => ({ x, y: series.y[i], low: series.low?.[i], high: series.high?.[i] })),
    yAxisID: series.axis === 'right' ? 'right' : 'y',
    showLine: !points,
    spanGaps: false,
    borderColor: colour(palette, series),
    borderWidth: lineWidth[series.emphasis],
    borderDash: dashes(series),
    borderJoinStyle: 'round',
    ...(points ? pointOptions(series, palette) : dashOptions(series, alone, palette)),
  };
}

function pointOptions(series: Series, palette: Palette) {
  const { radius, opacity } = pointStyle(series.emphasis, series.x.length);
  const border = pointBorder(series);
  return {
    pointStyle: shapeOf(series),
    pointRadius: series.hollow ? HOLLOW * radius : radius,
    pointBackgroundColor: series.hollow ? 'transparent' : colour(palette, series, opacity),
    pointBorderColor: border.alone ? colour(palette, series, opacity) : palette.ink.background,
    pointBorderWidth: border.width,
  };
}

function dashOptions(series: Series, alone: boolean, palette: Palette) {
  return {
    pointStyle: 'line' as const,
    pointRadius: alone ? 12 : 0,
    pointBorderColor: colour(palette, series),
    pointBorderWidth: lineWidth[series.emphasis],
  };
}
