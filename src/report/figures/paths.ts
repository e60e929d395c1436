/** A few paths, measured and replayed: what the numbers of the other pictures are made of. */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { shortNumber } from '../numbers.ts';
import { rangeOf } from '../range.ts';
import { subtitled } from './words.ts';

/** Epochs shown: more could not be told apart. */
const EPOCHS = 8;
/** Distance of two paths in standard deviations of each. */
const APART = 6;

/** θ along a few directions over the first epochs of the window, each in units of its own standard deviation, one above another. */
export function pathsFigure(input: ReportInput): Figure {
  const { paths = [], run, directions: columns } = input;
  const updates = Math.min(EPOCHS * run.batchesPerEpoch, paths[0]?.measured.length ?? 0);
  const x = Array.from({ length: updates }, (_, i) => (i + 1) / run.batchesPerEpoch);
  const series: Series[] = [];
  const line = (name: string, role: 'measured' | 'fit', y: number[]) => {
    // What was not replayed has nothing to show, nor to name. The legend has each name once.
    if (!y.some(Number.isFinite)) return;
    const label = series.some((one) => one.role === role) ? '' : name;
    series.push({ label, kind: 'line', role, emphasis: role === 'fit' ? 'muted' : 'normal', x, y });
  };
  paths.forEach(({ measured, replayed }, index) => {
    const scale = deviation(measured);
    const level = (paths.length - 1 - index) * APART;
    const drawn = (path: Column) => x.map((_, i) => path[i] / scale + level);
    line('measured', 'measured', drawn(measured));
    line('replayed from the window’s own batches', 'fit', drawn(replayed));
  });
  const range = rangeOf(
    series.flatMap(({ y }) => y),
    'linear',
  );
  const hasReplay = series.some(({ role }) => role === 'fit');
  const unknown = series.length > 0 && !hasReplay ? ' No path was replayed: what the batches did is not known.' : '';
  const named = paths.map(
    ({ direction }, index) =>
      `${index === 0 ? 'from above, ' : ''}λ = ${shortNumber(columns.eigenvalue[direction])} (${shortNumber(columns.eigenvalue[direction] / run.crossoverEigenvalue, 2)} λ_×)`,
  );
  return {
    title: `Paths along eigendirections, measured${hasReplay || series.length === 0 ? ' and replayed' : ''}`,
    ...subtitled(input),
    x: { label: 'epochs of the window', scale: 'linear', range: [0, Math.max(1, updates / run.batchesPerEpoch)] },
    y: { label: 'θ / σ_θ, shifted', scale: 'linear', range },
    series,
    verticals: [],
    horizontals: paths.map((_, index) => ({ value: index * APART, label: '' })),
    footnote: paths.length === 0 ? '' : `Directions: ${named.join('; ')}.${unknown}`,
    message: paths.length === 0 || updates === 0 ? 'no path was replayed' : undefined,
  };
}

function deviation(path: Column): number {
  let [sum, square] = [0, 0];
  for (let i = 0; i < path.length; i++) {
    sum += path[i];
    square += path[i] * path[i];
  }
  return Math.sqrt(square / path.length - (sum / path.length) ** 2);
}
