/** The variances themselves, in units of what independent batches would give, beside the exact curves and their limit. */
import { universalSuppression } from '../../theory/index.ts';
import type { Figure, Series } from '../figure.ts';
import { rangeOf } from '../range.ts';
import { type BinnedCurve, binnedMedians, membersOfBins } from '../running-median.ts';
import { meanRatio } from '../../statistics/mean-ratio.ts';
import { median } from '../../statistics/median.ts';
import { BIN_MINIMUM } from '../../statistics/ratio-bins.ts';
import { CROSSOVER, dots, OVER_X, runsOf, sweepSubtitle } from './figures.ts';
import { groupsOf } from './groups.ts';
import type { SweepReportInput, SweepRun } from './input.ts';

const GRID = 201;
const X_AT_CROSSOVER = 3;

export function variancesFigure(input: SweepReportInput): Figure {
  const { collected, runs, curves } = input;
  const { groups, note } = groupsOf(collected);
  const cloud = dots(input, groups, ({ toWhite }) => toWhite);
  const x = rangeOf([...runs.flatMap((run) => run.x), X_AT_CROSSOVER], 'log');
  const measured = groups.map((group) => measuredCurve(runsOf(runs, group)));
  const two = groups.flatMap(({ role }, i): Series[] => {
    const own = runsOf(runs, groups[i]);
    const curve = binnedMedians(
      own.flatMap((run) => run.x),
      own.flatMap((run) => run.twoToWhite),
      X_AT_CROSSOVER,
      BIN_MINIMUM,
    );
    return curve.x.length === 0 ? [] : [{ label: '', kind: 'line', role, emphasis: 'muted', dashed: true, ...curve }];
  });
  const exact = groups.flatMap(({ role, settings }) =>
    settings.map((setting, i): Series => ({
      // Of the curves of a group one is named.
      label: i === 0 && groups.length === 1 ? 'exact' : '',
      kind: 'line',
      role,
      emphasis: 'normal',
      ...curves[setting],
    })),
  );
  const series: Series[] = [
    ...cloud.series,
    ...(runs.length > 0 ? [universal(x)] : []),
    ...exact,
    ...two,
    ...groups.flatMap(({ label, role }, i) =>
      measured[i].x.length === 0 ? [] : [{ label, kind: 'points', role, emphasis: 'strong', ...measured[i] } as const],
    ),
  ];
  const heights = [...measured.flatMap(({ y }) => y), ...exact.flatMap(({ y }) => y)];
  const range = rangeOf([...heights, 1], 'log');
  const outside = cloud.series.flatMap(({ y }) => y).filter((value) => value < range[0] || value > range[1]).length;
  const sentences = [
    'Lines: exact predictions for the window of each setting; thin and dashed: medians of the predictions with the noise of a fluctuating curvature. Grey: the universal f(x) = 1 − 2(x − 1 + exp(−x))/x², good to 3 % only for large M (30 % for M = 100 and β = 0.9).',
    `Points: bins with at least ${BIN_MINIMUM} directions, the mean of measured over predicted times the median of what is predicted.`,
    cloud.note,
    ...(outside > 0 ? [`Beyond the axis: ${outside} of them.`] : []),
    ...(note === '' ? [] : [note]),
  ];
  return {
    title: 'Weight variance over that of independent batches',
    subtitle: sweepSubtitle(collected),
    x: { ...OVER_X, range: x },
    y: { label: 'σ²_θ / σ²_θ of independent batches', scale: 'log', range },
    series,
    verticals: CROSSOVER,
    horizontals: [],
    footnote: sentences.join(' '),
    message: runs.some((run) => run.x.length > 0) ? undefined : 'no point has a direction with a measured variance',
  };
}

/** In bins of x with an edge at the crossover. What is predicted is that of two components where there is one. */
function measuredCurve(runs: readonly SweepRun[]): BinnedCurve {
  const directions = runs.flatMap(({ x, toWhite, twoToWhite, ratio, ratioTwo, dof, dofTwo }) =>
    x.map((at, i) =>
      twoToWhite[i] > 0
        ? { x: at, predicted: twoToWhite[i], ratio: ratioTwo[i], dof: dofTwo[i] }
        : { x: at, predicted: toWhite[i] / ratio[i], ratio: ratio[i], dof: dof[i] },
    ),
  );
  const bins = membersOfBins(
    directions.map(({ x }) => x),
    X_AT_CROSSOVER,
    BIN_MINIMUM,
  );
  const points = bins.flatMap((indices) => {
    const members = indices.map((i) => directions[i]);
    const mean = meanRatio(
      members.map(({ ratio }) => ratio),
      members.map(({ dof }) => dof),
    );
    const predicted = median(members.map((one) => one.predicted));
    return mean === null ? [] : [{ x: median(members.map(({ x }) => x)), y: mean.value * predicted }];
  });
  return { x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
}

function universal([low, high]: readonly [number, number]): Series {
  const x = Array.from({ length: GRID }, (_, i) => low * (high / low) ** (i / (GRID - 1)));
  return {
    label: 'universal f(x)',
    kind: 'line',
    role: 'reference',
    emphasis: 'normal',
    x,
    y: x.map(universalSuppression),
  };
}
