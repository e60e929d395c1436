/**
 * Colours, sizes and type of every picture, in one place.
 *
 * Colours are those of Okabe and Ito (Color Universal Design, 2008), which stay apart for readers with any common form
 * of colour blindness. Nothing is told by colour alone: theories also differ by their dashes, points by their shapes, and
 * the two curves of a training by their lightness, so that a picture survives a black-and-white printer. In the dark the
 * sixth setting of a sweep is a lighter blue than the first, and its shape another.
 */
import type { Emphasis, Role, Series } from './figure.ts';

/** Size of a picture in its own pixels; the PNG has `pixelRatio` times as many each way. */
export const size = { width: 800, height: 550, pixelRatio: 2 } as const;

/** Family name under which the fonts of the package dejavu-fonts-ttf are registered for files: ours alone, never a system font. */
export const fontFamily = 'Epochnoise Sans';
/** As CSS wants it: a page that is shown in a browser takes the reader's own. */
const FAMILIES = `"${fontFamily}", system-ui, sans-serif`;

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

type Rgb = readonly [number, number, number];

/** The colours of a picture. */
export interface Palette {
  /** Colours of everything that is not data. */
  readonly ink: Readonly<
    Record<
      'background' | 'text' | 'quietText' | 'axis' | 'grid' | 'minorGrid' | 'minorTick' | 'marker' | 'picked',
      string
    >
  >;
  readonly roles: Readonly<Record<Role, Rgb>>;
  /** What a strong series is mixed with, to stand out from the normal ones of its role, on top of which it lies. */
  readonly strong: Rgb;
}

/** Ink on paper: of all files, and of a page in the light. */
export const light: Palette = {
  ink: {
    background: '#ffffff',
    text: '#1a1a1a',
    quietText: '#4d4d4d',
    axis: '#4d4d4d',
    grid: '#e3e3e3',
    minorGrid: '#f2f2f2',
    minorTick: '#b5b5b5',
    marker: '#1a1a1a',
    picked: '#000000',
  },
  roles: {
    measured: [0, 114, 178],
    'measured-again': [204, 121, 167],
    'sampler-theory': [213, 94, 0],
    'white-theory': [0, 158, 115],
    'two-component-theory': [120, 60, 110],
    fit: [213, 94, 0],
    reference: [60, 60, 60],
    'left-out': [125, 125, 125],
    train: [0, 114, 178],
    test: [230, 159, 0],
    'group-1': [0, 114, 178],
    'group-2': [213, 94, 0],
    'group-3': [0, 158, 115],
    'group-4': [204, 121, 167],
    'group-5': [230, 159, 0],
    'group-6': [86, 180, 233],
    'group-7': [120, 60, 110],
    'group-8': [95, 95, 95],
  },
  strong: [0, 0, 0],
};

/** The same hues where the background is dark. */
export const dark: Palette = {
  ink: {
    background: '#14171a',
    text: '#e8e8e8',
    quietText: '#b4b8bc',
    axis: '#9a9fa4',
    grid: '#31363b',
    minorGrid: '#23272b',
    minorTick: '#6a7076',
    marker: '#e8e8e8',
    picked: '#ffffff',
  },
  roles: {
    measured: [86, 180, 233],
    'measured-again': [226, 150, 192],
    'sampler-theory': [255, 137, 51],
    'white-theory': [41, 196, 150],
    'two-component-theory': [196, 142, 226],
    fit: [255, 137, 51],
    reference: [190, 190, 190],
    'left-out': [150, 150, 150],
    train: [86, 180, 233],
    test: [240, 190, 70],
    'group-1': [86, 180, 233],
    'group-2': [255, 137, 51],
    'group-3': [41, 196, 150],
    'group-4': [226, 150, 192],
    'group-5': [240, 190, 70],
    'group-6': [140, 205, 255],
    'group-7': [196, 142, 226],
    'group-8': [190, 190, 190],
  },
  strong: [255, 255, 255],
};

/** Shapes of points, by the chart library's names; `crossRot` is ×, `cross` +. */
export type PointShape = 'circle' | 'triangle' | 'crossRot' | 'cross' | 'rect' | 'rectRot' | 'star' | 'rectRounded';

/** The dashes of each role's lines and the shape of its points. */
export const roles: Readonly<Record<Role, { readonly dash: number[]; readonly shape: PointShape }>> = {
  measured: { dash: [], shape: 'circle' },
  'measured-again': { dash: [], shape: 'circle' },
  'sampler-theory': { dash: [], shape: 'circle' },
  'white-theory': { dash: [9, 5], shape: 'triangle' },
  'two-component-theory': { dash: [2, 3], shape: 'circle' },
  fit: { dash: [], shape: 'circle' },
  reference: { dash: [9, 5], shape: 'circle' },
  'left-out': { dash: [], shape: 'crossRot' },
  train: { dash: [], shape: 'circle' },
  test: { dash: [], shape: 'circle' },
  'group-1': { dash: [], shape: 'circle' },
  'group-2': { dash: [], shape: 'rect' },
  'group-3': { dash: [], shape: 'triangle' },
  'group-4': { dash: [], shape: 'rectRot' },
  'group-5': { dash: [], shape: 'crossRot' },
  'group-6': { dash: [], shape: 'cross' },
  'group-7': { dash: [], shape: 'star' },
  'group-8': { dash: [], shape: 'rectRounded' },
};

/** Shape of a series' points: its role's, unless it asks for another. */
export function shapeOf({ shape, role }: Pick<Series, 'shape' | 'role'>): PointShape {
  return shape ?? roles[role].shape;
}

/** The line about a series' points: of shapes that have no face, all there is to see; of others, apart from what lies below. */
export function pointBorder(series: Pick<Series, 'shape' | 'role' | 'emphasis' | 'hollow'>): {
  readonly alone: boolean;
  readonly width: number;
} {
  const shape = shapeOf(series);
  const strong = series.emphasis === 'strong';
  const alone = series.hollow === true || shape === 'crossRot' || shape === 'cross' || shape === 'star';
  return { alone, width: alone ? (strong ? 2.5 : 1) : strong ? 1 : 0 };
}

/** Dashes of a series that asks for them whatever its role. */
const DASHES = [6, 4];

/** Dashes of a series' line; none where it is drawn in one piece. */
export function dashes({ role, dashed }: Pick<Series, 'role' | 'dashed'>): number[] {
  if (dashed === undefined) return roles[role].dash;
  return dashed ? DASHES : [];
}

/** How much of a strong series' colour is its role's. */
const STRONG_SHARE = 0.62;

/** CSS colour of a series, with an opacity in 0…1. */
export function colour(palette: Palette, { role, emphasis }: Pick<Series, 'role' | 'emphasis'>, opacity = 1): string {
  const share = emphasis === 'strong' ? STRONG_SHARE : 1;
  const parts = palette.roles[role].map((part, i) => Math.round(part * share + palette.strong[i] * (1 - share)));
  return `rgba(${parts.join(', ')}, ${opacity})`;
}

/** How a picture is dressed. */
export interface Look {
  readonly palette: Palette;
  /** Whether title, legend and footnote are part of the picture; on a page they stand around it. */
  readonly framed: boolean;
  /** Width in the picture's own pixels, by which rows of labels are judged. */
  readonly width: number;
}

/** Of pictures in files. */
export const PRINTED: Look = { palette: light, framed: true, width: size.width };

/** Width of lines in pixels. */
export const lineWidth: Readonly<Record<Emphasis, number>> = { muted: 1.4, normal: 2.2, strong: 3.2 };

/** How much larger hollow points are: they are seen about what lies below them. */
export const HOLLOW = 1.5;

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
  return { family: FAMILIES, size: pixels, weight, lineHeight: LINE_HEIGHT };
}

/** The same as a CSS font string. */
export function cssFont(pixels: number, weight: 'normal' | 'bold' = 'normal'): string {
  return `${weight} ${pixels}px ${FAMILIES}`;
}
