/** A figure as a picture that stands by itself: title, run, legend and footnote are in it, as in those of figures/. */
import { Chart, type ChartConfiguration } from 'chart.js';
import { chartConfiguration } from '../../chart.ts';
import type { Figure } from '../../figure.ts';
import { size } from '../../theme.ts';
import { pickedMark } from './picked-mark.ts';
import type { Shown } from './shown.ts';

/** What is to be in a picture. */
export interface PictureOptions {
  /** With those series that are shown. */
  readonly figure: Figure;
  readonly shown: Shown;
  /** Number of the run, and what it is called. */
  readonly run: number;
  readonly label: string;
}

/** PNG of {@link size}, twice as many pixels each way, in the page's colours. @returns as a data address */
export function pictureOf({ figure, shown, run, label }: PictureOptions): string {
  const { palette, picked } = shown;
  const subtitle = figure.subtitle.includes(label) ? figure.subtitle : `${label}\n${figure.subtitle}`;
  const isMarked =
    picked?.run === run && figure.series.some(({ directions }) => directions?.includes(picked.direction));
  const footnote = isMarked ? `${figure.footnote} Ringed: direction ${picked.direction}.`.trim() : figure.footnote;
  const look = { palette, framed: true, width: size.width };
  const configuration = chartConfiguration({ ...figure, subtitle, footnote }, look);
  const canvas = document.createElement('canvas');
  canvas.width = size.width;
  canvas.height = size.height;
  const plugins = [...(configuration.plugins ?? []), pickedMark(shown, run)];
  const chart = new Chart(canvas, { ...configuration, plugins } as ChartConfiguration);
  const picture = onBackground(canvas, palette.ink.background);
  chart.destroy();
  return picture;
}

function onBackground(canvas: HTMLCanvasElement, background: string): string {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d')!;
  context.fillStyle = background;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  return copy.toDataURL('image/png');
}
