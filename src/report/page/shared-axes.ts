/** Figures side by side are compared by eye: their axes have to be the same. */
import type { Axis, Figure } from '../figure.ts';

/** The same figures, each axis reaching as far as the widest of them, where all have a range and one scale. */
export function onSharedAxes(figures: readonly (Figure | null)[]): (Figure | null)[] {
  const there = figures.filter((figure) => figure !== null);
  if (there.length < 2) return [...figures];
  const shared = (axis: (figure: Figure) => Axis) => {
    const axes = there.map(axis);
    if (axes.some(({ range, scale }) => !range || scale !== axes[0].scale)) return undefined;
    return [Math.min(...axes.map(({ range }) => range![0])), Math.max(...axes.map(({ range }) => range![1]))] as const;
  };
  const [x, y] = [shared((figure) => figure.x), shared((figure) => figure.y)];
  return figures.map(
    (figure) =>
      figure && {
        ...figure,
        x: { ...figure.x, ...(x && { range: x }) },
        y: { ...figure.y, ...(y && { range: y }) },
      },
  );
}
