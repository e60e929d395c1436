/** The library that draws, with fonts of our own: a machine without any, or with one that lacks σ, θ or λ, would draw boxes. */
import { createRequire } from 'node:module';
import { fontFamily } from './theme.ts';

/** The part of the canvas library that is used here. */
export interface CanvasLibrary {
  readonly GlobalFonts: { registerFromPath(path: string, family: string): unknown };
  readonly PDFDocument: new (metadata: { readonly title: string; readonly creator: string }) => PdfDocument;
}

/** A document that is drawn page by page; close gives its bytes. */
export interface PdfDocument {
  beginPage(width: number, height: number): object;
  endPage(): void;
  close(): Buffer;
}

let library: CanvasLibrary | undefined;

/**
 * The very canvas library that chartjs-node-canvas loads, which is its dependency, not ours; with the fonts known to it.
 *
 * @throws Error where a font file of the package dejavu-fonts-ttf cannot be read
 */
export function canvasLibrary(): CanvasLibrary {
  library ??= load();
  return library;
}

function load(): CanvasLibrary {
  const require = createRequire(import.meta.url);
  const canvas = createRequire(require.resolve('chartjs-node-canvas'))('canvas') as CanvasLibrary;
  for (const file of ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']) {
    const path = require.resolve(`dejavu-fonts-ttf/ttf/${file}`);
    if (!canvas.GlobalFonts.registerFromPath(path, fontFamily))
      throw new Error(`the font ${path} cannot be read: install the package dejavu-fonts-ttf again`);
  }
  return canvas;
}
