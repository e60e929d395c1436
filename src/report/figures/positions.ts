/** Variance by position in the epoch: where in the epoch the anti-correlation of its noise is felt. */
import type { Figure, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { shortNumber } from '../numbers.ts';
import { rangeOf } from '../range.ts';
import { samplerTheory, subtitled } from './words.ts';

/** The range whose profile is drawn: well below the crossover, where it is most pronounced, and still held. */
const PREFERRED = [0.01, 0.1, 1];

/** One range of λ/λ_cross: measured with its error, and both predictions, over the mean prediction for the window. */
export function positionsFigure(input: ReportInput): Figure {
  const { positions, run } = input;
  const lows = positions ? [...new Set(Array.from(positions.low))] : [];
  const low = PREFERRED.find((one) => lows.includes(one)) ?? lows[0];
  const rows = positions ? Array.from(positions.low, (_, i) => i).filter((i) => positions.low[i] === low) : [];
  const column = (values: Column) => rows.map((i) => values[i]);
  const series: Series[] = [];
  if (positions && rows.length > 0) {
    const x = column(positions.position);
    const [y, error] = [column(positions.measured), column(positions.measured_error)];
    series.push({
      label: 'measured',
      kind: 'band',
      role: 'measured',
      emphasis: 'normal',
      x,
      y,
      low: y.map((value, i) => value - error[i]),
      high: y.map((value, i) => value + error[i]),
    });
    const line = (label: string, role: 'sampler-theory' | 'two-component-theory', values: Column) => {
      const drawn = column(values);
      if (drawn.some(Number.isFinite)) series.push({ label, kind: 'line', role, emphasis: 'normal', x, y: drawn });
    };
    line('two-component theory', 'two-component-theory', positions.two_component);
    line(samplerTheory(run.sampler), 'sampler-theory', positions.sampler);
  }
  const high = rows.length > 0 && positions ? positions.high[rows[0]] : NaN;
  const range =
    rows.length > 0 ? `${shortNumber(low)} < λ/λ×${Number.isFinite(high) ? ` ≤ ${shortNumber(high)}` : ''}` : '';
  const top = rangeOf([0, ...series.flatMap((one) => [...one.y, ...(one.high ?? [])])], 'linear');
  return {
    title: 'Weight variance by position in the epoch',
    ...subtitled(input, range),
    x: { label: 'updates since the epoch began', scale: 'linear', range: [0, run.batchesPerEpoch] },
    y: { label: `σ²_θ / mean predicted by ${samplerTheory(run.sampler)}`, scale: 'linear', range: [0, top[1]] },
    series,
    verticals: [],
    horizontals: [{ value: 1, label: '1' }],
    footnote: `Means over the directions of the range and over the epochs of the window. ${run.sampler === 'shuffle-once' ? 'No band: the epochs repeat each other, and another order would give another curve; theory expects a flat one.' : 'Band: ± one standard error.'}`,
    message: series.length === 0 ? 'no range of directions has a profile' : undefined,
  };
}
