/**
 * Draws figures as PNG files, with fonts of our own: a machine without any, or with one that lacks σ, θ or λ, would draw
 * boxes. The same figure gives the same bytes.
 */
import { createRequire } from 'node:module';
import { ChartJSNodeCanvas } from 'chartjs-node-canvas';
import type { ChartConfiguration } from 'chart.js';
import { chartConfiguration } from './chart.ts';
import type { Figure } from './figure.ts';
import { fontFamily, light, size } from './theme.ts';

/** The part of the canvas library through which fonts are made known. */
interface FontRegistry {
  readonly GlobalFonts: { registerFromPath(path: string, family: string): unknown };
}

const renderers = new Map<number, ChartJSNodeCanvas>();

/**
 * PNG of a figure, 1600 × 1100 pixels.
 *
 * @throws Error where a font file of the package dejavu-fonts-ttf cannot be read
 */
export function renderPng(figure: Figure): Buffer {
  return renderConfiguration(chartConfiguration(figure) as ChartConfiguration, size.height);
}

/** PNG of a configuration of the chart library, as wide as a figure. @param height in the picture's own pixels */
export function renderConfiguration(configuration: ChartConfiguration, height: number): Buffer {
  const renderer = renderers.get(height) ?? createRenderer(height);
  renderers.set(height, renderer);
  // The synchronous call: the canvas library in use does not know the callback form behind the asynchronous one.
  return renderer.renderToBufferSync(configuration);
}

function createRenderer(height: number): ChartJSNodeCanvas {
  const require = createRequire(import.meta.url);
  // Fonts must be registered with the very canvas library the renderer loads, which is its dependency, not ours.
  const canvas = createRequire(require.resolve('chartjs-node-canvas'))('canvas') as FontRegistry;
  for (const file of ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']) {
    const path = require.resolve(`dejavu-fonts-ttf/ttf/${file}`);
    if (!canvas.GlobalFonts.registerFromPath(path, fontFamily))
      throw new Error(`the font ${path} cannot be read: install the package dejavu-fonts-ttf again`);
  }
  return new ChartJSNodeCanvas({
    width: size.width,
    height,
    backgroundColour: light.ink.background,
    chartCallback: (library) => {
      library.defaults.font.family = fontFamily;
    },
  });
}
