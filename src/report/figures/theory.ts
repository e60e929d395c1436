/** Predictions without a run: the weight variance against the eigenvalue, whatever the sampler, at one noise variance. */
import {
  type Sampler,
  SAMPLERS,
  stationaryMoments,
  type TheoryTable,
  type TheoryTableOptions,
  windowPredictor,
} from '../../theory/index.ts';
import { eigenvalueGrid } from '../eigenvalue-grid.ts';
import type { Emphasis, Figure, MarkerLine, Role, Series } from '../figure.ts';
import { shortNumber, wholeNumber } from '../numbers.ts';
import { rangeOf } from '../range.ts';
import { crossoverMarker, SAMPLING, settings } from './words.ts';

/** The eigenvalues shown reach this far below and above the crossover, and further where one was asked for. */
const DECADES = 2;
/** The curves end at this part of the limit of stability, where that of independent batches goes to infinity. */
const NEAR_LIMIT = 0.99;
/** More values than this would cover one another. */
const WRITTEN = 8;

/** The colour of each sampler, and how loud it is where another was asked for: told apart by more than colours. */
const LOOKS: Readonly<Record<Sampler, { readonly role: Role; readonly aside: Emphasis }>> = {
  reshuffle: { role: 'sampler-theory', aside: 'normal' },
  'shuffle-once': { role: 'measured-again', aside: 'muted' },
  'with-replacement': { role: 'white-theory', aside: 'normal' },
};

type Row = TheoryTable['predictions'][number];

/**
 * σ²_θ against λ for all samplers, the one that was asked for in bold, in dashes what a window of it shows, and the
 * eigenvalues that were asked for as points. The noise variance is the same at all λ.
 *
 * @param table what `theoryTable` makes of the same options
 */
export function theoryFigure(options: TheoryTableOptions, table: TheoryTable): Figure {
  const { sampler, crossoverEigenvalue: crossover, predictions } = table;
  const limit = (2 * (1 + options.momentum)) / options.learningRate;
  const rows = predictions.filter(
    ({ eigenvalue, thetaVariance }, i) =>
      eigenvalue > 0 &&
      (thetaVariance ?? 0) > 0 &&
      predictions.findIndex((other) => other.eigenvalue === eigenvalue) === i,
  );
  const grid = eigenvalueGrid({
    low: crossover / 10 ** DECADES,
    high: Math.min(crossover * 10 ** DECADES, limit * NEAR_LIMIT),
    limit,
    asked: rows.map(({ eigenvalue }) => eigenvalue),
  });
  const drawable = (all: readonly Series[]) => all.filter(({ y }) => y.some((value) => value > 0));
  const lines = drawable(stationaryLines(options, sampler, grid));
  const dashes = drawable(windowLine(options, sampler, grid));
  const limits = grid[grid.length - 1] > limit / 2 ? [limit] : [];
  const verticals: MarkerLine[] = [
    ...crossoverMarker(table),
    ...limits.map((value) => ({ value, label: `unstable from λ = ${shortNumber(value)}` })),
  ];
  return {
    title: 'Predicted weight variance against curvature',
    subtitle: subtitle(options, sampler),
    x: { label: 'Hessian eigenvalue λ', scale: 'log', range: rangeOf([...grid, ...limits], 'log') },
    y: { label: 'weight variance σ²_θ', scale: 'log' },
    series: [...lines, ...dashes, ...points(rows)],
    verticals,
    horizontals: [],
    footnote: [
      `The noise variance is the same at all eigenvalues, C = ${shortNumber(options.noiseVariance)}; in a network it differs from direction to direction.`,
      ...(lines.length > 0 ? [LINES] : []),
      ...windowWords(options, dashes.length > 0),
      ...(rows.length > WRITTEN ? [`The values of the ${rows.length} points are in the table.`] : []),
      ...leftOut(predictions),
    ].join(' '),
    message: lines.length === 0 ? 'without noise the weights rest in the minimum' : undefined,
  };
}

const LINES =
  'Lines: stationary variance, averaged over the position in the epoch and, for one order, over the orders.';

/** All samplers, the one asked for last: on top, and first in the legend. */
function stationaryLines(options: TheoryTableOptions, sampler: Sampler, grid: readonly number[]): Series[] {
  const { learningRate, momentum, batchesPerEpoch, noiseVariance, samplingFraction } = options;
  const others = SAMPLERS.filter((other) => other !== sampler).toReversed();
  return [...others, sampler].map((drawn) => {
    const { role, aside } = LOOKS[drawn];
    const y = grid.map((eigenvalue) => {
      const direction = { learningRate, momentum, batchesPerEpoch, eigenvalue, noiseVariance };
      return shown(stationaryMoments(direction, drawn, samplingFraction).thetaVariance);
    });
    const look = drawn === sampler ? ({ emphasis: 'strong', dashed: false } as const) : { emphasis: aside };
    return { label: SAMPLING[drawn], kind: 'line', role, x: grid, y, ...look };
  });
}

/** What a window of the sampler asked for shows; none where no window was given. */
function windowLine(options: TheoryTableOptions, sampler: Sampler, grid: readonly number[]): Series[] {
  const { learningRate, momentum, batchesPerEpoch, noiseVariance, samplingFraction, window } = options;
  if (window === undefined) return [];
  const inWindow = windowPredictor({
    learningRate,
    momentum,
    batchesPerEpoch,
    sampler,
    updates: window,
    start: options.start ?? 'stationary',
    burnInUpdates: (options.burnInEpochs ?? 0) * batchesPerEpoch,
    samplingFraction,
  });
  const y = grid.map((eigenvalue) => shown(noiseVariance * inWindow(eigenvalue).thetaVariance));
  const look = { kind: 'line', role: LOOKS[sampler].role, emphasis: 'normal', dashed: true } as const;
  return [{ ...look, label: `in a window of ${updates(window)}`, x: grid, y }];
}

/** As a logarithmic axis shows it; NaN breaks a line. */
function shown(value: number): number {
  return value > 0 && value < Infinity ? value : NaN;
}

/** The eigenvalues asked for with what is written beside them, over those of the window. */
function points(rows: readonly Row[]): Series[] {
  if (rows.length === 0) return [];
  const look = { kind: 'points', role: 'reference' } as const;
  const windowed = rows.filter(({ windowThetaVariance }) => (windowThetaVariance ?? 0) > 0);
  const series = (some: readonly Row[], value: (row: Row) => number | null | undefined) => ({
    x: some.map(({ eigenvalue }) => eigenvalue),
    y: some.map((row) => value(row) ?? NaN),
  });
  const given: Series = {
    ...look,
    label: rows.length === 1 ? 'the eigenvalue given' : 'the eigenvalues given',
    emphasis: 'strong',
    ...series(rows, ({ thetaVariance }) => thetaVariance),
    ...(rows.length <= WRITTEN ? { pointLabels: rows.map(pointLabel) } : {}),
  };
  if (windowed.length === 0) return [given];
  const values = series(windowed, ({ windowThetaVariance }) => windowThetaVariance);
  return [{ ...look, label: '', emphasis: 'normal', ...values }, given];
}

function pointLabel({ eigenvalue, thetaVariance, windowThetaVariance }: Row): string {
  const value = `σ²_θ(${shortNumber(eigenvalue)}) = ${shortNumber(thetaVariance ?? NaN)}`;
  if (windowThetaVariance === undefined || windowThetaVariance === null) return value;
  return `${value}\nin the window ${shortNumber(windowThetaVariance)}`;
}

function subtitle(options: TheoryTableOptions, sampler: Sampler): string {
  const { noiseVariance, samplingFraction, window, batchesPerEpoch } = options;
  const fraction = samplingFraction === undefined ? '' : `, S/N = ${shortNumber(samplingFraction)}`;
  const run = `${settings({ run: { ...options, sampler } })}${fraction}, C = ${shortNumber(noiseVariance)}`;
  if (window === undefined) return run;
  const length = `window of ${updates(window)} (${epochs(window / batchesPerEpoch)})`;
  if (options.start !== 'rest') return `${run}\n${length} in the stationary state`;
  const burnIn = options.burnInEpochs ?? 0;
  return `${run}\n${length}, opened ${burnIn === 0 ? 'at' : `${epochs(burnIn)} after`} rest in the minimum`;
}

function windowWords({ window }: TheoryTableOptions, drawn: boolean): string[] {
  if (window === undefined) return [];
  if (drawn) return ['Dashes: in the window, about its own mean.'];
  return [window === 1 ? 'A window of one update has no variance.' : 'The window has no prediction.'];
}

/** Which eigenvalues have no point, and why. */
function leftOut(predictions: readonly Row[]): string[] {
  const listed = (why: string, rows: readonly Row[]) => {
    const values = [...new Set(rows.map(({ eigenvalue }) => shortNumber(eigenvalue)))];
    if (values.length === 0) return [];
    return [`${values.length > WRITTEN ? `${values.length} eigenvalues` : `λ = ${values.join(', ')}`} (${why})`];
  };
  const positive = predictions.filter(({ eigenvalue }) => eigenvalue > 0);
  const absent = [
    ...listed(
      'no place on a logarithmic axis',
      predictions.filter((row) => !positive.includes(row)),
    ),
    ...listed(
      'no stationary state',
      positive.filter(({ thetaVariance }) => thetaVariance === null),
    ),
  ];
  return absent.length === 0 ? [] : [`Not shown: ${absent.join('; ')}.`];
}

const updates = (count: number): string => `${wholeNumber(count)} ${count === 1 ? 'update' : 'updates'}`;
const epochs = (count: number): string => `${shortNumber(count)} ${count === 1 ? 'epoch' : 'epochs'}`;
