/** The curvature that the weights feel, two ways, over the Hessian's: 1 where the loss is quadratic on their scale. */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { rangeOf } from '../range.ts';
import { binnedMedians } from '../running-median.ts';
import { sortDirections } from './against-curvature.ts';
import { directions, subtitled } from './words.ts';

/** A bin of fewer directions has no median worth the name. */
const BIN_MINIMUM = 5;
/** Flat directions can lie anywhere. */
const SHOWN = [0.1, 10] as const;
/** Intervals that reach no further than this part of the value to either side are not seen. */
const SEEN = 0.01;

/** One curvature over λ, with its interval. */
interface OverEigenvalue {
  readonly value: (direction: number) => number;
  readonly low: (direction: number) => number;
  readonly high: (direction: number) => number;
}

/** Trajectory and finite-step curvature over λ against λ/λ_cross, with their intervals; medians of the former. */
export function curvaturesFigure(input: ReportInput): Figure {
  const { directions: columns, run, curvatures } = input;
  const { compared, drifting, range, notes } = sortDirections(input);
  const lambda = columns.eigenvalue;
  const cross = run.crossoverEigenvalue;
  const over = (value?: Column, low?: Column, high?: Column): OverEigenvalue => {
    const ratio = (column?: Column) => (i: number) => (column ? column[i] / lambda[i] : NaN);
    return { value: ratio(value), low: ratio(low), high: ratio(high) };
  };
  const path = over(
    curvatures?.trajectory_curvature,
    curvatures?.trajectory_curvature_low,
    curvatures?.trajectory_curvature_high,
  );
  const step = over(
    curvatures?.finite_step_curvature,
    curvatures?.finite_step_curvature_low,
    curvatures?.finite_step_curvature_high,
  );
  const x = (i: number) => lambda[i] / cross;
  const medians = binnedMedians(compared.map(x), compared.map(path.value), 1, BIN_MINIMUM);
  const all = [...compared, ...drifting];
  // Single flat directions scatter far: what is told of many decides, and those few of which a step was made.
  const [low, high] = rangeOf([...medians.y, ...all.map(step.value), 0.5, 2], 'log');
  const limits = [Math.max(low, SHOWN[0]), Math.min(high, SHOWN[1])] as const;
  const isInside = (value: number) => value >= limits[0] && value <= limits[1];

  const series: Series[] = [];
  const points = (
    look: Pick<Series, 'label' | 'role' | 'emphasis' | 'shape'>,
    chosen: readonly number[],
    { value, low, high }: OverEigenvalue,
  ) => {
    const drawable = chosen.filter((i) => isInside(value(i)));
    if (drawable.length === 0) return;
    const bars = look.role !== 'left-out' && drawable.some((i) => high(i) - low(i) > 2 * SEEN * value(i));
    series.push({
      ...look,
      label: bars ? `${look.label}, 95 % interval` : look.label,
      kind: bars ? 'errorbars' : 'points',
      x: drawable.map(x),
      y: drawable.map(value),
      directions: drawable,
      ...(bars ? { low: drawable.map(low), high: drawable.map(high) } : {}),
    });
  };
  points({ label: 'left out: drifting', role: 'left-out', emphasis: 'muted' }, drifting, path);
  points({ label: 'along the path', role: 'measured', emphasis: 'normal' }, compared, path);
  if (medians.x.length > 0)
    series.push({ label: 'along the path: medians', kind: 'line', role: 'measured', emphasis: 'strong', ...medians });
  points({ label: 'over a step of ±σ', role: 'fit', emphasis: 'normal', shape: 'rectRot' }, all, step);

  const known = compared.filter((i) => Number.isFinite(path.value(i)));
  const beyond = known.filter((i) => !isInside(path.value(i))).length;
  const sentences = [
    'Along the path: slope of e·∇L against e·θ over snapshots. Over a step: [e·∇L(θ̄+σe) − e·∇L(θ̄−σe)]/(2σ), σ the measured σ_θ.',
  ];
  if (beyond > 0) sentences.push(`Beyond the axis: ${directions(beyond)}.`);
  return {
    title: 'Curvature that the weights feel, over the Hessian’s',
    ...subtitled(input, directions(known.length)),
    x: { label: 'eigenvalue over crossover, λ/λ_×', scale: 'log', range: [range[0] / cross, range[1] / cross] },
    y: { label: 'curvature / λ', scale: 'log', range: limits },
    series,
    verticals: [{ value: 1, label: 'crossover' }],
    horizontals: [{ value: 1, label: '1' }],
    footnote: [...sentences, ...notes].join(' '),
    message: series.length === 0 ? 'no curvature was measured along the path' : undefined,
  };
}
