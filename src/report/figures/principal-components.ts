/** Principal components of the path beside those of a random walk: a power law that sampling alone makes. */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { fixedNumber } from '../numbers.ts';
import { belongingTogether, rangeOf } from '../range.ts';
import type { Summary } from '../summary.ts';
import { binnedMedians } from '../running-median.ts';
import { sortDirections } from './against-curvature.ts';
import { crossoverMarker, subtitled } from './words.ts';

const BIN_MINIMUM = 5;

/** Variance against curvature: of the path's components, of the walk's, and along the Hessian's own directions. */
export function principalComponentsFigure(input: ReportInput): Figure {
  const { components, directions: columns, run } = input;
  const { compared } = sortDirections(input);
  const medians = binnedMedians(
    compared.map((i) => columns.eigenvalue[i]),
    compared.map((i) => columns.theta_variance[i]),
    run.crossoverEigenvalue,
    BIN_MINIMUM,
  );
  const ends = belongingTogether(Array.from(components?.variance ?? []), [
    ...Array.from(components?.random_walk_variance ?? []),
    ...medians.y,
  ]) ?? [1, 1];
  const isShown = (variance: number) => variance >= ends[0] && variance <= ends[1];
  const series: Series[] = [];
  const beyond: string[] = [];
  const points = (label: string, whose: string, role: 'measured' | 'reference', x: Column, y: Column) => {
    const known = Array.from(x, (_, i) => i).filter((i) => x[i] > 0 && y[i] > 0);
    const shown = known.filter((i) => isShown(y[i]));
    if (shown.length < known.length) beyond.push(`${known.length - shown.length} of ${whose}`);
    if (shown.length > 0)
      series.push({
        label,
        kind: 'points',
        role,
        ...(role === 'reference' && { shape: 'crossRot' }),
        emphasis: 'normal',
        x: shown.map((i) => x[i]),
        y: shown.map((i) => y[i]),
      });
  };
  if (components) {
    points(
      `random walk of the same length${exponent(run.components?.randomWalk ?? null)}`,
      'the walk',
      'reference',
      components.random_walk_curvature,
      components.random_walk_variance,
    );
    points(
      `this path${exponent(run.components?.path ?? null)}`,
      'the path',
      'measured',
      components.curvature,
      components.variance,
    );
    if (medians.x.length > 0)
      series.push({
        label: 'along the Hessian’s directions: medians',
        kind: 'line',
        role: 'fit',
        emphasis: 'normal',
        ...medians,
      });
  }
  const sentences = [
    'Components are sorted by sample variance, which alone makes variance and curvature seem related. Random walk: the quadratic model under independent noise of the same variance.',
    `Exponents: ${ranks(run.components)}.`,
    ...(beyond.length > 0 ? [`Components beyond the axis: ${beyond.join(', ')}.`] : []),
  ];
  return {
    title: 'Principal components of the path, and of a random walk',
    ...subtitled(input),
    x: {
      label: 'curvature along the component, u·Hu',
      scale: 'log',
      range: rangeOf([...series.flatMap((one) => one.x), run.crossoverEigenvalue], 'log'),
    },
    y: { label: 'variance of the component', scale: 'log', range: rangeOf(ends, 'log') },
    series,
    verticals: crossoverMarker(run),
    horizontals: [],
    footnote: sentences.join(' '),
    message: series.length === 0 ? 'no components were computed' : undefined,
  };
}

function ranks(components: Summary['components'] | undefined): string {
  return components
    ? `fitted to components ${components.firstRank} … ${components.lastRank}; other ranks give others`
    : 'unknown';
}

function exponent(value: number | null): string {
  return value === null ? '' : `: exponent ${fixedNumber(value, 2)}`;
}
