/**
 * Colours, sizes and type of every picture, in one place.
 *
 * Colours are those of Okabe and Ito (Color Universal Design, 2008), which stay apart for readers with any common form
 * of colour blindness. Nothing is told by colour alone: theories also differ by their dashes, points by their shapes, and
 * the two curves of a training by their lightness, so that a picture survives a black-and-white printer.
 */
import type { Emphasis, Role, Series } from './figure.ts';

/** Size of a picture in its own pixels; the PNG has `pixelRatio` times as many each way. */
export const size = { width: 800, height: 550, pixelRatio: 2 } as const;

/** Family name under which the fonts of the package dejavu-fonts-ttf are registered: ours alone, never a system font. */
export const fontFamily = 'Epochnoise Sans';

/** Type sizes in pixels. */
export const fontSize = {
  title: 17,
  subtitle: 12,
  axis: 14,
  tick: 12,
  legend: 12,
  marker: 12,
  point: 11.5,
  footnote: 10.5,
} as const;

/** Colours of everything that is not data. */
export const ink = {
  background: '#ffffff',
  text: '#1a1a1a',
  quietText: '#4d4d4d',
  axis: '#4d4d4d',
  grid: '#e3e3e3',
  minorGrid: '#f2f2f2',
  minorTick: '#b5b5b5',
  marker: '#1a1a1a',
} as const;

/** Shapes of points, by the chart library's names; `crossRot` is ×. */
export type PointShape = 'circle' | 'triangle' | 'crossRot' | 'rect' | 'rectRot';

/** Red, green and blue of each role, the dashes of its lines and the shape of its points. */
export const roles: Readonly<
  Record<Role, { readonly rgb: readonly [number, number, number]; readonly dash: number[]; readonly shape: PointShape }>
> = {
  measured: { rgb: [0, 114, 178], dash: [], shape: 'circle' },
  'measured-again': { rgb: [204, 121, 167], dash: [], shape: 'circle' },
  'sampler-theory': { rgb: [213, 94, 0], dash: [], shape: 'circle' },
  'white-theory': { rgb: [0, 158, 115], dash: [9, 5], shape: 'triangle' },
  'two-component-theory': { rgb: [120, 60, 110], dash: [2, 3], shape: 'circle' },
  fit: { rgb: [213, 94, 0], dash: [], shape: 'circle' },
  reference: { rgb: [60, 60, 60], dash: [9, 5], shape: 'circle' },
  'left-out': { rgb: [125, 125, 125], dash: [], shape: 'crossRot' },
  train: { rgb: [0, 114, 178], dash: [], shape: 'circle' },
  test: { rgb: [230, 159, 0], dash: [], shape: 'circle' },
};

/** Shape of a series' points: its role's, unless it asks for another. */
export function shapeOf({ shape, role }: Pick<Series, 'shape' | 'role'>): PointShape {
  return shape ?? roles[role].shape;
}

/** Dashes of a series that asks for them whatever its role. */
const DASHES = [6, 4];

/** Dashes of a series' line; none where it is drawn in one piece. */
export function dashes({ role, dashed }: Pick<Series, 'role' | 'dashed'>): number[] {
  if (dashed === undefined) return roles[role].dash;
  return dashed ? DASHES : [];
}

/** How much darker a strong series is than the normal ones of its role, on top of which it lies. */
const STRONG_SHADE = 0.62;

/** CSS colour of a series, with an opacity in 0…1. */
export function colour({ role, emphasis }: Pick<Series, 'role' | 'emphasis'>, opacity = 1): string {
  const shade = emphasis === 'strong' ? STRONG_SHADE : 1;
  return `rgba(${roles[role].rgb.map((part) => Math.round(part * shade)).join(', ')}, ${opacity})`;
}

/** Width of lines in pixels. */
export const lineWidth: Readonly<Record<Emphasis, number>> = { muted: 1.4, normal: 2.2, strong: 3.2 };

/**
 * Radius and opacities of points: the more there are, the smaller and fainter each, so that 5,000 of them show a density
 * and ten can be told apart.
 */
export function pointStyle(emphasis: Emphasis, count: number) {
  if (emphasis === 'strong') return { radius: 4.5, opacity: 1, barOpacity: 1, barWidth: 1.5 };
  const crowd = Math.min(1, Math.max(0, Math.log10(Math.max(count, 1) / 50) / 2));
  const strength = emphasis === 'muted' ? 0.7 : 1;
  return {
    radius: 3 - 1.5 * crowd,
    opacity: strength * (0.85 - 0.45 * crowd),
    barOpacity: strength * (0.6 - 0.45 * crowd),
    barWidth: 1 - 0.4 * crowd,
  };
}

/** Distance of two lines of the chart library's own text, in units of the type size. */
export const LINE_HEIGHT = 1.25;

/** A font in the form the chart library and the canvas want. */
export function font(pixels: number, weight: 'normal' | 'bold' = 'normal') {
  return { family: fontFamily, size: pixels, weight, lineHeight: LINE_HEIGHT };
}

/** The same as a CSS font string. */
export function cssFont(pixels: number, weight: 'normal' | 'bold' = 'normal'): string {
  return `${weight} ${pixels}px "${fontFamily}"`;
}
