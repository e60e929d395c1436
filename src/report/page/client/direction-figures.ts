/** Path and autocorrelation of one direction, as figures like all others. */
import { stationaryAutocorrelation, type Sampler } from '../../../theory/index.ts';
import type { Figure, Role, Series } from '../../figure.ts';
import { WHITE_THEORY, samplerTheory } from '../../figures/words.ts';
import { shortNumber } from '../../numbers.ts';
import { rangeOf } from '../../range.ts';
import type { PageRun, PageTraces } from '../contents.ts';
import { shorts } from './unpacking.ts';

const FULL = 32767;

/** What is shown of one direction. */
export interface DirectionFigures {
  readonly path: Figure;
  readonly autocorrelation: Figure;
}

/** Reads the traces of a run once. @returns figures of a direction */
export function directionFigures(run: PageRun, traces: PageTraces): (direction: number) => DirectionFigures {
  const measured = shorts(traces.measured);
  const replayed = shorts(traces.replayed);
  const memory = shorts(traces.autocorrelation);
  const lambda = run.quantities[0].values;
  const row = (all: Int16Array, length: number, direction: number, scale: number) =>
    Array.from(all.subarray(direction * length, (direction + 1) * length), (value) => (value / FULL) * scale);
  return (direction) => {
    const points = traces.updates.length;
    const scale = traces.scale[direction];
    const along = (all: Int16Array) => (all.length === 0 ? null : row(all, points, direction, scale));
    return {
      path: pathFigure(run, traces, lambda[direction], along(measured)!, along(replayed)),
      autocorrelation: autocorrelationFigure(
        run,
        traces.lags,
        lambda[direction],
        row(memory, traces.lags.length, direction, 1),
      ),
    };
  };
}

function pathFigure(
  run: PageRun,
  { updates }: PageTraces,
  eigenvalue: number,
  measured: readonly number[],
  replayed: readonly number[] | null,
): Figure {
  const x = updates.map((update) => update / run.batchesPerEpoch);
  const every = updates.length > 1 ? updates[1] - updates[0] : 1;
  const line = (label: string, role: Role, y: readonly number[]): Series => ({
    label,
    kind: 'line',
    role,
    emphasis: role === 'fit' ? 'muted' : 'normal',
    x,
    y,
  });
  const series = [line('measured', 'measured', measured)];
  if (replayed) series.push(line('replayed from the window’s own batches', 'fit', replayed));
  return {
    title: 'Path',
    subtitle: '',
    x: { label: 'epochs of the window', scale: 'linear', range: [0, x[x.length - 1]] },
    y: {
      label: `θ along λ = ${shortNumber(eigenvalue)}${every > 1 ? `, every ${every} updates` : ''}`,
      scale: 'linear',
      range: rangeOf(
        series.flatMap(({ y }) => y),
        'linear',
      ),
    },
    series,
    verticals: [],
    horizontals: [{ value: 0, label: '' }],
    footnote: '',
  };
}

function autocorrelationFigure(
  run: PageRun,
  lags: readonly number[],
  eigenvalue: number,
  measured: readonly number[],
): Figure {
  const x = lags.map((lag) => lag / run.batchesPerEpoch);
  const series: Series[] = [];
  const line = (label: string, role: Role, y: readonly number[]) =>
    series.push({ label, kind: 'line', role, emphasis: 'normal', x, y });
  if (run.sampler !== 'with-replacement') {
    const white = predicted(run, eigenvalue, 'with-replacement', lags);
    if (white) line(WHITE_THEORY, 'white-theory', white);
  }
  const own = predicted(run, eigenvalue, run.sampler, lags);
  if (own) line(samplerTheory(run.sampler), 'sampler-theory', own);
  series.push({ label: 'measured', kind: 'points', role: 'measured', emphasis: 'strong', x, y: measured });
  return {
    title: 'Autocorrelation',
    subtitle: '',
    x: { label: 'lag in epochs', scale: 'log', range: [1 / run.batchesPerEpoch, x[x.length - 1]] },
    y: {
      label: 'autocorrelation of θ',
      scale: 'linear',
      range: rangeOf([...series.flatMap(({ y }) => y), 0, 1], 'linear'),
    },
    series,
    verticals: [{ value: 1, label: 'one epoch' }],
    horizontals: [{ value: 0, label: '' }],
    footnote: '',
  };
}

/** Null where there is none: no positive eigenvalue, or a rule that diverges, or batches that leave out samples. */
function predicted(run: PageRun, eigenvalue: number, sampler: Sampler, lags: readonly number[]): number[] | null {
  const { learningRate, momentum, batchesPerEpoch } = run;
  const isStable = eigenvalue >= 0 && learningRate * eigenvalue < 2 * (1 + momentum);
  if (!isStable || (sampler !== 'with-replacement' && !run.usesAllData)) return null;
  return stationaryAutocorrelation({ learningRate, momentum, batchesPerEpoch, eigenvalue }, sampler, lags);
}
