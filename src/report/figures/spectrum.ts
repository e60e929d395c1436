/** The Hessian's spectrum: how many directions curve more than λ, the computed ones and the rest, and how much of the trace they hold. */
import type { Figure, Series } from '../figure.ts';
import type { ReportInput } from '../input.ts';
import { shortNumber, wholeNumber } from '../numbers.ts';
import { rangeOf } from '../range.ts';
import type { SpectrumSummary } from '../summary.ts';
import { crossoverMarker, subtitled } from './words.ts';

/** Number of directions above λ, against λ; on the right the share of the trace in them. */
export function spectrumFigure(input: ReportInput): Figure {
  const { directions, density, run } = input;
  const computed = Array.from(directions.eigenvalue).filter((value) => value > 0);
  const series: Series[] = [];
  const share = shareOfTrace(computed, run.spectrum, run.weightDecay);
  if (share && computed.length > 0)
    series.push({
      label: 'share of the trace (right)',
      kind: 'line',
      role: 'fit',
      emphasis: 'normal',
      axis: 'right',
      x: computed,
      y: share,
    });
  const rest = above(density, directions.eigenvalue.length);
  if (rest.x.length > 0)
    series.push({ label: 'the rest, estimated', kind: 'line', role: 'reference', emphasis: 'normal', ...rest });
  if (computed.length > 0)
    series.push({
      label: `computed: ${wholeNumber(computed.length)}`,
      kind: 'points',
      role: 'measured',
      emphasis: 'normal',
      x: computed,
      y: computed.map((_, i) => i + 1),
      // Eigenvalues fall: the positive ones come first.
      directions: computed.map((_, i) => i),
    });
  const counted = series.filter(({ axis }) => axis !== 'right');
  return {
    title: 'Spectrum of the Hessian',
    ...subtitled(input, '', false),
    x: {
      label: 'eigenvalue λ',
      scale: 'log',
      range: rangeOf([...counted.flatMap(({ x }) => x), run.crossoverEigenvalue], 'log'),
    },
    y: {
      label: 'number of eigenvalues above λ',
      scale: 'log',
      range: rangeOf(
        counted.flatMap(({ y }) => y),
        'log',
      ),
    },
    ...(share
      ? { right: { label: 'share of the trace above λ', scale: 'linear', range: [0, 1.05 * Math.max(1, ...share)] } }
      : {}),
    series,
    verticals: crossoverMarker(run),
    horizontals: [],
    footnote: footnote(run.spectrum, density, directions.eigenvalue.length - computed.length),
    message: series.length === 0 ? 'no eigenvalue is positive' : undefined,
  };
}

/** Counts above each positive node of the rest, the computed ones included. */
function above(density: ReportInput['density'], before: number): { x: number[]; y: number[] } {
  const line: { x: number[]; y: number[] } = { x: [], y: [] };
  if (!density) return line;
  let count = before;
  for (let i = 0; i < density.eigenvalue.length && density.eigenvalue[i] > 0; i++) {
    // Half of a node's share lies on each of its sides.
    line.x.push(density.eigenvalue[i]);
    line.y.push(count + density.directions[i] / 2);
    count += density.directions[i];
  }
  return line;
}

function shareOfTrace(
  computed: readonly number[],
  spectrum: SpectrumSummary | undefined,
  weightDecay: number,
): number[] | undefined {
  if (!spectrum || spectrum.traceRest === null) return undefined;
  const total = spectrum.traceComputed + spectrum.traceRest;
  if (!(total > 0)) return undefined;
  let sum = 0;
  return computed.map((value) => (sum += value - weightDecay) / total);
}

/** @param hidden how many of the computed eigenvalues are not positive */
function footnote(spectrum: SpectrumSummary | undefined, density: ReportInput['density'], hidden: number): string {
  const notShown = hidden > 0 ? ` ${notPositive(hidden)}` : '';
  if (!spectrum || spectrum.traceRest === null)
    return `Nothing is known of directions beyond the computed ones.${notShown}`;
  if (spectrum.computed === spectrum.parameters)
    return `All ${wholeNumber(spectrum.computed)} eigenvalues were computed; trace of the loss’s Hessian ${shortNumber(spectrum.traceComputed)}.${notShown}`;
  const hold = `The ${wholeNumber(spectrum.computed)} computed directions of ${wholeNumber(spectrum.parameters)} hold ${(100 * spectrum.share!).toFixed(1)} % of the trace of the loss’s Hessian, ${shortNumber(spectrum.traceComputed)} of ${shortNumber(spectrum.traceComputed + spectrum.traceRest)} ± ${shortNumber(spectrum.traceRestError!, 2)}`;
  if (!density || density.eigenvalue.length === 0)
    return `${hold} (random probes at the minimum).${notShown} The directions were found with another Hessian, a subset’s or another run’s: nothing is known of single others.`;
  const rest = Array.from(density.eigenvalue, (value, i) => (value > 0 ? 0 : density.directions[i]));
  const negative = Math.round(rest.reduce((sum, count) => sum + count, 0));
  const below = negative > 0 ? ` About ${notPositive(negative)}` : '';
  return `${hold}.${notShown} The rest: stochastic Lanczos quadrature with one random vector.${below}`;
}

function notPositive(count: number): string {
  return count === 1
    ? '1 eigenvalue is not positive, and not shown.'
    : `${wholeNumber(count)} eigenvalues are not positive, and not shown.`;
}
