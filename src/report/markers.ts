/** Rows of the labels above a picture, so that those of neighbouring lines never lie on one another. */
import type { MarkerLine, Scale } from './figure.ts';
import { withoutSubscripts } from './plugins/rich-text.ts';
import { fontSize } from './theme.ts';

/** Least part of the picture's width that the plot area takes: with two vertical axes and long numbers at both. */
const PLOT_PART = 0.75;
/** Mean width of a character, in units of the type size, and the gap to the next label, in pixels: on the safe side. */
const CHARACTER = 0.62;
const GAP = 10;

/**
 * The row of each label, 0 the lowest: the lowest one in which it does not touch the label before it. Judged from
 * estimates, because room must be kept before anything is laid out.
 *
 * @param markers inside the range
 * @param width of the picture in pixels
 */
export function markerRows(
  markers: readonly MarkerLine[],
  range: readonly [number, number],
  scale: Scale,
  width: number,
): number[] {
  const along = (value: number) => (scale === 'log' ? Math.log(value) : value);
  const [low, high] = range.map(along);
  const order = markers.map((_, i) => i).sort((a, b) => markers[a].value - markers[b].value);
  const rows: number[] = Array(markers.length).fill(0);
  /** Where the last label of each row ends, in pixels. */
  const ends: number[] = [];
  for (const i of order) {
    const { value, label } = markers[i];
    if (label === '') continue;
    const centre = ((along(value) - low) / (high - low)) * width * PLOT_PART;
    const half = (withoutSubscripts(label).length * CHARACTER * fontSize.marker) / 2;
    const free = ends.findIndex((end) => end + GAP <= centre - half);
    rows[i] = free === -1 ? ends.length : free;
    ends[rows[i]] = centre + half;
  }
  return rows;
}

/** How many rows there are. */
export function rowCount(rows: readonly number[]): number {
  return Math.max(0, ...rows) + 1;
}
