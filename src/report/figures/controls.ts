/** The controls at one glance: what each sampler makes of the same minimum, and what is predicted for it. */
import type { Figure, Role, Series } from '../figure.ts';
import type { ControlColumns, ReportInput } from '../input.ts';
import { rangeOf } from '../range.ts';
import { binnedMeans } from '../running-median.ts';
import { crossoverMarker, subtitled } from './words.ts';
import { comparedDirections } from '../../statistics/drift.ts';

const BIN_MINIMUM = 5;

const LOOKS: Readonly<
  Record<
    ControlColumns['sampler'],
    { readonly label: string; readonly role: Role; readonly shape?: Series['shape']; readonly hollow?: true }
  >
> = {
  reshuffle: { label: 'reshuffled every epoch', role: 'sampler-theory' },
  'shuffle-once': { label: 'one order for all epochs', role: 'measured-again', shape: 'rect' },
  'with-replacement': { label: 'independent batches', role: 'white-theory' },
  frozen: { label: 'frozen noise', role: 'measured', shape: 'cross', hollow: true },
  quadratic: { label: 'quadratic, Gaussian noise', role: 'test', shape: 'rectRot', hollow: true },
};

/** σ²_θ against λ: means of bins as points, the predictions for the same bins as lines. */
export function controlsFigure(input: ReportInput): Figure {
  const { controls = [], run } = input;
  const series: Series[] = [];
  // The model alone lies about the networks that it stands for, in outlines: they are seen through it.
  const isModel = ({ sampler }: ControlColumns) => sampler === 'frozen' || sampler === 'quadratic';
  const order = [...controls].sort((a, b) => Number(isModel(a)) - Number(isModel(b)));
  for (const control of order) {
    const { eigenvalue, theta_variance, theta_variance_sampler, theta_variance_two_component } = control;
    const chosen = comparedDirections(control, run.crossoverEigenvalue).filter((i) => theta_variance_sampler[i] > 0);
    const x = chosen.map((i) => eigenvalue[i]);
    const curve = (values: ArrayLike<number>) =>
      binnedMeans(
        x,
        chosen.map((i) => values[i]),
        run.crossoverEigenvalue,
        BIN_MINIMUM,
      );
    const { label, role, ...look } = LOOKS[control.sampler];
    const [measured, predicted] = [curve(theta_variance), curve(theta_variance_sampler)];
    if (predicted.x.length > 0 && !isModel(control)) {
      series.push({ label: `${label}: theory`, kind: 'line', role, emphasis: 'normal', ...predicted });
      // Independent batches hardly feel it: a second line would lie on the first.
      const two = curve(theta_variance_two_component);
      if (control.sampler === 'reshuffle' && two.x.length > 0)
        series.push({
          label: 'reshuffled, with a fluctuating curvature',
          kind: 'line',
          role: 'two-component-theory',
          emphasis: 'normal',
          ...two,
        });
    }
    if (measured.x.length > 0) series.push({ label, kind: 'points', role, emphasis: 'strong', ...look, ...measured });
  }
  const crossover = run.crossoverEigenvalue > 0 ? [run.crossoverEigenvalue] : [];
  return {
    title: 'Controls from one minimum',
    ...subtitled(input, '', false),
    x: {
      label: 'Hessian eigenvalue λ',
      scale: 'log',
      range: rangeOf([...series.flatMap(({ x }) => x), ...crossover], 'log'),
    },
    y: {
      label: 'weight variance σ²_θ',
      scale: 'log',
      range: rangeOf(
        series.flatMap((one) => one.y),
        'log',
      ),
    },
    series,
    verticals: crossoverMarker(run),
    horizontals: [],
    footnote: `Means of bins with at least ${BIN_MINIMUM} directions; lines: the same means of the predictions for each run. Frozen and quadratic controls follow the run’s own sampler.`,
    message: series.length === 0 ? 'too few directions for means' : undefined,
  };
}
