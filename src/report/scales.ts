/** The axes of a figure as the chart library wants them; marker lines are grid lines of invisible further axes. */
import type { ChartConfiguration, Scale } from 'chart.js';
import type { Axis, Figure, MarkerLine, Series } from './figure.ts';
import { markerRows, rowCount } from './markers.ts';
import { withoutSubscripts } from './plugins/rich-text.ts';
import { rangeOf } from './range.ts';
import { font, fontSize, type Look, type Palette } from './theme.ts';
import { linearLabel, logTicks, type Tick } from './ticks.ts';

type AxisOptions = NonNullable<NonNullable<ChartConfiguration<'line'>['options']>['scales']>[string];

/** Between a marker's label and the plot area, in pixels. */
export const MARKER_PADDING = 4;

/** All axes by name: `x`, `y`, where needed `right`, and `xMarkers`, `yMarkers`, in which the library keeps room for labels. */
export function scales(figure: Figure, { palette, width }: Look): Record<string, AxisOptions> {
  const onAxis = (axis: 'left' | 'right') => figure.series.filter((series) => (series.axis ?? 'left') === axis);
  const x =
    figure.x.range ??
    rangeOf(
      figure.series.flatMap((series) => series.x),
      figure.x.scale,
    );
  const y = figure.y.range ?? rangeOf(onAxis('left').flatMap(heights), figure.y.scale);
  const all: Record<string, AxisOptions> = {
    x: axisOptions(figure.x, x, 'bottom', palette),
    y: axisOptions(figure.y, y, 'left', palette),
  };
  if (figure.right !== undefined) {
    const range = figure.right.range ?? rangeOf(onAxis('right').flatMap(heights), figure.right.scale);
    all.right = axisOptions(figure.right, range, 'right', palette);
  }
  const inside = (range: readonly [number, number]) => (marker: MarkerLine) =>
    marker.value >= range[0] && marker.value <= range[1];
  const verticals = figure.verticals.filter(inside(x));
  const horizontals = figure.horizontals.filter(inside(y));
  if (verticals.length > 0) {
    const rows = rowCount(markerRows(verticals, x, figure.x.scale, width));
    // Blank lines of the right number: the lettering itself, with its subscripts, is ours.
    const blank = () => Array<string>(rows).fill(' ');
    all.xMarkers = markerOptions(verticals, figure.x.scale, x, 'top', blank, palette);
  }
  if (horizontals.length > 0)
    all.yMarkers = markerOptions(horizontals, figure.y.scale, y, 'right', ({ label }) => label, palette);
  return all;
}

function heights(series: Series): number[] {
  return [...series.y, ...(series.kind === 'band' ? [...(series.low ?? []), ...(series.high ?? [])] : [])];
}

function axisOptions(
  axis: Axis,
  [min, max]: readonly [number, number],
  position: 'bottom' | 'left' | 'right',
  { ink }: Palette,
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
  if (axis.ticks) {
    const labels = axis.ticks.map(({ label }) => label.split('\n'));
    return {
      ...shared,
      ...fixedTicks(axis.ticks),
      type: 'linear',
      grid: { drawOnChartArea: false, tickColor: ink.axis, tickLength: 5 },
      ticks: { ...ticks, autoSkip: false, callback: (_value: unknown, index: number) => labels[index] ?? '' },
    };
  }
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
      grid: { color: ink.grid, drawOnChartArea, tickColor: ink.axis, tickLength: 5 },
      ticks: { ...ticks, maxTicksLimit: 9, includeBounds: false, callback },
    };
  }
  const found = logTicks(min, max);
  const minor = ({ index }: { readonly index: number }) => found[index]?.label === '';
  return {
    ...shared,
    ...fixedTicks(found),
    type: 'logarithmic',
    grid: {
      drawOnChartArea,
      color: (context: { index: number }) => (minor(context) ? ink.minorGrid : ink.grid),
      tickColor: (context: { index: number }) => (minor(context) ? ink.minorTick : ink.axis),
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
  label: (marker: MarkerLine) => string | string[],
  { ink }: Palette,
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
      padding: MARKER_PADDING,
      callback: (_value: unknown, index: number) => (markers[index] === undefined ? '' : label(markers[index])),
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
