/** What the pictures of a sweep share. */
import { wholeNumber } from '../numbers.ts';
import type { Figure, Series } from '../figure.ts';
import type { Collected } from './collected.ts';
import type { Group } from './groups.ts';
import type { SweepReportInput, SweepRun } from './input.ts';

/** Dots of all directions together that a picture can show; of more, every second, third, … is drawn. */
const MOST_DOTS = 12_000;

/** Settings under the title: what the sweep is called, and how much of it is there. */
export function sweepSubtitle({ title, name, points, settings }: Collected): string {
  const done = points.filter(({ state }) => state === 'done').length;
  const count = (value: number, word: string) => `${wholeNumber(value)} ${word}${value === 1 ? '' : 's'}`;
  return `${title ?? name}\n${done} of ${count(points.length, 'point')} done; ${count(settings.length, 'setting')}`;
}

/** Runs of a group. */
export const runsOf = (runs: readonly SweepRun[], { settings }: Group): SweepRun[] =>
  runs.filter(({ setting }) => settings.includes(setting));

/** Every direction as a faint dot, group by group. */
export function dots(
  { runs }: SweepReportInput,
  groups: readonly Group[],
  y: (run: SweepRun) => readonly number[],
): { readonly series: readonly Series[]; readonly note: string } {
  const total = runs.reduce((sum, { x }) => sum + x.length, 0);
  const every = Math.max(1, Math.ceil(total / MOST_DOTS));
  const series = groups.flatMap((group): Series[] => {
    const points = runsOf(runs, group)
      .flatMap((run) => run.x.map((x, i) => [x, y(run)[i]] as const))
      .filter(([x, value], i) => i % every === 0 && x > 0 && value > 0 && value < Infinity);
    if (points.length === 0) return [];
    return [
      {
        label: '',
        kind: 'points',
        role: group.role,
        emphasis: 'muted',
        x: points.map(([x]) => x),
        y: points.map(([, value]) => value),
      },
    ];
  });
  const note = every === 1 ? 'Dots: single directions.' : `Dots: one direction in ${every}.`;
  return { series, note };
}

/** The usual frame of a picture whose values are drawn over the crossover's own coordinate x. */
export const OVER_X: Figure['x'] = { label: 'x = Mηλ/(1−β) = 3λ/λ_×', scale: 'log' };

/** Where x is at the crossover. */
export const CROSSOVER = [{ value: 3, label: 'crossover' }];
