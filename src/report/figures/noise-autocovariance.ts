/** Autocovariance of the gradient noise over lags: what an epoch adds to the noise, before any dynamics. */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { shortNumber } from '../numbers.ts';
import type { Sampler } from '../../theory/index.ts';
import { subtitled } from './words.ts';

/** Values larger than this, in units of 1/M, may lie beyond the y axis: else the law would shrink to nothing. */
const LARGEST_SHOWN = 5;

/** The last marker stands at the last lag: room for the half of its label that lies beyond. */
const ROOM_RIGHT = 1.03;

/**
 * Autocovariance at a lag ≥ 1, averaged over positions in the epoch, divided by the variance.
 *
 * Two batches of an epoch have −f/(1−f), f = S/N: −1/(M−1) where batches use up the data. Reshuffled: that times (M−h)/M
 * within the epoch's length, 0 beyond. One order kept: that, except that it returns to 1 after every whole epoch.
 * Independent batches: 0.
 *
 * @param lag h ≥ 1, in updates
 * @param batchesPerEpoch M
 * @param fraction f
 */
function predicted(lag: number, batchesPerEpoch: number, fraction: number, sampler: Sampler): number {
  const m = batchesPerEpoch;
  const shared = -fraction / (1 - fraction);
  if (sampler === 'with-replacement') return 0;
  if (sampler === 'shuffle-once') return lag % m === 0 ? 1 : shared;
  return lag >= m ? 0 : (shared * (m - lag)) / m;
}

const THEORY: Readonly<Record<Sampler, string>> = {
  reshuffle: 'epoch theory, −(M−h)/(M(M−1))',
  'shuffle-once': 'epoch theory (one order kept), −1/(M−1)',
  'with-replacement': 'theory for independent batches, 0',
};

/** The same where a last incomplete batch is dropped. */
const DROPPING: Readonly<Record<Sampler, string>> = {
  reshuffle: 'epoch theory, −(M−h)f/(M(1−f)), f = S/N',
  'shuffle-once': 'epoch theory (one order kept), −f/(1−f), f = S/N',
  'with-replacement': THEORY['with-replacement'],
};

/**
 * Noise autocovariance over lags 1…2M at θ̄ and along the trajectory, in units of its value at lag 0. Lags at which the
 * same batch returns are told in the footnote: the value 1 is far beyond an axis on which 1/M can be seen.
 */
export function noiseAutocovarianceFigure(input: ReportInput): Figure {
  const { noise, run } = input;
  const { batchesPerEpoch, sampler } = run;
  const returns = (lag: number) => sampler === 'shuffle-once' && lag % batchesPerEpoch === 0;
  const positive = Array.from(noise.lags, (_, i) => i).filter((i) => noise.lags[i] > 0);
  const shown = positive.filter((i) => !returns(noise.lags[i]));
  const returning = positive.filter((i) => returns(noise.lags[i]));
  const x = shown.map((i) => noise.lags[i]);
  const column = (values: Column) => shown.map((i) => values[i]);

  const series: Series[] = [];
  const measured = (label: string, role: 'measured' | 'measured-again', values?: Column, errors?: Column) => {
    if (values === undefined || !column(values).some(Number.isFinite)) return;
    const y = column(values);
    const error = errors === undefined ? y.map(() => NaN) : column(errors);
    const low = y.map((value, i) => value - error[i]);
    const high = y.map((value, i) => value + error[i]);
    series.push({ label, kind: 'band', role, emphasis: 'muted', x, y, low, high });
  };
  measured(
    'along the trajectory',
    'measured-again',
    noise.autocovarianceTrajectory,
    noise.autocovarianceTrajectoryError,
  );
  measured('at the window’s mean weights', 'measured', noise.autocovariance, noise.autocovarianceError);
  const message = series.length === 0 ? 'no autocovariance was measured' : undefined;
  const fraction = run.batchSize && run.samples ? run.batchSize / run.samples : 1 / batchesPerEpoch;
  const theory = x.map((lag) => predicted(lag, batchesPerEpoch, fraction, sampler));
  const dropping = Math.abs(fraction * batchesPerEpoch - 1) > 1e-9;
  if (x.length > 0)
    series.push({
      label: dropping ? DROPPING[sampler] : THEORY[sampler],
      kind: 'line',
      role: 'sampler-theory',
      emphasis: 'normal',
      x,
      y: theory,
    });

  const { range, cut } = shownRange(series, batchesPerEpoch);
  const sentences = [
    `Mean over directions. ${sampler === 'shuffle-once' ? 'No bands: the epochs repeat each other.' : 'Bands: ± one standard error.'} Lag 0, which is 1 by definition, is off the axis.`,
  ];
  if (returning.length > 0) {
    const lags = returning.map((i) => noise.lags[i]).join(' and ');
    const values = returning.map((i) => shortNumber(noise.autocovariance[i])).join(' and ');
    const so = returning.length > 1 ? 'So are lags' : 'So is lag';
    sentences.push(`${so} ${lags}, where the same batch returns: predicted 1, measured ${values}.`);
  }
  if (cut > 0) sentences.push(`Beyond the axis: ${cut} of ${measuredValues(series).length} measured values.`);
  return {
    title: 'Autocovariance of the gradient noise',
    ...subtitled(input, `1/M = ${shortNumber(1 / batchesPerEpoch)}`),
    x: { label: 'lag h (updates)', scale: 'linear', range: [0, ROOM_RIGHT * Math.max(2 * batchesPerEpoch, ...x)] },
    y: { label: 'autocovariance / variance', scale: 'linear', range },
    series,
    verticals: [
      { value: batchesPerEpoch, label: '1 epoch' },
      { value: 2 * batchesPerEpoch, label: '2 epochs' },
    ],
    horizontals: [{ value: 0, label: '' }],
    footnote: sentences.join(' '),
    message,
  };
}

/** Shows all values with their bands, those aside that exceed the law's own scale, 1/M, many times. */
function shownRange(series: readonly Series[], batchesPerEpoch: number) {
  const scale = 1 / batchesPerEpoch;
  const limit = LARGEST_SHOWN * scale;
  const ends = series
    .flatMap((one) => [...(one.low ?? []), ...(one.high ?? []), ...one.y])
    .filter((end) => Math.abs(end) <= limit);
  const low = Math.min(-1.3 * scale, 1.05 * Math.min(0, ...ends));
  const high = Math.max(0.5 * scale, 1.05 * Math.max(0, ...ends));
  const cut = measuredValues(series).filter((value) => value < low || value > high).length;
  return { range: [low, high] as const, cut };
}

function measuredValues(series: readonly Series[]): number[] {
  return series.filter((one) => one.kind === 'band').flatMap((one) => one.y.filter(Number.isFinite));
}
