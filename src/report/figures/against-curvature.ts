/**
 * What the pictures over λ share: which directions can be shown and which take part in medians, the measured points,
 * the predictions as lines, and the sentences that say what was left out.
 */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { isDrifting } from '../../statistics/drift.ts';
import { shortNumber } from '../numbers.ts';
import { belongingTogether, rangeOf } from '../range.ts';
import { binnedMedians } from '../running-median.ts';
import { DRAWN_SINGLY, partSingle } from './single-points.ts';
import { areLaws, hasGaps, theorySeries, type TheoryCurve } from './theory-curves.ts';
import { crossoverMarker, directions, samplerTheory, subtitled, WHITE_THEORY } from './words.ts';

/** Curvatures this far below the crossover are flat for every purpose and would only stretch the axis. */
export const SHOWN_BELOW_CROSSOVER = 1e-4;
/** A bin of fewer directions has no median worth the name. */
const BIN_MINIMUM = 5;

/** A quantity of every direction, measured and predicted. */
export interface Quantity {
  readonly measured: Column;
  readonly low?: Column;
  readonly high?: Column;
  /** Factor by which the median of the measured values of direction i lies below the truth. */
  readonly bias: (direction: number) => number;
  readonly sampler: Column;
  readonly white: Column;
  readonly twoComponent: Column;
}

/** Indices of directions by what can be done with them. */
export interface Sorting {
  /** λ > 0, in the axis' range, not drifting. */
  readonly compared: readonly number[];
  /** λ > 0, in the axis' range, drifting. */
  readonly drifting: readonly number[];
  readonly range: readonly [number, number];
  /** What is not to be seen, and why. */
  readonly notes: readonly string[];
}

/** Sorts the directions for a picture with λ along a logarithmic x axis. */
export function sortDirections({ directions: columns, run }: ReportInput): Sorting {
  const floor = run.crossoverEigenvalue > 0 ? run.crossoverEigenvalue * SHOWN_BELOW_CROSSOVER : 0;
  const all = Array.from(columns.eigenvalue, (_, i) => i);
  const positive = all.filter((i) => columns.eigenvalue[i] > 0);
  const shown = positive.filter((i) => columns.eigenvalue[i] >= floor);
  const hidden = positive.length - shown.length;
  const negative = all.length - positive.length;
  const notes = [];
  if (negative > 0) notes.push(`Not shown: ${directions(negative)} with λ\u00a0≤\u00a00.`);
  if (hidden > 0) notes.push(`Not shown: ${directions(hidden)} with λ below ${shortNumber(floor)}.`);
  const marked = run.crossoverEigenvalue > 0 ? [run.crossoverEigenvalue] : [];
  return {
    compared: shown.filter((i) => !isDrifting(columns, i, run.crossoverEigenvalue)),
    drifting: shown.filter((i) => isDrifting(columns, i, run.crossoverEigenvalue)),
    range: rangeOf([...shown.map((i) => columns.eigenvalue[i]), ...marked], 'log'),
    notes,
  };
}

/** The usual picture of a quantity over λ: measured points, their medians, the theories, the crossover. */
export function quantityFigure(
  input: ReportInput,
  quantity: Quantity,
  words: { readonly title: string; readonly label: string; readonly footnote: string },
): Figure {
  const { run } = input;
  const sorting = sortDirections(input);
  const { compared, drifting, notes } = sorting;
  const all = [...compared, ...drifting];
  const seen = all.filter((i) => quantity.measured[i] > 0).length;
  const theories = theoriesOf(input, quantity, all);
  const medians = mediansOf(input, quantity, compared);
  const beside = [drifting.map((i) => quantity.measured[i]), medians.y, ...theories.map(({ curve }) => curve.y)].flat();
  const ends = belongingTogether(
    compared.map((i) => quantity.measured[i]),
    beside,
  ) ?? [1, 1];
  const isShown = (value: number) => value >= ends[0] && value <= ends[1];
  const joined = areLaws(theories, ends);
  const points = pointSeries(input, quantity, sorting, isShown);
  const lines = theorySeries(theories, joined);
  const edge = run.crossoverEigenvalue > 0 ? run.crossoverEigenvalue : 1;
  const parts = points.compared.map((one) => partSingle(one, edge));
  const series: Series[] = [
    ...points.drifting,
    // Of many points a line would not be seen below them; few would vanish below it.
    ...parts.flatMap(({ below }) => below),
    ...lines,
    ...parts.flatMap(({ above }) => above),
    ...(medians.x.length > 0
      ? [{ label: 'medians', kind: 'points', role: 'measured', emphasis: 'strong', ...medians } as const]
      : []),
  ];

  const sentences = [words.footnote];
  if (medians.x.length > 0)
    sentences.push(`Medians: bins of λ with at least ${BIN_MINIMUM} directions, corrected for their bias.`);
  if (theories.length > 0 && all.length > DRAWN_SINGLY)
    sentences.push('Theories: medians of the predictions for the directions of a bin.');
  if (theories.length > 0 && !joined)
    sentences.push(
      'Theories are marks, not lines: each follows the noise along its own directions, which is far from a law of λ here.',
    );
  if (joined && theories.some(({ curve }) => hasGaps(curve)))
    sentences.push(
      'Gaps in the lines of theory: at directions whose noise, and with it the prediction, is far from that of their neighbours.',
    );
  const beyond = beyondTheAxis(
    all.filter((i) => quantity.measured[i] > 0 && !isShown(quantity.measured[i])).length,
    theories.some(({ curve }) => !curve.y.every(isShown)),
  );
  if (beyond) sentences.push(beyond);
  if (seen < all.length)
    sentences.push(`Not shown: ${directions(all.length - seen)} without a measured value above 0.`);
  return {
    title: words.title,
    ...subtitled(input, directions(seen)),
    x: { label: 'Hessian eigenvalue λ', scale: 'log', range: sorting.range },
    y: { label: words.label, scale: 'log', range: rangeWithIntervals(ends, series) },
    series,
    verticals: crossoverMarker(run),
    horizontals: [],
    footnote: [...sentences, ...notes].join(' '),
    message: series.length === 0 ? 'no direction with a positive eigenvalue was measured' : undefined,
  };
}

function beyondTheAxis(measured: number, theories: boolean): string | undefined {
  const parts = [...(measured > 0 ? [directions(measured)] : []), ...(theories ? ['part of the predictions'] : [])];
  return parts.length === 0 ? undefined : `Beyond the axis: ${parts.join(' and ')}.`;
}

/**
 * Shows all values between the ends, and their intervals as far as these reach no further than a factor of ten beyond:
 * the interval of a variance that is worth two samples spans decades, and the law would shrink to nothing.
 */
function rangeWithIntervals(ends: readonly [number, number], series: readonly Series[]): readonly [number, number] {
  const values = rangeOf(ends, 'log');
  const bars = rangeOf([...ends, ...series.flatMap(({ low, high }) => [...(low ?? []), ...(high ?? [])])], 'log');
  return [Math.max(bars[0], values[0] / 10), Math.min(bars[1], values[1] * 10)];
}

/** The predictions for these directions, those of independent batches first. */
function theoriesOf({ directions: columns, run }: ReportInput, quantity: Quantity, all: readonly number[]) {
  const lambda = columns.eigenvalue;
  const curveOf = (column: Column): TheoryCurve['curve'] => {
    const drawable = all.filter((i) => column[i] > 0 && column[i] < Infinity).sort((a, b) => lambda[a] - lambda[b]);
    const points = { x: drawable.map((i) => lambda[i]), y: drawable.map((i) => column[i]), directions: drawable };
    return all.length <= DRAWN_SINGLY ? points : binnedMedians(points.x, points.y, run.crossoverEigenvalue, 1);
  };
  const theories: TheoryCurve[] = [
    { label: WHITE_THEORY, role: 'white-theory', curve: curveOf(quantity.white) },
    { label: 'two-component theory', role: 'two-component-theory', curve: curveOf(quantity.twoComponent) },
    { label: samplerTheory(run.sampler), role: 'sampler-theory', curve: curveOf(quantity.sampler) },
  ];
  return theories.filter(
    // A run with replacement has one theory only: the other line would lie on top of it.
    ({ role, curve }) => curve.x.length > 0 && (role !== 'white-theory' || run.sampler !== 'with-replacement'),
  );
}

/** The measured values in bins of λ that hold enough of them, corrected for what a median lies too low. */
function mediansOf({ directions, run }: ReportInput, { measured, bias }: Quantity, compared: readonly number[]) {
  return binnedMedians(
    compared.map((i) => directions.eigenvalue[i]),
    compared.map((i) => measured[i] / bias(i)),
    run.crossoverEigenvalue,
    BIN_MINIMUM,
  );
}

/** The measured values that are shown: of directions that are compared, and of those that drift. */
function pointSeries(
  { directions: columns }: ReportInput,
  { measured, low, high }: Quantity,
  { compared, drifting }: Sorting,
  isShown: (value: number) => boolean,
): { readonly compared: Series[]; readonly drifting: Series[] } {
  const points = (label: string, role: 'measured' | 'left-out', chosen: readonly number[]): Series[] => {
    const drawable = chosen.filter((i) => measured[i] > 0 && isShown(measured[i]));
    if (drawable.length === 0) return [];
    const at = (column: Column) => drawable.map((i) => column[i]);
    // The interval of a direction that drifts means nothing: it supposes that the window is stationary.
    const bars = role === 'measured' && low && high;
    return [
      {
        label,
        kind: bars ? 'errorbars' : 'points',
        role,
        emphasis: role === 'measured' ? 'normal' : 'muted',
        x: at(columns.eigenvalue),
        y: at(measured),
        directions: drawable,
        ...(bars ? { low: at(low), high: at(high) } : {}),
      },
    ];
  };
  return {
    compared: points(low && high ? 'measured, 95 % interval' : 'measured', 'measured', compared),
    drifting: points('left out: drifting', 'left-out', drifting),
  };
}
