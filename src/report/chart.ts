/** Turns a figure into a configuration of the chart library (Chart.js 4). Pure: nothing is drawn here. */
import type { ChartConfiguration, Plugin, Scale } from 'chart.js';
import type { Axis, Figure, MarkerLine, Series } from './figure.ts';
import { intervals } from './plugins/intervals.ts';
import { KEY_WIDTH, legendKeys } from './plugins/legend-keys.ts';
import { footnoteHeight, lettering, MARGIN } from './plugins/lettering.ts';
import { withoutSubscripts, wrap } from './plugins/rich-text.ts';
import type { DrawnDataset, DrawnPoint } from './plugins/drawn.ts';
import { rangeOf } from './range.ts';
import { colour, dashes, font, fontSize, ink, lineWidth, pointStyle, roles, size } from './theme.ts';
import { logTicks, type Tick } from './ticks.ts';

/** What `chartConfiguration` returns: a line chart whose points carry their intervals. */
export type FigureConfiguration = ChartConfiguration<'line', DrawnPoint[]>;

type AxisOptions = NonNullable<NonNullable<FigureConfiguration['options']>['scales']>[string];

/** Longest line of a subtitle, in characters. */
const SUBTITLE_CHARACTERS = 115;

/**
 * Configuration of a figure: one data set a series, explicit ranges, ticks at decades on log axes, marker lines as grid
 * lines of invisible further axes (so that the library keeps room for their labels), no animation.
 */
export function chartConfiguration(figure: Figure): FigureConfiguration {
  const labelled = figure.series.filter((series) => series.label !== '').toReversed();
  const subtitle = figure.subtitle.split('\n').flatMap((line) => wrap(line, SUBTITLE_CHARACTERS));
  return {
    type: 'line',
    data: { datasets: figure.series.map((series, position) => dataset(series, figure.series.length - position)) },
    options: {
      devicePixelRatio: size.pixelRatio,
      responsive: false,
      animation: false,
      events: [],
      font: font(fontSize.tick),
      layout: {
        padding: { left: MARGIN, right: MARGIN + 6, top: MARGIN - 4, bottom: MARGIN - 4 + footnoteHeight(figure) },
      },
      scales: scales(figure),
      plugins: {
        title: {
          display: true,
          align: 'start',
          text: figure.title,
          color: ink.text,
          font: font(fontSize.title, 'bold'),
          padding: { top: 4, bottom: subtitle.length > 0 ? 4 : 8 },
        },
        subtitle: {
          display: subtitle.length > 0,
          align: 'start',
          text: subtitle,
          color: ink.quietText,
          font: font(fontSize.subtitle),
          padding: { top: 0, bottom: labelled.length > 0 ? 8 : 14 },
        },
        legend: {
          display: labelled.length > 0,
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
    plugins: [intervals, legendKeys, lettering(figure)] as Plugin<'line'>[],
  };
}

function dataset(series: Series, order: number): DrawnDataset {
  const points = series.kind === 'points' || series.kind === 'errorbars';
  const style = pointStyle(series.emphasis, series.x.length);
  const strong = series.emphasis === 'strong';
  // A line through one point would be invisible: that point is drawn instead.
  const alone = series.y.filter((value, i) => Number.isFinite(value) && Number.isFinite(series.x[i])).length === 1;
  return {
    type: 'line',
    series,
    label: series.label,
    order,
    data: series.x.map((x, i) => ({ x, y: series.y[i], low: series.low?.[i], high: series.high?.[i] })),
    parsing: false,
    yAxisID: series.axis === 'right' ? 'right' : 'y',
    showLine: !points,
    spanGaps: false,
    borderColor: points && strong ? ink.background : colour(series),
    borderWidth: lineWidth[series.emphasis],
    borderDash: series.dashed ? dashes : roles[series.role].dash,
    borderJoinStyle: 'round',
    pointStyle: 'circle',
    pointRadius: points ? style.radius : alone ? 4 : 0,
    pointBackgroundColor: colour(series, points ? style.opacity : 1),
    pointBorderColor: ink.background,
    pointBorderWidth: points && strong ? 1 : 0,
  };
}

function scales(figure: Figure): Record<string, AxisOptions> {
  const onAxis = (axis: 'left' | 'right') => figure.series.filter((series) => (series.axis ?? 'left') === axis);
  const x =
    figure.x.range ??
    rangeOf(
      figure.series.flatMap((series) => series.x),
      figure.x.scale,
    );
  const y = figure.y.range ?? rangeOf(onAxis('left').flatMap(heights), figure.y.scale);
  const all: Record<string, AxisOptions> = {
    x: axisOptions(figure.x, x, 'bottom'),
    y: axisOptions(figure.y, y, 'left'),
  };
  if (figure.right !== undefined) {
    const range = figure.right.range ?? rangeOf(onAxis('right').flatMap(heights), figure.right.scale);
    all.right = axisOptions(figure.right, range, 'right');
  }
  const inside = (range: readonly [number, number]) => (marker: MarkerLine) =>
    marker.value >= range[0] && marker.value <= range[1];
  const verticals = figure.verticals.filter(inside(x));
  const horizontals = figure.horizontals.filter(inside(y));
  if (verticals.length > 0) all.xMarkers = markerOptions(verticals, figure.x.scale, x, 'top');
  if (horizontals.length > 0) all.yMarkers = markerOptions(horizontals, figure.y.scale, y, 'right');
  return all;
}

function heights(series: Series): number[] {
  return [...series.y, ...(series.kind === 'band' ? [...(series.low ?? []), ...(series.high ?? [])] : [])];
}

function axisOptions(
  axis: Axis,
  [min, max]: readonly [number, number],
  position: 'bottom' | 'left' | 'right',
): AxisOptions {
  const shared = {
    axis: position === 'bottom' ? ('x' as const) : ('y' as const),
    position,
    min,
    max,
    border: { color: ink.axis },
    title: {
      display: true,
      text: withoutSubscripts(axis.label),
      color: 'transparent',
      font: font(fontSize.axis),
      padding: { top: 1, bottom: 2 },
    },
  };
  const ticks = { color: ink.text, font: font(fontSize.tick), maxRotation: 0, minRotation: 0 };
  // Grid lines of a second vertical axis would lie between those of the first.
  const drawOnChartArea = position !== 'right';
  if (axis.scale === 'linear') {
    const callback = function (this: Scale, value: number | string) {
      return linearLabel(
        Number(value),
        this.ticks.map((tick) => tick.value),
      );
    };
    return {
      ...shared,
      type: 'linear',
      grid: { color: ink.grid, drawOnChartArea },
      ticks: { ...ticks, maxTicksLimit: 9, includeBounds: false, callback },
    };
  }
  const found = logTicks(min, max);
  return {
    ...shared,
    ...fixedTicks(found),
    type: 'logarithmic',
    grid: {
      drawOnChartArea,
      color: (context: { index: number }) => (found[context.index]?.label === '' ? ink.minorGrid : ink.grid),
      tickColor: ink.axis,
      tickLength: 5,
    },
    ticks: { ...ticks, autoSkip: false, callback: (_value: unknown, index: number) => found[index]?.label ?? '' },
  };
}

function markerOptions(
  markers: readonly MarkerLine[],
  scale: Axis['scale'],
  [min, max]: readonly [number, number],
  position: 'top' | 'right',
): AxisOptions {
  return {
    axis: position === 'top' ? 'x' : 'y',
    type: scale === 'log' ? 'logarithmic' : 'linear',
    position,
    min,
    max,
    ...fixedTicks(markers),
    border: { display: false, dash: [5, 4] },
    // Over the data where it divides the picture, under them where data are to be compared with it.
    grid: { color: ink.marker, lineWidth: 1.3, z: position === 'top' ? 1 : -1, drawTicks: false },
    ticks: {
      color: ink.text,
      font: font(fontSize.marker),
      autoSkip: false,
      maxRotation: 0,
      minRotation: 0,
      padding: 4,
      callback: (_value: unknown, index: number) => markers[index]?.label ?? '',
    },
  };
}

/** Puts the ticks where we want them, whatever the library would choose. */
function fixedTicks(ticks: readonly (Tick | MarkerLine)[]) {
  return {
    afterBuildTicks: (scale: Scale) => {
      scale.ticks = ticks.map(({ value }) => ({ value, major: true }));
    },
  };
}

/** A number with as many decimals as tell the ticks apart, and a true minus sign. */
function linearLabel(value: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : Math.abs(value) || 1;
  const decimals = Math.min(8, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  const text = Math.abs(value) < step * 1e-6 ? '0' : Math.abs(value).toFixed(decimals);
  return (value < 0 && text !== '0' ? '−' : '') + text;
}
