/**
 * Text with subscripts, which canvases do not know: in `σ²_θ` the character after `_` is set small and low, under the ²
 * where there is one.
 */
import type { Context } from './drawn.ts';

/** Size and drop of a subscript, in units of the type size. */
const SUBSCRIPT_SIZE = 0.66;
const SUBSCRIPT_DROP = 0.3;

interface Piece {
  readonly text: string;
  readonly subscript: boolean;
}

/** Splits at subscripts. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  for (const [position, part] of text.split('_').entries()) {
    const [first, ...rest] = position === 0 ? ['', part] : [...part];
    if (position > 0 && first !== undefined) found.push({ text: first, subscript: true });
    if (rest.length > 0) found.push({ text: rest.join(''), subscript: false });
  }
  return found;
}

/** The text as it reads without subscripts. */
export function withoutSubscripts(text: string): string {
  return pieces(text)
    .map((piece) => piece.text)
    .join('');
}

/**
 * Draws on one line, in the context's fill style, from `x` on or about it, vertically centred on `y`.
 *
 * @param font CSS font of a given size in pixels
 */
export function drawRichText(
  ctx: Context,
  text: string,
  at: { readonly x: number; readonly y: number; readonly align: 'left' | 'center'; readonly size: number },
  font: (pixels: number) => string,
): void {
  const size = (piece: Piece) => (piece.subscript ? at.size * SUBSCRIPT_SIZE : at.size);
  const parts = pieces(text).map((piece) => {
    ctx.font = font(size(piece));
    return { piece, width: ctx.measureText(piece.text).width };
  });
  ctx.font = font(at.size);
  const square = ctx.measureText('²').width;
  const back = parts.map(({ piece }, i) => (piece.subscript && parts[i - 1]?.piece.text.endsWith('²') ? square : 0));
  const total = parts.reduce((sum, part, i) => sum + part.width - back[i], 0);
  let x = at.align === 'center' ? at.x - total / 2 : at.x;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  // Letters reach from the base line up about 0.7 of the size: their middle is 0.35 above it.
  const base = at.y + 0.35 * at.size;
  for (const [i, { piece, width }] of parts.entries()) {
    x -= back[i];
    ctx.font = font(size(piece));
    ctx.fillText(piece.text, x, base + (piece.subscript ? SUBSCRIPT_DROP * at.size : 0));
    x += width;
  }
}

/** Breaks text into lines of at most so many characters, between words. */
export function wrap(text: string, characters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= characters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
