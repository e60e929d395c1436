/** The plateau of the correlation time below the crossover, measured against exact. */
import type { Figure, Series } from '../figure.ts';
import { diagonal, sharedRange } from './crossovers.ts';
import { sweepSubtitle } from './figures.ts';
import { groupsOf } from './groups.ts';
import type { SweepReportInput } from './input.ts';

export function plateausFigure({ collected }: SweepReportInput): Figure {
  const { groups, note } = groupsOf(collected);
  const members = groups.map(({ label, role, settings }) => ({
    label,
    role,
    found: settings.flatMap((index) => collected.settings[index].plateau ?? []),
  }));
  const measured = members
    .filter(({ found }) => found.length > 0)
    .map(({ label, role, found }): Series => ({
      label,
      kind: 'errorbars',
      role,
      emphasis: 'strong',
      x: found.map(({ exact }) => exact),
      y: found.map(({ measured }) => measured.value),
      low: found.map(({ measured }) => measured.low ?? NaN),
      high: found.map(({ measured }) => measured.high ?? NaN),
    }));
  const outlines = members.flatMap(({ role, found }): Series[] => {
    const known = found.filter(({ ratioTwoComponent }) => ratioTwoComponent !== null);
    if (known.length === 0) return [];
    return [
      {
        label: '',
        kind: 'errorbars',
        role,
        emphasis: 'normal',
        hollow: true,
        x: known.map(({ measured, ratioTwoComponent }) => measured.value / ratioTwoComponent!.value),
        y: known.map(({ measured }) => measured.value),
        low: known.map(({ measured }) => measured.low ?? NaN),
        high: known.map(({ measured }) => measured.high ?? NaN),
      },
    ];
  });
  const all = members.flatMap(({ found }) => found);
  const leading: Series = {
    label: 'leading order (M/3)(1+β)/(1−β)',
    kind: 'points',
    role: 'left-out',
    emphasis: 'strong',
    x: all.map(({ exact }) => exact),
    y: all.map((plateau) => plateau.leading),
  };
  const series = measured.length === 0 ? [] : [leading, ...outlines, ...measured];
  const range = sharedRange(series);
  return {
    title: 'Correlation time below the crossover',
    subtitle: sweepSubtitle(collected),
    x: { label: 'exact 2σ²_θ/σ²_v, updates', scale: 'log', range },
    y: { label: 'measured 2σ²_θ/σ²_v, updates', scale: 'log', range },
    series: series.length === 0 ? [] : [diagonal(range), ...series],
    verticals: [],
    horizontals: [],
    footnote: [
      'Between λ_×/100 and λ_×/10, where the time hardly depends on λ any more; exact: geometric mean of the window predictions of the directions there; measured: that times the mean of measured over predicted weight variances, over the same of velocities; bars: 95 % intervals. Dashed: equality. The leading order is that of the paper, half of it with one order for all epochs.',
      ...(outlines.length > 0 ? ['Outlines: against the predictions with the noise of a fluctuating curvature.'] : []),
      ...(note === '' ? [] : [note]),
    ].join(' '),
    message:
      series.length > 0
        ? undefined
        : 'no plateau was measured: it takes epochs that are shuffled, and five directions between λ×/100 and λ×/10',
  };
}
