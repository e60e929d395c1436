/** Predictions over λ: as lines where they are a law of λ, as marks where every direction has noise of its own. */
import type { Series } from '../figure.ts';
import type { BinnedCurve } from '../running-median.ts';

/** What each theory is called and how it is told from the others. */
export interface TheoryCurve {
  readonly label: string;
  readonly role: 'sampler-theory' | 'white-theory' | 'two-component-theory';
  readonly curve: BinnedCurve;
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
    return shown.every((point, i) => {
      const before = shown[i - 1];
      if (before === undefined) return true;
      return Math.abs(Math.log(point.y / before.y)) <= Math.log(point.x / before.x) + Math.log(JUMP);
    });
  });
}

/** The theories as series, joined or not. */
export function theorySeries(theories: readonly TheoryCurve[], joined: boolean): Series[] {
  return theories.map(({ label, role, curve }) => ({
    label,
    role,
    emphasis: 'normal',
    ...(joined ? { kind: 'line' } : { kind: 'points', ...(SHAPES[role] && { shape: SHAPES[role] }) }),
    ...curve,
  }));
}
