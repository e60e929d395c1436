/** Gradient-noise variance against loss curvature: how nearly the noise covariance is proportional to the Hessian. */
import type { Figure, Series } from '../figure.ts';
import type { ReportInput } from '../input.ts';
import { fixedNumber } from '../numbers.ts';
import { rangeOf } from '../range.ts';
import { isDrifting } from '../../statistics/drift.ts';
import { median } from '../../statistics/median.ts';
import type { FittedSlope } from '../summary.ts';
import { SHOWN_BELOW_CROSSOVER } from './against-curvature.ts';
import { partSingle } from './single-points.ts';
import { crossoverMarker, directions, subtitled } from './words.ts';

/** C against λ−μ with the fitted power law, whose slope comes from the summary, and C ∝ λ−μ beside it. */
export function noiseVarianceFigure(input: ReportInput): Figure {
  const { directions: columns, run } = input;
  const all = Array.from(columns.eigenvalue, (_, i) => i);
  // Weight decay is part of the Hessian's eigenvalues, never of the noise.
  const curvature = (i: number) => columns.eigenvalue[i] - run.weightDecay;
  const crossover = run.crossoverEigenvalue - run.weightDecay;
  const floor = run.crossoverEigenvalue * SHOWN_BELOW_CROSSOVER;
  const drawable = all.filter((i) => curvature(i) >= floor && curvature(i) > 0 && columns.noise_variance[i] > 0);
  const drifting = drawable.filter((i) => isDrifting(columns, i, run.crossoverEigenvalue));
  const compared = drawable.filter((i) => !isDrifting(columns, i, run.crossoverEigenvalue));

  const series: Series[] = [];
  // Over the lines: below them a few points that lie on the law would not be seen.
  const single: Series[] = [];
  const points = (label: string, role: 'measured' | 'left-out', chosen: readonly number[]) => {
    if (chosen.length === 0) return;
    const [y, low, high] = [columns.noise_variance, columns.noise_variance_low, columns.noise_variance_high].map(
      (column) => chosen.map((i) => column[i]),
    );
    // An exact value has an interval of no length: nothing to draw.
    const estimated = low.some((value, i) => value < high[i]);
    const all: Series = {
      label: estimated ? `${label}, 95 % interval` : label,
      kind: estimated ? 'errorbars' : 'points',
      role,
      emphasis: role === 'measured' ? 'normal' : 'muted',
      x: chosen.map(curvature),
      y,
      directions: chosen,
      ...(estimated ? { low, high } : {}),
    };
    const { below, above } = role === 'left-out' ? { below: [all], above: [] } : partSingle(all, crossover);
    series.push(...below);
    single.push(...above);
  };
  points('left out: drifting', 'left-out', drifting);
  points('C of one direction', 'measured', compared);

  const fit = run.slopes.noiseExponent;
  const x = compared.map(curvature);
  const y = compared.map((i) => columns.noise_variance[i]);
  if (compared.length > 1) {
    // The fit is often the law itself: dashes on top of it leave both to be seen.
    if (fit && fit.value !== null) series.push(powerLaw(`fitted slope ${slopeText(fit)}`, fit.value, x, y, false));
    series.push(powerLaw('C ∝ λ−μ (slope 1)', 1, x, y, true));
  }
  series.push(...single);

  const sentences = ['C: variance of one batch’s gradient along the direction, at the window’s mean weights.'];
  if (compared.length > 1) sentences.push('Lines pass through the median of C over the compared directions.');
  const missing = all.length - drawable.length;
  if (missing > 0)
    sentences.push(`Not shown: ${directions(missing)} with λ−μ\u00a0≤\u00a00, far below the crossover, or without C.`);
  return {
    title: 'Gradient-noise variance against loss curvature',
    ...subtitled(input, directions(drawable.length)),
    x: { label: 'loss curvature λ−μ', scale: 'log', range: rangeOf([...drawable.map(curvature), crossover], 'log') },
    y: {
      label: 'noise variance C',
      scale: 'log',
      range: rangeOf(
        drawable.map((i) => columns.noise_variance[i]),
        'log',
      ),
    },
    series,
    verticals: crossoverMarker(run).map((marker) => ({ ...marker, value: crossover })),
    horizontals: [],
    footnote: sentences.join(' '),
    message: drawable.length === 0 ? 'no direction has a positive loss curvature and a noise variance' : undefined,
  };
}

function slopeText({ value, low, high }: FittedSlope): string {
  const interval = low === null || high === null ? '' : ` (${fixedNumber(low, 3)} … ${fixedNumber(high, 3)})`;
  return `${fixedNumber(value ?? NaN, 3)}${interval}`;
}

/** A straight line of a given slope through the median residual, drawn over the whole range of x. */
function powerLaw(
  label: string,
  slope: number,
  x: readonly number[],
  y: readonly number[],
  reference: boolean,
): Series {
  const level = Math.exp(median(y.map((value, i) => Math.log(value) - slope * Math.log(x[i]))));
  const ends = [Math.min(...x), Math.max(...x)];
  return {
    label,
    kind: 'line',
    role: reference ? 'reference' : 'fit',
    emphasis: 'normal',
    x: ends,
    y: ends.map((end) => level * end ** slope),
  };
}
