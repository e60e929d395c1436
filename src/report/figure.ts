/** A picture as data: what is drawn, in the field's words, before anything is known about canvases or chart libraries. */

/** How an axis turns numbers into lengths. A log axis shows positive numbers only; others are left out. */
export type Scale = 'linear' | 'log';

/** One axis. In its label, `_` makes the next character a subscript: `σ²_θ`. */
export interface Axis {
  readonly label: string;
  readonly scale: Scale;
  /** Smallest and largest value shown; chosen from the data where it is absent. */
  readonly range?: readonly [number, number];
  /** Places with names, of several lines where they have line feeds, on a linear axis whose numbers would say nothing. */
  readonly ticks?: readonly MarkerLine[];
}

/**
 * How a series is drawn: `points`; `errorbars`, points with a vertical interval each; `line`, broken where a coordinate
 * is NaN; `band`, a line with a shaded interval.
 */
export type SeriesKind = 'points' | 'errorbars' | 'line' | 'band';

/** What a series stands for. The theme gives a role the same colour in every picture. */
export type Role =
  | 'measured'
  | 'measured-again'
  | 'sampler-theory'
  | 'white-theory'
  | 'two-component-theory'
  | 'fit'
  | 'reference'
  | 'left-out'
  | 'train'
  | 'test'
  | GroupRole;

/** Settings of a sweep, of which no picture tells more apart than these. */
export type GroupRole = 'group-1' | 'group-2' | 'group-3' | 'group-4' | 'group-5' | 'group-6' | 'group-7' | 'group-8';

/** How loudly a series is drawn. */
export type Emphasis = 'muted' | 'normal' | 'strong';

/** One data series; `x`, `y` and, where present, `low` and `high` have the same length. */
export interface Series {
  /** Text of the legend; an empty one keeps the series out of it. */
  readonly label: string;
  readonly kind: SeriesKind;
  readonly role: Role;
  readonly emphasis: Emphasis;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Lower and upper end of the interval, in units of y. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Which vertical axis it belongs to; the left one where absent. */
  readonly axis?: 'left' | 'right';
  /** As its role has it where absent. */
  readonly dashed?: boolean;
  /** Shape of the points where series of one look would be told apart by their colour alone. */
  readonly shape?: 'rect' | 'rectRot' | 'cross' | 'crossRot';
  /** Points are outlines, somewhat larger: what lies below them is seen. */
  readonly hollow?: boolean;
  /** Which eigendirection each point is, counted from 0; absent where points are not directions. */
  readonly directions?: readonly number[];
  /** Text beside each point, set where it covers least; of several lines where it has line feeds, of none where empty. */
  readonly pointLabels?: readonly string[];
}

/** A dashed line through the whole picture, its label written beside the plot area so that it never covers data. */
export interface MarkerLine {
  readonly value: number;
  readonly label: string;
}

/** A whole picture. Series are drawn in their order, the last on top; the legend names the topmost first. */
export interface Figure {
  readonly title: string;
  /** One line or, with line feeds, several. */
  readonly subtitle: string;
  /** The part of the subtitle that is of this picture alone; the rest is said of the run once where its pictures stand together. */
  readonly detail?: string;
  readonly x: Axis;
  readonly y: Axis;
  /** A second vertical axis, on the right. */
  readonly right?: Axis;
  readonly series: readonly Series[];
  readonly verticals: readonly MarkerLine[];
  readonly horizontals: readonly MarkerLine[];
  /** What a careful reader has to know: what was left out, what the bars mean. Wrapped; `_` makes a subscript. */
  readonly footnote: string;
  /** Said in the middle of the plot area where there is nothing to draw. */
  readonly message?: string;
}
