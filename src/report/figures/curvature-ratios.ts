/** Measured over predicted weight variance with the Hessian's curvature, and with those that the weights feel. */
import { medianBias } from '../../statistics/median.ts';
import type { Figure, Role, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { rangeOf } from '../range.ts';
import type { CurvatureRange } from '../summary.ts';
import { sortDirections } from './against-curvature.ts';
import { partSingle } from './single-points.ts';
import { directions, samplerTheory, subtitled } from './words.ts';

/** A median of fewer directions says less than they do. */
const MEDIAN_MINIMUM = 5;
/** Flat directions can lie anywhere. */
const SHOWN = [0.1, 10] as const;

/** One curvature: the prediction with it, and its medians. */
interface Way {
  readonly label: string;
  readonly role: Role;
  readonly shape?: Series['shape'];
  readonly dashed?: boolean;
  readonly sampler: Column;
  readonly two: Column;
  readonly degreesOfFreedom: Column;
  readonly median: (range: CurvatureRange) => number | null;
}

/** The best theory there is, three times: single directions, and medians of ranges of λ/λ_cross. */
export function curvatureRatiosFigure(input: ReportInput): Figure {
  const { directions: columns, run } = input;
  const { compared, notes } = sortDirections(input);
  const cross = run.crossoverEigenvalue;
  // Of those that are drawn: drifting directions would leave half of it empty.
  const range = rangeOf([...compared.map((i) => columns.eigenvalue[i]), cross], 'log');
  const shown = [range[0] / cross, range[1] / cross] as const;
  const points: Series[] = [];
  const lines: Series[] = [];
  for (const { label, role, shape, dashed, sampler, two, degreesOfFreedom, median } of waysOf(input)) {
    const ratio = (i: number) =>
      columns.theta_variance[i] / ((two[i] > 0 ? two[i] : sampler[i]) * medianBias(degreesOfFreedom[i]));
    const known = compared.filter((i) => ratio(i) > 0 && Number.isFinite(ratio(i)));
    if (known.length === 0) continue;
    const x = known.map((i) => columns.eigenvalue[i] / cross);
    points.push({
      label,
      role,
      ...(shape && { shape }),
      kind: 'points',
      emphasis: 'normal',
      x,
      y: known.map(ratio),
      directions: known,
    });
    const steps = stepsOf(run.curvatures!.ranges, median, x, shown);
    // The legend has each curvature once.
    if (steps.x.length > 0) lines.push({ label: '', role, dashed, kind: 'line', emphasis: 'strong', ...steps });
  }
  // Crosses over disks: where the curvatures agree all lie in one place. What has no crowd about it lies over the medians.
  const parts = points.toReversed().map((one) => partSingle(one, 1));
  const series = [...parts.flatMap(({ below }) => below), ...lines, ...parts.flatMap(({ above }) => above)];
  const [low, high] = rangeOf([...series.flatMap(({ y }) => y), 0.5, 2], 'log');
  const most = points.reduce((count, { x }) => Math.max(count, x.length), 0);
  const sentences = [
    `Lines: medians of ranges with at least ${MEDIAN_MINIMUM} points; dashed: with λ. Each ratio is corrected for the bias of a median.`,
    `Theory: two components where known, else ${samplerTheory(run.sampler)}.`,
    run.curvatures?.window === 'second'
      ? 'The path is that of a second window.'
      : 'The path is that of the window itself: the prediction with its curvature is not independent of it.',
  ];
  return {
    title: 'Measured over predicted weight variance with three curvatures',
    ...subtitled(input, directions(most)),
    x: { label: 'eigenvalue over crossover, λ/λ_×', scale: 'log', range: shown },
    y: {
      label: 'σ²_θ measured / predicted',
      scale: 'log',
      range: [Math.max(low, SHOWN[0]), Math.min(high, SHOWN[1])],
    },
    series,
    verticals: [{ value: 1, label: 'crossover' }],
    horizontals: [{ value: 1, label: '1' }],
    footnote: [...sentences, ...notes].join(' '),
    message: series.length === 0 ? 'no prediction with a curvature that the weights feel' : undefined,
  };
}

function waysOf({ directions: columns, run, curvatures, estimators }: ReportInput): Way[] {
  if (!curvatures || !run.curvatures) return [];
  return [
    {
      label: 'with the eigenvalue λ',
      role: 'reference',
      shape: 'crossRot',
      dashed: true,
      sampler: columns.theta_variance_sampler,
      two: columns.theta_variance_two_component,
      degreesOfFreedom: estimators?.theta_dof_two_component ?? columns.theta_dof,
      median: ({ eigenvalue }) => eigenvalue.ratio,
    },
    {
      label: 'with the curvature over a step of ±σ',
      role: 'fit',
      shape: 'rectRot',
      sampler: curvatures.finite_step_theta_variance_sampler,
      two: curvatures.finite_step_theta_variance_two_component,
      degreesOfFreedom: curvatures.finite_step_theta_dof,
      median: ({ finiteStep }) => finiteStep.ratio,
    },
    {
      label: 'with the curvature along the path',
      role: 'measured',
      sampler: curvatures.trajectory_theta_variance_sampler,
      two: curvatures.trajectory_theta_variance_two_component,
      degreesOfFreedom: curvatures.trajectory_theta_dof,
      median: ({ trajectory }) => trajectory.ratio,
    },
  ];
}

/** A level piece over each range in which there are enough points, within what is shown. */
function stepsOf(
  ranges: readonly CurvatureRange[],
  median: (range: CurvatureRange) => number | null,
  points: readonly number[],
  shown: readonly [number, number],
): { readonly x: number[]; readonly y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  for (const one of ranges) {
    const value = median(one);
    const end = one.high ?? Infinity;
    const held = points.filter((point) => point > one.low && point <= end).length;
    if (value === null || !(value > 0) || held < MEDIAN_MINIMUM) continue;
    const [low, high] = [Math.max(one.low, shown[0]), Math.min(end, shown[1])];
    // A NaN after each range breaks the line.
    x.push(low, high, high);
    y.push(value, value, NaN);
  }
  return { x, y };
}
