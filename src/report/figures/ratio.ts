/** Measured over predicted weight variance: the test itself, direction by direction and range by range. */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { rangeOf } from '../range.ts';
import { medianBias } from '../../statistics/median.ts';
import type { RangeSummary } from '../summary.ts';
import { sortDirections } from './against-curvature.ts';
import { partSingle } from './single-points.ts';
import { directions, samplerTheory, subtitled, WHITE_THEORY } from './words.ts';

/** Smallest and largest ratio on the axis: drifting directions can lie anywhere. */
const SHOWN = [1e-3, 100] as const;

/** σ²_θ measured/predicted against λ/λ_cross for the sampler's theory and for independent batches; medians of ranges. */
export function ratioFigure(input: ReportInput): Figure {
  const { directions: columns, run } = input;
  const { compared, drifting, range, notes } = sortDirections(input);
  const cross = run.crossoverEigenvalue;
  const shown: readonly [number, number] = [range[0] / cross, range[1] / cross];

  // As in the summary: a median of variances lies below the truth by a known factor.
  const ratio = (i: number, column: Column) =>
    columns.theta_variance[i] / (column[i] * medianBias(columns.theta_dof[i]));
  const hasRatio = (i: number, column: Column) => ratio(i, column) > 0 && Number.isFinite(ratio(i, column));

  const series: Series[] = [];
  // Over the medians: below them a few points that agree with theory would not be seen.
  const single: Series[] = [];
  const points = (
    label: string,
    role: 'sampler-theory' | 'white-theory' | 'left-out',
    column: Column,
    chosen: readonly number[],
  ) => {
    const drawable = chosen.filter((i) => hasRatio(i, column));
    if (drawable.length === 0) return;
    const emphasis = role === 'left-out' ? 'muted' : 'normal';
    const x = drawable.map((i) => columns.eigenvalue[i] / cross);
    const y = drawable.map((i) => ratio(i, column));
    // Bars for the theory on trial alone: those of the other would be the same, shifted.
    const bars = role === 'sampler-theory';
    const low = drawable.map((i) => columns.theta_variance_low[i] / column[i]);
    const high = drawable.map((i) => columns.theta_variance_high[i] / column[i]);
    const all: Series = {
      label,
      kind: bars ? 'errorbars' : 'points',
      role,
      emphasis,
      x,
      y,
      directions: drawable,
      ...(bars ? { low, high } : {}),
    };
    const { below, above } = partSingle(all, 1);
    series.push(...below);
    single.push(...above);
  };
  const both = run.sampler !== 'with-replacement';
  points('left out: drifting', 'left-out', columns.theta_variance_sampler, drifting);
  const own = samplerTheory(run.sampler);
  if (both) points(`over ${WHITE_THEORY}`, 'white-theory', columns.theta_variance_white, compared);
  points(`over ${own}, 95 % interval`, 'sampler-theory', columns.theta_variance_sampler, compared);
  medians();
  series.push(...single);

  function medians(): void {
    if (both) steps(`over ${WHITE_THEORY}: medians`, 'white-theory', (one) => one.ratioWhite);
    steps('over two-component theory: medians', 'two-component-theory', (one) => one.ratioTwoComponent);
    steps(`over ${own}: medians`, 'sampler-theory', (one) => one.ratioSampler);
  }

  function steps(
    label: string,
    role: 'sampler-theory' | 'white-theory' | 'two-component-theory',
    median: (one: RangeSummary) => number | null,
  ): void {
    const x: number[] = [];
    const y: number[] = [];
    for (const one of run.ranges) {
      const value = median(one);
      const members = compared.filter((i) => isWithin(one, columns.eigenvalue[i] / cross));
      const low = Math.max(one.low, shown[0]);
      const high = Math.min(one.high ?? Infinity, shown[1]);
      if (value === null || !(value > 0) || members.length === 0 || low >= high) continue;
      // A NaN after each range breaks the line: a rise from one to the next would say something about their border.
      x.push(low, high, high);
      y.push(value, value, NaN);
    }
    if (x.length > 0) series.push({ label, kind: 'line', role, emphasis: 'strong', x, y });
  }

  const values = series.flatMap((one) => one.y).filter((value) => value > 0);
  const [low, high] = rangeOf([...values, 0.5, 2], 'log');
  const limits = [Math.max(low, SHOWN[0]), Math.min(high, SHOWN[1])] as const;
  const cut = values.filter((value) => value < limits[0] || value > limits[1]).length;
  const sentences = ['Medians: of ranges of λ/λ_×. Each ratio is corrected for the bias of a median, (1−2/(9ν))³.'];
  if (cut > 0) sentences.push(`Beyond the axis: ${cut} ${cut === 1 ? 'ratio' : 'ratios'}.`);
  const missing = [...compared, ...drifting].filter((i) => !hasRatio(i, columns.theta_variance_sampler)).length;
  if (missing > 0)
    sentences.push(`Not shown: ${directions(missing)} without both variances, or with ν too small to correct.`);
  return {
    title: 'Measured over predicted weight variance',
    ...subtitled(input, directions(compared.length + drifting.length - missing)),
    x: { label: 'eigenvalue over crossover, λ/λ_×', scale: 'log', range: shown },
    y: { label: 'σ²_θ measured / predicted', scale: 'log', range: limits },
    series,
    verticals: [{ value: 1, label: 'crossover' }],
    horizontals: [{ value: 1, label: '1' }],
    footnote: [...sentences, ...notes].join(' '),
    message: series.length === 0 ? 'no direction has both a measured and a predicted variance' : undefined,
  };
}

function isWithin({ low, high }: RangeSummary, value: number): boolean {
  return value > low && (high === null || value <= high);
}
