/**
 * Predictions over λ: as lines where they are a law of λ, as marks where every direction has noise of its own. Where only some
 * directions have, whose predictions lie beyond the axis, the line has a gap: drawn through them it would plunge and come back.
 */
import type { Series } from '../figure.ts';
import type { BinnedCurve } from '../running-median.ts';

/** What each theory is called and how it is told from the others. */
export interface TheoryCurve {
  readonly label: string;
  readonly role: 'sampler-theory' | 'white-theory' | 'two-component-theory';
  /** With the direction of each point where it is that of one. */
  readonly curve: BinnedCurve & { readonly directions?: readonly number[] };
}

/** Shapes of marks that are not joined; that of independent batches is its role's. */
const SHAPES: Readonly<Record<TheoryCurve['role'], Series['shape']>> = {
  'sampler-theory': 'rect',
  'two-component-theory': 'rectRot',
  'white-theory': undefined,
};
/** Between neighbours a law of λ rises or falls by no more than λ does; noise not quite proportional to λ adds to that. */
const JUMP = 3;

/**
 * Whether a line from each prediction to the next says something: none of them, of those that lie on the axis, jumps.
 *
 * @param theories in order of rising λ
 */
export function areLaws(theories: readonly TheoryCurve[], [low, high]: readonly [number, number]): boolean {
  return theories.every(({ curve: { x, y } }) => {
    const shown = x.map((at, i) => ({ x: at, y: y[i] })).filter((point) => point.y >= low && point.y <= high);
    return shown.every((point, i) => i === 0 || !jumps(shown[i - 1], point));
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const jumps = (from: Point, to: Point): boolean =>
  Math.abs(Math.log(to.y / from.y)) > Math.log(to.x / from.x) + Math.log(JUMP);

/** Whether a line through the points is interrupted. */
export const hasGaps = (curve: BinnedCurve): boolean => withGaps(curve).x.length > curve.x.length;

/** A NaN between neighbours from one of which to the other a law of λ would not lead. */
function withGaps({ x, y }: BinnedCurve): BinnedCurve {
  const points = x.flatMap((at, i) => {
    const point = { x: at, y: y[i] };
    return i > 0 && jumps({ x: x[i - 1], y: y[i - 1] }, point) ? [{ x: at, y: NaN }, point] : [point];
  });
  return { x: points.map((point) => point.x), y: points.map((point) => point.y) };
}

/** The theories as series, joined or not. */
export function theorySeries(theories: readonly TheoryCurve[], joined: boolean): Series[] {
  return theories.map(({ label, role, curve }) => ({
    label,
    role,
    emphasis: 'normal',
    ...(joined
      ? { kind: 'line', ...withGaps(curve) }
      : { kind: 'points', ...(SHAPES[role] && { shape: SHAPES[role] }), ...curve }),
  }));
}
