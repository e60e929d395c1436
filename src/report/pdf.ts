/**
 * Draws figures as PDF: vectors, with the letters of our own fonts embedded, fit for a paper at any size. The same figure
 * gives the same bytes.
 */
import { Chart } from 'chart.js/auto';
import { canvasLibrary } from './canvas.ts';
import { chartConfiguration } from './chart.ts';
import type { Figure } from './figure.ts';
import { light, size } from './theme.ts';

/** PDF of a figure, one page of 800 × 550 points. @throws Error where a font file cannot be read */
export function renderPdf(figure: Figure): Buffer {
  const { width, height } = size;
  const { PDFDocument } = canvasLibrary();
  const pdf = new PDFDocument({ title: figure.title, creator: 'epochnoise' });
  const context = pdf.beginPage(width, height) as { fillStyle: string; fillRect(...box: number[]): void };
  context.fillStyle = light.ink.background;
  context.fillRect(0, 0, width, height);
  // The page has no canvas of its own; the chart library looks for one behind the context.
  const canvas = { width, height, style: {}, getContext: () => context };
  Object.defineProperty(context, 'canvas', { value: canvas, configurable: true });
  const configuration = chartConfiguration(figure);
  const options = { ...configuration.options, devicePixelRatio: 1 };
  const chart = new Chart(canvas as unknown as HTMLCanvasElement, { ...configuration, options } as never);
  pdf.endPage();
  chart.destroy();
  return pdf.close();
}
