/** A series in the form the chart library takes, with what the project's own drawing needs beside it. */
import type { ChartArea, ChartDataset, Scale } from 'chart.js';
import type { Series } from '../figure.ts';

/** A point; `low` and `high` are the ends of its interval. NaN coordinates break a line and hide a point. */
export interface DrawnPoint {
  x: number;
  y: number;
  low?: number;
  high?: number;
}

/** A data set that remembers the series it was made from. */
export type DrawnDataset = ChartDataset<'line', DrawnPoint[]> & { series: Series };

/**
 * The part of a two-dimensional canvas context that our own drawing uses. The browser's type, which can hold more than is
 * written here, is not at hand in a program for Node.
 */
export interface Context {
  get fillStyle(): unknown;
  set fillStyle(colour: string);
  get strokeStyle(): unknown;
  set strokeStyle(colour: string);
  lineWidth: number;
  globalAlpha: number;
  font: string;
  get textAlign(): unknown;
  set textAlign(alignment: 'left' | 'center');
  get textBaseline(): unknown;
  set textBaseline(line: 'alphabetic' | 'middle');
  save(): void;
  restore(): void;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  clip(): void;
  fill(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  setLineDash(lengths: number[]): void;
  translate(x: number, y: number): void;
  rotate(angle: number): void;
  measureText(text: string): { readonly width: number };
  fillText(text: string, x: number, y: number): void;
}

/** Restricts what follows to the plot area, until the context is restored. */
export function clipToPlot(ctx: Context, { left, top, width, height }: ChartArea): void {
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
}

/** Whether an axis has a place for a value. */
export function showable(scale: Scale, value: number): boolean {
  return Number.isFinite(value) && (scale.type !== 'logarithmic' || value > 0);
}
