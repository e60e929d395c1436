/** A few paths, measured and replayed: what the numbers of the other pictures are made of. */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { shortNumber } from '../numbers.ts';
import { rangeOf } from '../range.ts';
import { settings } from './words.ts';

/** Epochs shown: more could not be told apart. */
const EPOCHS = 8;
/** Distance of two paths in standard deviations of each. */
const APART = 6;

/** θ along a few directions over the first epochs of the window, each in units of its own standard deviation, one above another. */
export function pathsFigure(input: ReportInput): Figure {
  const { paths = [], run, directions: columns } = input;
  const updates = Math.min(EPOCHS * run.batchesPerEpoch, paths[0]?.measured.length ?? 0);
  const x = Array.from({ length: updates }, (_, i) => (i + 1) / run.batchesPerEpoch);
  const series: Series[] = paths.flatMap(({ measured, replayed }, index) => {
    const scale = deviation(measured);
    const level = (paths.length - 1 - index) * APART;
    const drawn = (path: Column) => x.map((_, i) => path[i] / scale + level);
    const first = index === 0;
    return [
      {
        label: first ? 'measured' : '',
        kind: 'line' as const,
        role: 'measured' as const,
        emphasis: 'normal' as const,
        x,
        y: drawn(measured),
      },
      {
        label: first ? 'replayed from the window’s own batches' : '',
        kind: 'line' as const,
        role: 'fit' as const,
        emphasis: 'muted' as const,
        x,
        y: drawn(replayed),
      },
    ];
  });
  const range = rangeOf(
    series.flatMap(({ y }) => y),
    'linear',
  );
  const named = paths.map(
    ({ direction }, index) =>
      `${index === 0 ? 'from above, ' : ''}λ = ${shortNumber(columns.eigenvalue[direction])} (${shortNumber(columns.eigenvalue[direction] / run.crossoverEigenvalue, 2)} λ_×)`,
  );
  return {
    title: 'Paths along eigendirections, measured and replayed',
    subtitle: settings(input),
    x: { label: 'epochs of the window', scale: 'linear', range: [0, Math.max(1, updates / run.batchesPerEpoch)] },
    y: { label: 'θ / σ_θ, shifted', scale: 'linear', range },
    series,
    verticals: [],
    horizontals: paths.map((_, index) => ({ value: index * APART, label: '' })),
    footnote: paths.length === 0 ? '' : `Directions: ${named.join('; ')}.`,
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
