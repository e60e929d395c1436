/** Measured over predicted against x: flat at 1 where theory holds. */
import type { Flatness } from '../../statistics/flatness.ts';
import { BIN_MINIMUM, ratioBins, type RatioBin } from '../../statistics/ratio-bins.ts';
import type { Figure, Series } from '../figure.ts';
import { rangeOf } from '../range.ts';
import type { Findings } from './collected.ts';
import { CROSSOVER, dots, OVER_X, runsOf, sweepSubtitle } from './figures.ts';
import { type Group, groupsOf } from './groups.ts';
import type { SweepReportInput, SweepRun } from './input.ts';

/** What the axis shows at most: single directions may lie anywhere. */
const SHOWN = [0.2, 5] as const;
/** Between the bars of two groups in one bin, in decades. */
const SIDEWAYS = 0.02;

/** Which prediction is below the fraction line. */
export interface RatioTheory {
  readonly title: string;
  readonly found: (findings: Findings) => Flatness | null;
  readonly ratio: (run: SweepRun) => readonly number[];
  readonly dof: (run: SweepRun) => readonly number[];
}

/** The sampler's own prediction. */
export const EXACT: RatioTheory = {
  title: 'Measured over exact weight variance',
  found: ({ flatness }) => flatness,
  ratio: ({ ratio }) => ratio,
  dof: ({ dof }) => dof,
};

/** With the noise of a fluctuating curvature. */
export const TWO_COMPONENT: RatioTheory = {
  title: 'Measured over two-component weight variance',
  found: ({ flatnessTwoComponent }) => flatnessTwoComponent,
  ratio: ({ ratioTwo }) => ratioTwo,
  dof: ({ dofTwo }) => dofTwo,
};

export function ratiosFigure(input: SweepReportInput, theory: RatioTheory): Figure {
  const { collected } = input;
  const { groups, note } = groupsOf(collected);
  const cloud = dots(input, groups, theory.ratio);
  const ofAll = (collected.all && theory.found(collected.all)?.bins) ?? [];
  const all = groups.length > 1 ? ofAll : [];
  const bins = groups.map((group) => binsOf(input, group, theory));
  const series: Series[] = [
    ...cloud.series,
    ...(all.length > 0 ? [band('all settings together', all)] : []),
    ...groups.flatMap(({ label, role }, i) =>
      bins[i].length === 0
        ? []
        : [
            {
              label,
              kind: 'errorbars',
              role,
              emphasis: 'strong',
              ...coordinates(bins[i]),
              x: bins[i].map(({ x }) => x * apart(i, groups.length)),
            } as const,
          ],
    ),
  ];
  const shown = [...bins.flat(), ...all].flatMap(({ ratio: { value, low, high } }) => [
    value,
    low ?? value,
    high ?? value,
  ]);
  const [low, high] = rangeOf([...shown, ...cloud.series.flatMap(({ y }) => y), 0.5, 2], 'log');
  const values = cloud.series.flatMap(({ y }) => y);
  const limits = [Math.max(low, SHOWN[0]), Math.min(high, SHOWN[1])] as const;
  const beyond = values.filter((value) => value < limits[0] || value > limits[1]).length;
  const fromSeeds = bins.flat().some(({ ratio }) => ratio.from === 'seeds');
  const sentences = [
    `Points with bars: means over bins of x with at least ${BIN_MINIMUM} directions, weighted by ν, and 95 % intervals, ${fromSeeds ? 'Student’s t over seeds where there are three or more, else ' : ''}as if directions were independent.`,
    ...(all.length > 0 ? ['Band: the same of all settings together. Bars of one bin are moved apart sideways.'] : []),
    cloud.note,
    ...(beyond > 0 ? [`Beyond the axis: ${beyond} of them.`] : []),
    ...(note === '' ? [] : [note]),
  ];
  return {
    title: theory.title,
    subtitle: sweepSubtitle(collected),
    x: { ...OVER_X, range: rangeOf([...(values.length > 0 ? cloud.series.flatMap(({ x }) => x) : []), 3], 'log') },
    y: { label: 'σ²_θ measured / predicted', scale: 'log', range: limits },
    series,
    verticals: CROSSOVER,
    horizontals: [{ value: 1, label: '1' }],
    footnote: sentences.join(' '),
    message: messageOf(values.length, ofAll.length),
  };
}

function messageOf(directions: number, bins: number): string | undefined {
  if (directions === 0) return 'no point has a direction with a measured variance and this prediction';
  return bins === 0 ? `no bin of x holds ${BIN_MINIMUM} directions: too few for a mean` : undefined;
}

/** Those of its setting, or where a group is several, of all their runs together. */
function binsOf({ collected, runs }: SweepReportInput, group: Group, theory: RatioTheory): readonly RatioBin[] {
  if (group.settings.length === 1) return theory.found(collected.settings[group.settings[0]])?.bins ?? [];
  return ratioBins(
    runsOf(runs, group).map((run) => ({
      seed: run.seed,
      x: run.x,
      ratio: theory.ratio(run),
      degreesOfFreedom: theory.dof(run),
    })),
  );
}

/** By what factor the bars of a group are moved: within their bin, so that they do not cover one another. */
const apart = (group: number, groups: number): number => 10 ** (SIDEWAYS * (group - (groups - 1) / 2));

const coordinates = (bins: readonly RatioBin[]) => ({
  x: bins.map(({ x }) => x),
  y: bins.map(({ ratio }) => ratio.value),
  low: bins.map(({ ratio }) => ratio.low ?? NaN),
  high: bins.map(({ ratio }) => ratio.high ?? NaN),
});

const band = (label: string, bins: readonly RatioBin[]): Series => ({
  label,
  kind: 'band',
  role: 'reference',
  dashed: false,
  emphasis: 'muted',
  ...coordinates(bins),
});
