/** The estimators side by side: what drift makes of the plain variance, and what those that resist it show instead. */
import type { Figure, Role, Series } from '../figure.ts';
import type { Column, ReportInput } from '../input.ts';
import { rangeOf } from '../range.ts';
import { binnedMedians } from '../running-median.ts';
import { medianBias } from '../../statistics/median.ts';
import { sortDirections } from './against-curvature.ts';
import { directions, samplerTheory, subtitled } from './words.ts';

/** A bin of fewer directions has no median worth the name. */
const BIN_MINIMUM = 5;
/** Drifting directions can lie anywhere. */
const SHOWN = [0.05, 20] as const;

/** One estimator: its values, degrees of freedom and prediction. */
interface Estimator {
  readonly label: string;
  readonly role: Role;
  readonly dashed?: boolean;
  readonly variance: Column;
  readonly degreesOfFreedom: Column;
  readonly predicted: Column;
}

/** Measured over predicted for each estimator against λ/λ_cross, medians of bins; directions that drift included. */
export function estimatorsFigure(input: ReportInput): Figure {
  const { directions: columns, run, estimators } = input;
  const { compared, drifting, range, notes } = sortDirections(input);
  const chosen = [...compared, ...drifting];
  const cross = run.crossoverEigenvalue;
  const two = estimators && hasNumbers(estimators.within_epoch_variance_two_component);
  const theory = two ? 'two-component theory' : samplerTheory(run.sampler);
  const list: Estimator[] = !estimators
    ? []
    : [
        {
          label: 'about the mean of the window',
          role: 'measured',
          variance: columns.theta_variance,
          degreesOfFreedom: two ? estimators.theta_dof_two_component : columns.theta_dof,
          predicted: two ? columns.theta_variance_two_component : columns.theta_variance_sampler,
        },
        {
          label: 'about a straight line',
          role: 'measured-again',
          dashed: true,
          variance: estimators.detrended_variance,
          degreesOfFreedom: estimators.detrended_dof,
          predicted: two ? estimators.detrended_variance_two_component : estimators.detrended_variance_sampler,
        },
        {
          label: 'about the mean of each epoch',
          role: 'fit',
          variance: estimators.within_epoch_variance,
          degreesOfFreedom: estimators.within_epoch_dof,
          predicted: two ? estimators.within_epoch_variance_two_component : estimators.within_epoch_variance_sampler,
        },
      ];
  const x = chosen.map((i) => columns.eigenvalue[i] / cross);
  const series: Series[] = list.map(({ variance, degreesOfFreedom, predicted, ...words }) => {
    const ratio = chosen.map((i) => variance[i] / (predicted[i] * medianBias(degreesOfFreedom[i])));
    return { kind: 'line', emphasis: 'strong', ...words, ...binnedMedians(x, ratio, 1, BIN_MINIMUM) };
  });
  const drawn = series.filter((one) => one.x.length > 0);
  const [low, high] = rangeOf([...drawn.flatMap((one) => one.y), 0.5, 2], 'log');
  return {
    title: 'Estimators of the weight variance',
    ...subtitled(input, `${directions(chosen.length)}, over ${theory}`),
    x: { label: 'eigenvalue over crossover, λ/λ_×', scale: 'log', range: [range[0] / cross, range[1] / cross] },
    y: {
      label: 'σ²_θ measured / predicted',
      scale: 'log',
      range: [Math.max(low, SHOWN[0]), Math.min(high, SHOWN[1])],
    },
    series: drawn,
    verticals: [{ value: 1, label: 'crossover' }],
    horizontals: [{ value: 1, label: '1' }],
    footnote: [
      `Medians of bins with at least ${BIN_MINIMUM} directions, corrected for their bias; drifting directions included. Each estimator is held against its own prediction.`,
      ...notes,
    ].join(' '),
    message: drawn.length === 0 ? 'too few directions for medians' : undefined,
  };
}

function hasNumbers(column: Column): boolean {
  return Array.from(column).some(Number.isFinite);
}
