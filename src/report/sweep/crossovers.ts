/** The crossover as it was measured, setting by setting, against where theory has it. */
import type { Estimate } from '../../statistics/estimate.ts';
import type { Figure, Series } from '../figure.ts';
import { rangeOf } from '../range.ts';
import type { SettingSummary } from './collected.ts';
import { sweepSubtitle } from './figures.ts';
import { groupsOf } from './groups.ts';
import type { SweepReportInput } from './input.ts';

export function crossoversFigure({ collected }: SweepReportInput): Figure {
  const { groups, note } = groupsOf(collected);
  const { settings } = collected;
  const points = (of: (setting: SettingSummary) => Estimate | undefined) =>
    groups.map(({ label, role, settings: members }) => ({
      label,
      role,
      found: members.flatMap((index) => {
        const estimate = of(settings[index]);
        return estimate ? [{ x: settings[index].crossoverEigenvalue, estimate }] : [];
      }),
    }));
  const own = points(({ scale }) => scale?.scale);
  const two = points(({ scaleTwoComponent }) => scaleTwoComponent?.scale);
  const drawn = (all: typeof own, hollow: boolean): Series[] =>
    all
      .filter(({ found }) => found.length > 0)
      .map(({ label, role, found }) => ({
        // With both of each setting named the legend would fill the picture.
        label: hollow ? '' : label,
        kind: 'errorbars',
        role,
        emphasis: hollow ? 'normal' : 'strong',
        ...(hollow && { hollow }),
        x: found.map(({ x }) => x),
        y: found.map(({ x, estimate }) => x * estimate.value),
        low: found.map(({ x, estimate }) => (estimate.low === null ? NaN : x * estimate.low)),
        high: found.map(({ x, estimate }) => (estimate.high === null ? NaN : x * estimate.high)),
      }));
  const series = [...drawn(two, true), ...drawn(own, false)];
  const range = sharedRange(series);
  const hasTwo = two.some(({ found }) => found.length > 0);
  const sentences = [
    'One scale of λ, fitted in the exact curve of each setting, times 3(1−β)/(ηM); bars: 95 % intervals. Dashed: equality.',
    ...(hasTwo
      ? ['Outlines: the same with the noise of a fluctuating curvature, which no scale moves, taken into account.']
      : []),
    ...(note === '' ? [] : [note]),
  ];
  return {
    title: 'Crossover, measured and predicted',
    subtitle: sweepSubtitle(collected),
    x: { label: 'predicted λ_× = 3(1−β)/(ηM)', scale: 'log', range },
    y: { label: 'measured λ_×', scale: 'log', range },
    series: series.length === 0 ? [] : [diagonal(range), ...series],
    verticals: [],
    horizontals: [],
    footnote: sentences.join(' '),
    message:
      series.length > 0
        ? undefined
        : 'no crossover could be fitted: it takes epochs that are shuffled, and directions on both sides of it',
  };
}

/** One range for both axes: the diagonal is one. */
export function sharedRange(series: readonly Series[]): readonly [number, number] {
  return rangeOf(
    series.flatMap(({ x, y, low, high }) => [...x, ...y, ...(low ?? []), ...(high ?? [])]),
    'log',
  );
}

/** Where measured and predicted agree. */
export const diagonal = ([low, high]: readonly [number, number]): Series => ({
  label: 'equal',
  kind: 'line',
  role: 'reference',
  emphasis: 'muted',
  x: [low, high],
  y: [low, high],
});
