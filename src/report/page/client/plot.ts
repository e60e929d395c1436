/** One figure on one canvas: drawn when it comes into view, hovered over, picked from. */
import {
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  SubTitle,
  Title,
  Tooltip,
  type ChartType,
  type TooltipItem,
  type TooltipPositionerFunction,
} from 'chart.js';
import { chartConfiguration } from '../../chart.ts';
import type { Figure } from '../../figure.ts';
import { shortNumber } from '../../numbers.ts';
import type { DrawnDataset } from '../../plugins/drawn.ts';
import { withoutSubscripts } from '../../plugins/rich-text.ts';
import { NOTHING_SHOWN, nothingShown } from './nothing-shown.ts';
import { pickedMark } from './picked-mark.ts';
import { pictureOf } from './picture.ts';
import type { Shown } from './shown.ts';

declare module 'chart.js' {
  // The library's own way of adding a place for a tooltip.
  interface TooltipPositionerMap {
    beside: TooltipPositionerFunction<ChartType>;
  }
}

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip);
// Of pictures that are taken: on the page these stand around the canvas.
Chart.register(Legend, Title, SubTitle);
Tooltip.positioners.beside = besidePoint;

/** How near to the middle of a point, in pixels, counts as on it, for a click and for a pointer that hovers. */
const REACH = 12;
/** The same for what is no direction. */
const LINE_REACH = 5;
/** Between a point and what is told of it: the ring of a picked one stays in sight. */
const APART = 13;
/** A figure on paper, in CSS pixels, shrunk to half the width of a page: letters come out at some seven points. */
const PAPER = { width: 480, height: 280, pixelRatio: 2 };

/** A line that tells of a direction beside the pointer. */
export type Telling = (direction: number) => string;

/** What a plot is drawn from, and told through. */
export interface PlotOptions {
  readonly figure: Figure;
  readonly shown: Shown;
  /** Number of the run. */
  readonly run: number;
  readonly tell: Telling;
  /** Whether the reader has switched a series off. */
  readonly isOff: (series: number) => boolean;
}

/** A figure's chart; nothing is drawn before {@link draw}. */
export class Plot {
  private readonly canvas: HTMLCanvasElement;
  private readonly options: PlotOptions;
  private chart: Chart | null = null;
  private width = 0;
  private readonly resizes: ResizeObserver;

  constructor(canvas: HTMLCanvasElement, options: PlotOptions) {
    this.canvas = canvas;
    this.options = options;
    // Labels stand in rows that depend on the width: a plot that has become much narrower or wider is drawn anew.
    this.resizes = new ResizeObserver(() => {
      const { clientWidth } = this.canvas.parentElement!;
      if (this.chart && !options.shown.onPaper && Math.abs(clientWidth - this.width) > 0.08 * this.width) this.redraw();
    });
    this.resizes.observe(canvas.parentElement!);
  }

  /** Number of the run. */
  get run(): number {
    return this.options.run;
  }

  /** Takes the chart off its canvas, for another to be drawn there. */
  clear(): void {
    this.resizes.disconnect();
    this.chart?.destroy();
    this.chart = null;
  }

  /** Draws, unless that is done. */
  draw(): void {
    if (!this.chart) this.redraw();
  }

  /** Draws anew: colours or width have changed. */
  redraw(): void {
    const { figure, shown, run, tell } = this.options;
    const { palette, onPaper } = shown;
    this.chart?.destroy();
    this.width = onPaper ? PAPER.width : this.canvas.parentElement!.clientWidth;
    // Without a size of its own a canvas takes that of its place.
    for (const side of ['width', 'height'] as const)
      if (onPaper) this.canvas[side] = PAPER[side];
      else this.canvas.removeAttribute(side);
    const look = { palette, framed: false, width: this.width };
    const configuration = chartConfiguration(figure, look);
    const options = configuration.options!;
    this.chart = new Chart(this.canvas, {
      ...configuration,
      data: { datasets: (configuration.data.datasets as DrawnDataset[]).map(withReach) },
      options: {
        ...options,
        devicePixelRatio: onPaper ? PAPER.pixelRatio : undefined,
        responsive: !onPaper,
        maintainAspectRatio: false,
        events: ['mousemove', 'mouseout', 'click', 'touchstart'],
        interaction: { mode: 'nearest', intersect: true },
        onHover: (event) => {
          const isOnPoint = this.directionAt(event.x ?? NaN, event.y ?? NaN) !== undefined;
          this.canvas.style.cursor = isOnPoint ? 'pointer' : '';
        },
        onClick: (event) => this.pickAt(event.x ?? 0, event.y ?? 0),
        plugins: {
          ...options.plugins,
          tooltip: {
            enabled: true,
            position: 'beside',
            caretPadding: APART,
            caretSize: 0,
            padding: 5,
            titleFont: { size: 11 },
            titleMarginBottom: 2,
            bodyFont: { size: 11 },
            backgroundColor: palette.ink.text,
            titleColor: palette.ink.background,
            bodyColor: palette.ink.background,
            displayColors: false,
            filter: ({ datasetIndex }) => isPointSeries(this.chart, datasetIndex) || figure.series.length < 8,
            callbacks: { title: ([item]) => titleOf(item), label: (item) => linesOf(item, tell) },
          },
        },
      },
      plugins: [...(configuration.plugins ?? []), pickedMark(shown, run), nothingShown(shown)],
    });
    this.showSeries();
  }

  /** Shows and hides series as they are switched on and off. */
  showSeries(): void {
    const { chart, options } = this;
    if (!chart) return;
    options.figure.series.forEach((_, i) => chart.setDatasetVisibility(i, this.isShown(i)));
    chart.update('none');
  }

  /** Marks what is picked now. */
  refresh(): void {
    this.chart?.draw();
  }

  /** A picture of what is seen, with all that stands around it. @param label of the run */
  toPng(label: string): string {
    const { figure, shown, run } = this.options;
    const series = figure.series.filter((_, i) => this.isShown(i));
    const isEmptied = series.length === 0 && figure.series.length > 0;
    const message = isEmptied ? NOTHING_SHOWN : figure.message;
    return pictureOf({ figure: { ...figure, series, message }, shown, run, label });
  }

  private isShown(series: number): boolean {
    const { figure, shown, isOff } = this.options;
    return !shown.isHidden(figure.series[series].role) && !isOff(series);
  }

  private pickAt(x: number, y: number): void {
    const { shown, run } = this.options;
    const direction = this.directionAt(x, y);
    if (direction !== undefined) shown.pick({ run, direction });
  }

  private directionAt(x: number, y: number): number | undefined {
    const { chart } = this;
    if (!chart) return undefined;
    let nearest: number | undefined;
    let least = REACH;
    chart.data.datasets.forEach((one, i) => {
      const { directions } = (one as unknown as DrawnDataset).series;
      if (!directions || !chart.isDatasetVisible(i)) return;
      chart.getDatasetMeta(i).data.forEach((point, at) => {
        const distance = Math.hypot(point.x - x, point.y - y);
        // Nor that of a point without a place.
        if (!(distance < least)) return;
        least = distance;
        nearest = directions[at];
      });
    });
    return nearest;
  }
}

/** A point is hit as far from its middle as a click reaches. */
function withReach(dataset: DrawnDataset): DrawnDataset {
  const radius = Number(dataset.pointRadius ?? 0);
  return { ...dataset, pointHitRadius: dataset.series.directions ? REACH - radius : LINE_REACH };
}

function isPointSeries(chart: Chart | null, index: number): boolean {
  const dataset = chart?.data.datasets[index] as unknown as DrawnDataset | undefined;
  return dataset?.series.kind === 'points' || dataset?.series.kind === 'errorbars';
}

function directionOf({ dataset, dataIndex }: TooltipItem<'line'>): number | undefined {
  return (dataset as unknown as DrawnDataset).series.directions?.[dataIndex];
}

function titleOf(item: TooltipItem<'line'> | undefined): string {
  if (!item) return '';
  const direction = directionOf(item);
  return direction === undefined ? (item.dataset.label ?? '') : `direction ${direction}`;
}

/** Every number once: where the point is, how high it is, and how sure that is. */
function linesOf(item: TooltipItem<'line'>, tell: Telling): string[] {
  const direction = directionOf(item);
  const { x, y } = item.parsed;
  if (direction === undefined) return [`x = ${shortNumber(x ?? NaN, 4)}`, `y = ${shortNumber(y ?? NaN, 4)}`];
  const { series } = item.dataset as unknown as DrawnDataset;
  const [low, high] = [series.low?.[item.dataIndex], series.high?.[item.dataIndex]];
  const hasInterval = low !== undefined && high !== undefined && low < high;
  // What the bars are, the legend says too.
  const name = withoutSubscripts(series.label).replace(/, 95 % interval$/, '');
  return [
    tell(direction),
    `${name === '' ? 'y' : name}: ${shortNumber(y ?? NaN, 4)}`,
    ...(hasInterval ? [`${shortNumber(low, 3)} … ${shortNumber(high, 3)}`] : []),
  ];
}

/** Away from the middle of a point in both directions, towards where there is more room. */
function besidePoint(
  this: { readonly chart: Chart },
  items: readonly { readonly element: { readonly x: number; readonly y: number } }[],
) {
  if (items.length === 0) return false as const;
  const { x, y } = items[0].element;
  const { left, right, top, bottom } = this.chart.chartArea;
  return {
    x,
    y,
    xAlign: x > (left + right) / 2 ? ('right' as const) : ('left' as const),
    yAlign: y > (top + bottom) / 2 ? ('bottom' as const) : ('top' as const),
  };
}
