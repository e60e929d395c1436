/** Writes beside points what they are, each text where it covers least of what is drawn. */
import type { Chart, Plugin } from 'chart.js';
import type { Figure } from '../figure.ts';
import { cssFont, fontSize, LINE_HEIGHT, type Palette } from '../theme.ts';
import { type Context, type DrawnDataset, showable } from './drawn.ts';
import { drawRichText, withoutSubscripts } from './rich-text.ts';

const LINE = LINE_HEIGHT * fontSize.point;
/** Between a point's middle and its text, and around the text, in pixels. */
const GAP = 9;
const ROOM = 3;
/** Nearer than this to a text, half a line's width and a little more, a curve is as good as covered. */
const NEAR = 4;
/** How much worse than covering a sample of a curve it is to cover a marker line, a labelled point, another text. */
const WORSE = { marker: 8, point: 60, label: 1000 } as const;
/** How many samples of curves a place one step further from the point has to spare. */
const FARTHER = 0.6;
const STEPS = 5;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where a text goes, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A text to be placed: its point and its size, in pixels. */
export interface Placed {
  readonly at: Place;
  readonly width: number;
  readonly height: number;
}

/** What texts should stay off, and within what they have to stay; in pixels. */
export interface Surroundings {
  readonly area: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  /** Samples of everything drawn but the labelled points. */
  readonly drawn: readonly Place[];
  /** Where vertical lines cross the whole area. */
  readonly verticals: readonly number[];
}

/** Labels of the points of one figure. Nothing happens where no series has any. */
export function pointLabels(figure: Figure, { ink }: Palette): Plugin<'line'> {
  return {
    id: 'pointLabels',
    afterDraw(chart: Chart<'line'>) {
      if (!figure.series.some((series) => series.pointLabels)) return;
      const { ctx, chartArea: area } = chart;
      ctx.save();
      const { labelled, drawn } = drawnPlaces(chart);
      const verticals = figure.verticals.map(({ value }) => chart.scales.x.getPixelForValue(value));
      const sizes = labelled.map(({ at, lines }) => ({ at, ...textSize(ctx, lines) }));
      placeLabels(sizes, { area, drawn, verticals }).forEach((box, i) => write(ctx, labelled[i].lines, box, ink));
      ctx.restore();
    },
  };
}

/** A place for each text, chosen one after another: beside its point if there is room, else further away. */
export function placeLabels(texts: readonly Placed[], { area, drawn, verticals }: Surroundings): Box[] {
  const taken: Box[] = [];
  for (const text of texts) {
    const cost = (box: Box) =>
      drawn.filter((place) => near(box, place)).length +
      WORSE.point * texts.filter(({ at }) => near(box, at)).length +
      WORSE.marker * verticals.filter((x) => x > box.left && x < box.left + box.width).length +
      WORSE.label * taken.filter((other) => overlap(box, other)).length;
    taken.push(cheapest(candidates(text, area), cost));
  }
  return taken;
}

/** Where points with a label are, and what else is drawn. */
function drawnPlaces(chart: Chart<'line'>) {
  const labelled: { readonly at: Place; readonly lines: readonly string[] }[] = [];
  const drawn: Place[] = [];
  for (const { series, data, yAxisID } of chart.data.datasets as unknown as DrawnDataset[]) {
    const x = chart.scales.x;
    const y = chart.scales[yAxisID ?? 'y'];
    let before: Place | undefined;
    data.forEach((point, i) => {
      if (!showable(x, point.x) || !showable(y, point.y)) {
        before = undefined;
        return;
      }
      const at = { x: x.getPixelForValue(point.x), y: y.getPixelForValue(point.y) };
      const text = series.pointLabels?.[i];
      if (text) labelled.push({ at, lines: text.split('\n') });
      else drawn.push(at);
      if (before && series.kind === 'line') drawn.push(...onTheWay(before, at));
      before = at;
    });
  }
  return { labelled, drawn };
}

/** Between two samples of a line that lie far apart, where it rises steeply. */
function onTheWay(from: Place, to: Place): Place[] {
  const pieces = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / (2 * NEAR));
  return Array.from({ length: Math.max(0, pieces - 1) }, (_, i) => {
    const part = (i + 1) / pieces;
    return { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) };
  });
}

function textSize(ctx: Context, lines: readonly string[]) {
  ctx.font = cssFont(fontSize.point);
  const widths = lines.map((line) => ctx.measureText(withoutSubscripts(line)).width);
  return { width: Math.max(...widths) + 2 * ROOM, height: lines.length * LINE + 2 * ROOM };
}

interface Candidate {
  readonly box: Box;
  readonly steps: number;
}

/** Places around a point, with how far out each is, pushed into the area where they would leave it. */
function candidates({ at, width, height }: Placed, area: Surroundings['area']): Candidate[] {
  const found: Candidate[] = [];
  const within = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
  for (let steps = 0; steps < STEPS; steps++) {
    const far = GAP + steps * LINE;
    const [left, right] = [at.x - far - width, at.x + far];
    const [above, below] = [at.y - far - height, at.y + far];
    const [across, along] = [at.y - height / 2, at.x - width / 2];
    // Of equal ones the first is taken: above to the right, where falling curves leave room, then opposite.
    const places = [
      [at.x + GAP, above + GAP / 2],
      [at.x - GAP - width, below - GAP / 2],
      [at.x - GAP - width, above + GAP / 2],
      [at.x + GAP, below - GAP / 2],
      [right, across],
      [left, across],
      [along, above],
      [along, below],
      [right, above],
      [left, below],
      [left, above],
      [right, below],
    ];
    for (const [x, y] of places)
      found.push({
        steps,
        box: {
          left: within(x, area.left, area.right - width),
          top: within(y, area.top, area.bottom - height),
          width,
          height,
        },
      });
  }
  return found;
}

/** The one that costs least, the first of several. */
function cheapest(places: readonly Candidate[], cost: (box: Box) => number): Box {
  let best = places[0].box;
  let least = Infinity;
  for (const { box, steps } of places) {
    const total = cost(box) + FARTHER * steps;
    if (total >= least) continue;
    best = box;
    least = total;
  }
  return best;
}

/** On a patch of the background, through which grid lines shine. */
function write(ctx: Context, lines: readonly string[], { left, top, width, height }: Box, ink: Palette['ink']): void {
  ctx.globalAlpha = 0.8;
  ctx.fillStyle = ink.background;
  ctx.fillRect(left, top, width, height);
  ctx.globalAlpha = 1;
  ctx.fillStyle = ink.text;
  lines.forEach((line, i) => {
    const at = { x: left + ROOM, y: top + ROOM + (i + 0.5) * LINE, align: 'left', size: fontSize.point } as const;
    drawRichText(ctx, line, at, cssFont);
  });
}

/** Whether a place lies in a box, or nearly. */
function near({ left, top, width, height }: Box, { x, y }: Place): boolean {
  return x >= left - NEAR && x <= left + width + NEAR && y >= top - NEAR && y <= top + height + NEAR;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
}
