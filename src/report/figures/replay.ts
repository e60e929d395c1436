/** How much of each direction's path the quadratic model explains from the window's own batches. */
import type { Figure, Series } from '../figure.ts';
import type { ReportInput } from '../input.ts';
import { binnedMedians } from '../running-median.ts';
import { sortDirections } from './against-curvature.ts';
import { crossoverMarker, directions, subtitled } from './words.ts';

/** R² below this is no worse for being further down, and would only stretch the axis. */
const LOWEST = -0.5;
const BIN_MINIMUM = 5;

/** R² of the replayed path against λ, with medians of bins. */
export function replayFigure(input: ReportInput): Figure {
  const { directions: columns, run, estimators } = input;
  const { compared, drifting, range, notes } = sortDirections(input);
  const explained = estimators?.replay_explained ?? [];
  const known = (chosen: readonly number[]) => chosen.filter((i) => Number.isFinite(explained[i]));
  const visible = (chosen: readonly number[]) => known(chosen).filter((i) => explained[i] >= LOWEST);
  const at = (chosen: readonly number[]) => ({
    x: chosen.map((i) => columns.eigenvalue[i]),
    y: chosen.map((i) => explained[i]),
    directions: chosen,
  });
  const series: Series[] = [];
  const points = (label: string, role: 'measured' | 'left-out', chosen: readonly number[]) => {
    if (chosen.length > 0)
      series.push({ label, kind: 'points', role, emphasis: role === 'measured' ? 'normal' : 'muted', ...at(chosen) });
  };
  points('left out: drifting', 'left-out', visible(drifting));
  points('R² of one direction', 'measured', visible(compared));
  const { x, y } = at(known(compared));
  // What is not explained is positive, as bins want it.
  const medians = binnedMedians(
    x,
    y.map((value) => 1 - value),
    run.crossoverEigenvalue,
    BIN_MINIMUM,
  );
  if (medians.x.length > 0)
    series.push({
      label: 'medians',
      kind: 'line',
      role: 'measured',
      emphasis: 'strong',
      x: medians.x,
      y: medians.y.map((value) => 1 - value),
    });
  const expected = estimators?.replay_explained_predicted ?? [];
  const theory = binnedMedians(
    x,
    known(compared).map((i) => 1 - expected[i]),
    run.crossoverEigenvalue,
    BIN_MINIMUM,
  );
  if (theory.x.length > 0)
    series.push({
      label: 'expected with a fluctuating curvature',
      kind: 'line',
      role: 'two-component-theory',
      emphasis: 'normal',
      x: theory.x,
      y: theory.y.map((value) => 1 - value),
    });
  const below = known([...compared, ...drifting]).length - visible([...compared, ...drifting]).length;
  const sentences = [
    'R² = 1 − Var(measured − replayed)/Var(measured). Replayed: the quadratic model from the measured opening, under the noise of the window’s own batches at its mean weights.',
  ];
  if (below > 0) sentences.push(`Below the axis: ${directions(below)}.`);
  return {
    title: 'How much of the path the quadratic model explains',
    ...subtitled(input, directions(known([...compared, ...drifting]).length)),
    x: { label: 'Hessian eigenvalue λ', scale: 'log', range },
    y: { label: 'R² of the replayed path', scale: 'linear', range: [LOWEST, 1.05] },
    series,
    verticals: crossoverMarker(run),
    horizontals: [{ value: 1, label: '1' }],
    footnote: [...sentences, ...notes].join(' '),
    message: series.length === 0 ? 'no path was replayed' : undefined,
  };
}
