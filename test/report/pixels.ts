/** Looks at drawn pictures: the canvas library that the renderer itself uses, and the pixels of a PNG. */
import { createRequire } from 'node:module';
import { Chart } from 'chart.js/auto';
import { canvasLibrary as withFonts } from '../../src/report/canvas.ts';
import { chartConfiguration } from '../../src/report/chart.ts';
import type { Figure } from '../../src/report/figure.ts';
import { light, size } from '../../src/report/theme.ts';

interface Context2d {
  font: string;
  fillStyle: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  drawImage(image: unknown, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}

interface CanvasLibrary {
  readonly GlobalFonts: { readonly families: readonly { readonly family: string }[] };
  createCanvas(width: number, height: number): { getContext(kind: '2d'): Context2d };
  loadImage(png: Buffer): Promise<{ readonly width: number; readonly height: number }>;
}

export function canvasLibrary(): CanvasLibrary {
  const require = createRequire(import.meta.url);
  return createRequire(require.resolve('chartjs-node-canvas'))('canvas') as CanvasLibrary;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, opacity of each pixel, row by row. */
  readonly data: Uint8ClampedArray;
}

export async function pixelsOf(png: Buffer): Promise<Pixels> {
  const canvas = canvasLibrary();
  const image = await canvas.loadImage(png);
  const { width, height } = image;
  const ctx = canvas.createCanvas(width, height).getContext('2d');
  ctx.drawImage(image, 0, 0);
  return { width, height, data: ctx.getImageData(0, 0, width, height).data };
}

/** What a figure's PNG shows, without the file: to write and read that takes far longer than to draw. */
export function drawn(figure: Figure): Pixels {
  withFonts();
  const canvas = canvasLibrary().createCanvas(size.width, size.height);
  const configuration = chartConfiguration(figure);
  const background = {
    id: 'background',
    beforeDraw({ ctx }: { ctx: unknown }) {
      const context = ctx as Context2d;
      context.fillStyle = light.ink.background;
      context.fillRect(0, 0, size.width, size.height);
    },
  };
  const plugins = [background, ...(configuration.plugins ?? [])];
  const chart = new Chart(canvas as unknown as HTMLCanvasElement, { ...configuration, plugins } as never);
  const [width, height] = [size.pixelRatio * size.width, size.pixelRatio * size.height];
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  chart.destroy();
  return { width, height, data };
}

/** Whether a frame of so many pixels around a picture is white: whatever is clipped at an edge touches it. */
export function hasWhiteFrame({ width, height, data }: Pixels, frame: number): boolean {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inner = x >= frame && x < width - frame && y >= frame && y < height - frame;
      if (inner) x = width - frame - 1;
      else if (data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3).some((part) => part !== 255)) return false;
    }
  return true;
}
