/** Draws figures as PNG files. The same figure gives the same bytes. */
import { ChartJSNodeCanvas } from 'chartjs-node-canvas';
import type { ChartConfiguration } from 'chart.js';
import { canvasLibrary } from './canvas.ts';
import { chartConfiguration } from './chart.ts';
import type { Figure } from './figure.ts';
import { fontFamily, light, size } from './theme.ts';

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
  // Fonts have to be known before anything is drawn.
  canvasLibrary();
  return new ChartJSNodeCanvas({
    width: size.width,
    height,
    backgroundColour: light.ink.background,
    chartCallback: (library) => {
      library.defaults.font.family = fontFamily;
    },
  });
}
