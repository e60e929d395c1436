/** Drawing strokes with a round pen on a grid of grey pixels, anti-aliased. */
import type { Stroke } from './strokes.ts';

/** Straight pieces that a smooth curve is drawn with between two control points. */
const PIECES = 3;

/**
 * Flattens a stroke to straight pieces: Catmull–Rom curves through the points, straight on both sides of a corner's tangent.
 *
 * @param xs x of each control point of the stroke, where it was moved to
 * @param ys likewise y
 * @returns x and y of the joints in turn
 * @see E. Catmull & R. Rom 1974, A class of local interpolating splines
 */
export function flatten(stroke: Stroke, xs: Float64Array, ys: Float64Array): number[] {
  const { points, closed } = stroke;
  const count = points.length;
  const joints: number[] = [xs[0], ys[0]];
  // A curve ends at a corner: its neighbour beyond is the corner itself.
  const beyond = (from: number, step: number) => {
    if (points[from][2] === 'corner') return from;
    if (closed) return (from + step + count) % count;
    return Math.min(Math.max(from + step, 0), count - 1);
  };
  for (let start = 0; start < (closed ? count : count - 1); start++) {
    const end = (start + 1) % count;
    const before = beyond(start, -1);
    const after = beyond(end, 1);
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      joints.push(catmullRom(xs[before], xs[start], xs[end], xs[after], t));
      joints.push(catmullRom(ys[before], ys[start], ys[end], ys[after], t));
    }
  }
  return joints;
}

/**
 * Draws a line of straight pieces into an image: each pixel becomes the most of what it was and 1 inside the pen, falling
 * linearly to 0 over one pixel across its edge.
 *
 * @param image [size, size], row-major, 0 … 1
 * @param joints x and y in turn, in pixels
 * @param radius of the pen, in pixels
 */
export function drawLine(image: Float64Array, size: number, joints: readonly number[], radius: number): void {
  const reach = radius + 0.5;
  for (let joint = 0; joint + 3 < joints.length; joint += 2) {
    const fromX = joints[joint];
    const fromY = joints[joint + 1];
    const alongX = joints[joint + 2] - fromX;
    const alongY = joints[joint + 3] - fromY;
    const inverse = 1 / (alongX * alongX + alongY * alongY + 1e-12);
    // Only pixels whose centre lies within reach of this piece.
    const left = Math.max(0, Math.ceil(Math.min(fromX, fromX + alongX) - reach - 0.5));
    const right = Math.min(size - 1, Math.floor(Math.max(fromX, fromX + alongX) + reach - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(fromY, fromY + alongY) - reach - 0.5));
    const bottom = Math.min(size - 1, Math.floor(Math.max(fromY, fromY + alongY) + reach - 0.5));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const x = column + 0.5 - fromX;
        const y = row + 0.5 - fromY;
        const part = Math.min(1, Math.max(0, (x * alongX + y * alongY) * inverse));
        const distance = Math.sqrt((x - part * alongX) ** 2 + (y - part * alongY) ** 2);
        const ink = Math.min(1, reach - distance);
        const pixel = row * size + column;
        if (ink > image[pixel]) image[pixel] = ink;
      }
    }
  }
}

function catmullRom(before: number, start: number, end: number, after: number, t: number): number {
  const slopeStart = (end - before) / 2;
  const slopeEnd = (after - start) / 2;
  const rise = end - start;
  return start + t * (slopeStart + t * (3 * rise - 2 * slopeStart - slopeEnd + t * (slopeStart + slopeEnd - 2 * rise)));
}
