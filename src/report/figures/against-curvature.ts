/**
 * What the pictures over λ share: which directions can be shown and which take part in medians, the measured points,
 * the predictions as lines, and the sentences that say what was left out.
 */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { shortNumber } from '../numbers.ts';
import { rangeOf } from '../range.ts';
import { binnedMedians } from '../running-median.ts';
import { crossoverMarker, directions, samplerTheory, settings, WHITE_THEORY } from './words.ts';

/** Curvatures this far below the crossover are flat for every purpose and would only stretch the axis. */
export const SHOWN_BELOW_CROSSOVER = 1e-4;
/** A bin of fewer directions has no median worth the name. */
const BIN_MINIMUM = 5;
/** With more directions than this, predictions are drawn as medians of bins: each has its own noise variance. */
export const DRAWN_SINGLY = 60;

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
  /** λ > 0, in the axis' range, regime `drift`. */
  readonly drifting: readonly number[];
  readonly range: readonly [number, number];
  /** What is not to be seen, and why. */
  readonly notes: readonly string[];
}

/** Sorts the directions for a picture with λ along a logarithmic x axis. */
export function sortDirections({ directions: columns, run }: ReportInput): Sorting {
  const floor = run.crossoverEigenvalue > 0 ? run.crossoverEigenvalue * SHOWN_BELOW_CROSSOVER : 0;
  const all = Array.from(columns.eigenvalue, (_, i) => i);
  const positive = all.filter((i) => columns.eigenvalue[i] > 0 && columns.regime[i] !== 'negative');
  const shown = positive.filter((i) => columns.eigenvalue[i] >= floor);
  const hidden = positive.length - shown.length;
  const negative = all.length - positive.length;
  const notes = [];
  if (negative > 0) notes.push(`Not shown: ${directions(negative)} with λ\u00a0≤\u00a00.`);
  if (hidden > 0) notes.push(`Not shown: ${directions(hidden)} with λ below ${shortNumber(floor)}.`);
  const marked = run.crossoverEigenvalue > 0 ? [run.crossoverEigenvalue] : [];
  return {
    compared: shown.filter((i) => columns.regime[i] !== 'drift'),
    drifting: shown.filter((i) => columns.regime[i] === 'drift'),
    range: rangeOf([...shown.map((i) => columns.eigenvalue[i]), ...marked], 'log'),
    notes,
  };
}

/** The usual picture of a quantity over λ: measured points, their medians, both theories, the crossover. */
export function quantityFigure(
  input: ReportInput,
  quantity: Quantity,
  words: { readonly title: string; readonly label: string; readonly footnote: string },
): Figure {
  const { run } = input;
  const sorting = sortDirections(input);
  const { compared, drifting, notes } = sorting;
  const { series, medians } = quantitySeries(input, quantity, sorting);
  const seen = [...compared, ...drifting].filter((i) => quantity.measured[i] > 0).length;
  const sentences = [words.footnote];
  if (medians) sentences.push(`Medians: bins of λ with at least ${BIN_MINIMUM} directions, corrected for their bias.`);
  if (seen > DRAWN_SINGLY) sentences.push('Theories: medians of the predictions for the directions of a bin.');
  const unmeasured = compared.length + drifting.length - seen;
  if (unmeasured > 0) sentences.push(`Not shown: ${directions(unmeasured)} without a measured value above 0.`);
  return {
    title: words.title,
    subtitle: `${settings(input)}; ${directions(seen)}`,
    x: { label: 'Hessian eigenvalue λ', scale: 'log', range: sorting.range },
    y: { label: words.label, scale: 'log', range: rangeWithIntervals(series) },
    series,
    verticals: crossoverMarker(run),
    horizontals: [],
    footnote: [...sentences, ...notes].join(' '),
    message: series.length === 0 ? 'no direction with a positive eigenvalue was measured' : undefined,
  };
}

/**
 * Shows all values, and their intervals as far as these reach no further than a factor of ten beyond: the interval of a
 * variance that is worth two samples spans decades, and the law would shrink to nothing.
 */
function rangeWithIntervals(series: readonly Series[]): readonly [number, number] {
  const values = rangeOf(
    series.flatMap((one) => one.y),
    'log',
  );
  const ends = rangeOf(
    series.flatMap((one) => [...one.y, ...(one.low ?? []), ...(one.high ?? [])]),
    'log',
  );
  return [Math.max(ends[0], values[0] / 10), Math.min(ends[1], values[1] * 10)];
}

function quantitySeries(input: ReportInput, quantity: Quantity, { compared, drifting }: Sorting) {
  const { directions: columns, run } = input;
  const lambda = columns.eigenvalue;
  const { measured, low, high } = quantity;
  const at = (column: Column, chosen: readonly number[]) => chosen.map((i) => column[i]);

  const series: Series[] = [];
  const points = (label: string, role: 'measured' | 'left-out', chosen: readonly number[]) => {
    const drawable = chosen.filter((i) => measured[i] > 0);
    if (drawable.length === 0) return;
    // The interval of a direction that drifts means nothing: it supposes that the window is stationary.
    const bars = role === 'measured' && low && high;
    series.push({
      label,
      kind: bars ? 'errorbars' : 'points',
      role,
      emphasis: role === 'measured' ? 'normal' : 'muted',
      x: at(lambda, drawable),
      y: at(measured, drawable),
      directions: drawable,
      ...(bars ? { low: at(low, drawable), high: at(high, drawable) } : {}),
    });
  };
  const line = (label: string, role: 'sampler-theory' | 'white-theory' | 'two-component-theory', column: Column) => {
    const drawable = [...compared, ...drifting].filter((i) => column[i] > 0).sort((a, b) => lambda[a] - lambda[b]);
    if (drawable.length === 0) return;
    const singly = drawable.length <= DRAWN_SINGLY;
    const curve = singly
      ? { x: at(lambda, drawable), y: at(column, drawable) }
      : binnedMedians(at(lambda, drawable), at(column, drawable), run.crossoverEigenvalue, 1);
    series.push({ label, kind: 'line', role, emphasis: 'normal', ...curve });
  };

  const measuredPoints = () => points(low && high ? 'measured, 95 % interval' : 'measured', 'measured', compared);
  const few = compared.length <= DRAWN_SINGLY;
  points('left out: drifting', 'left-out', drifting);
  if (!few) measuredPoints();
  // A run with replacement has one theory only: the other line would lie on top of it.
  if (run.sampler !== 'with-replacement') line(WHITE_THEORY, 'white-theory', quantity.white);
  line('two-component theory', 'two-component-theory', quantity.twoComponent);
  line(samplerTheory(run.sampler), 'sampler-theory', quantity.sampler);
  // Few points would vanish below a line that passes through them; of many, the line would not be seen.
  if (few) measuredPoints();
  const corrected = compared.map((i) => measured[i] / quantity.bias(i));
  const medians = binnedMedians(at(lambda, compared), corrected, run.crossoverEigenvalue, BIN_MINIMUM);
  if (medians.x.length > 0)
    series.push({ label: 'medians', kind: 'points', role: 'measured', emphasis: 'strong', ...medians });
  return { series, medians: medians.x.length > 0 };
}
