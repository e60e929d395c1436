/** Principal components of the path beside those of a random walk: a power law that sampling alone makes. */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { rangeOf } from '../range.ts';
import type { Summary } from '../summary.ts';
import { binnedMedians } from '../running-median.ts';
import { sortDirections } from './against-curvature.ts';
import { crossoverMarker, settings } from './words.ts';

const BIN_MINIMUM = 5;

/** Variance against curvature: of the path's components, of the walk's, and along the Hessian's own directions. */
export function principalComponentsFigure(input: ReportInput): Figure {
  const { components, directions: columns, run } = input;
  const { compared } = sortDirections(input);
  const series: Series[] = [];
  const points = (label: string, role: 'measured' | 'left-out', x: Column, y: Column) => {
    const known = Array.from(x, (_, i) => i).filter((i) => x[i] > 0 && y[i] > 0);
    if (known.length > 0)
      series.push({
        label,
        kind: 'points',
        role,
        emphasis: 'normal',
        x: known.map((i) => x[i]),
        y: known.map((i) => y[i]),
      });
  };
  if (components) {
    points(
      `random walk of the same length${exponent(run.components?.randomWalk ?? null)}`,
      'left-out',
      components.random_walk_curvature,
      components.random_walk_variance,
    );
    points(`this path${exponent(run.components?.path ?? null)}`, 'measured', components.curvature, components.variance);
    const medians = binnedMedians(
      compared.map((i) => columns.eigenvalue[i]),
      compared.map((i) => columns.theta_variance[i]),
      run.crossoverEigenvalue,
      BIN_MINIMUM,
    );
    if (medians.x.length > 0)
      series.push({
        label: 'along the Hessian’s directions: medians',
        kind: 'line',
        role: 'sampler-theory',
        emphasis: 'normal',
        ...medians,
      });
  }
  return {
    title: 'Principal components of the path, and of a random walk',
    subtitle: settings(input),
    x: {
      label: 'curvature along the component, u·Hu',
      scale: 'log',
      range: rangeOf([...series.flatMap((one) => one.x), run.crossoverEigenvalue], 'log'),
    },
    y: {
      label: 'variance of the component',
      scale: 'log',
      range: rangeOf(
        series.flatMap((one) => one.y),
        'log',
      ),
    },
    series,
    verticals: crossoverMarker(run),
    horizontals: [],
    footnote: `Components are sorted by sample variance, which alone makes variance and curvature seem related. Random walk: the quadratic model under independent noise of the same variance. Exponents: ${ranks(run.components)}.`,
    message: series.length === 0 ? 'no components were computed' : undefined,
  };
}

function ranks(components: Summary['components'] | undefined): string {
  return components
    ? `fitted to components ${components.firstRank} … ${components.lastRank}; other ranks give others`
    : 'unknown';
}

function exponent(value: number | null): string {
  return value === null ? '' : `: exponent ${value.toFixed(2)}`;
}
