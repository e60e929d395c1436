/**
 * How the digits 0–9 are written: strokes in the unit square, x to the right, y downwards. Points of a stroke are joined by a
 * smooth curve, except where a point is a corner.
 */

/** A control point: x, y, and whether the pen turns sharply there. */
export type ControlPoint = readonly [x: number, y: number, turn?: 'corner'];

/** One movement of the pen. */
export interface Stroke {
  readonly points: readonly ControlPoint[];
  /** Whether the last point runs on into the first. */
  readonly closed: boolean;
}

/** Eight points of an ellipse. */
function ellipse(centreX: number, centreY: number, radiusX: number, radiusY: number): Stroke {
  const points = Array.from({ length: 8 }, (_, index): ControlPoint => {
    const angle = (Math.PI / 4) * index;
    return [centreX + radiusX * Math.cos(angle), centreY + radiusY * Math.sin(angle)];
  });
  return { points, closed: true };
}

function open(...points: ControlPoint[]): Stroke {
  return { points, closed: false };
}

/** Strokes of each digit. */
export const DIGIT_STROKES: readonly (readonly Stroke[])[] = [
  [ellipse(0.5, 0.5, 0.24, 0.37)],
  [open([0.36, 0.29], [0.54, 0.13, 'corner'], [0.54, 0.87])],
  [
    open(
      [0.27, 0.32],
      [0.34, 0.17],
      [0.5, 0.12],
      [0.67, 0.18],
      [0.71, 0.34],
      [0.6, 0.53],
      [0.42, 0.71],
      [0.26, 0.86, 'corner'],
      [0.76, 0.86],
    ),
  ],
  [
    open(
      [0.28, 0.2],
      [0.47, 0.12],
      [0.66, 0.19],
      [0.67, 0.35],
      [0.44, 0.47, 'corner'],
      [0.67, 0.55],
      [0.73, 0.7],
      [0.64, 0.83],
      [0.45, 0.88],
      [0.26, 0.79],
    ),
  ],
  [open([0.52, 0.12], [0.24, 0.62, 'corner'], [0.78, 0.62]), open([0.63, 0.38], [0.61, 0.88])],
  [
    open(
      [0.71, 0.13],
      [0.35, 0.13, 'corner'],
      [0.31, 0.47, 'corner'],
      [0.51, 0.41],
      [0.69, 0.5],
      [0.72, 0.67],
      [0.6, 0.83],
      [0.43, 0.88],
      [0.26, 0.8],
    ),
  ],
  [
    open(
      [0.63, 0.13],
      [0.42, 0.29],
      [0.3, 0.53],
      [0.31, 0.76],
      [0.49, 0.88],
      [0.67, 0.8],
      [0.7, 0.62],
      [0.56, 0.5],
      [0.39, 0.54],
      [0.31, 0.68],
    ),
  ],
  [open([0.26, 0.14], [0.74, 0.14, 'corner'], [0.56, 0.5], [0.43, 0.88])],
  [ellipse(0.5, 0.3, 0.18, 0.18), ellipse(0.5, 0.68, 0.23, 0.2)],
  [ellipse(0.47, 0.33, 0.2, 0.21), open([0.67, 0.3], [0.68, 0.55], [0.58, 0.88])],
];
